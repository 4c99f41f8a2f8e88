package dev.hayloft.api;

import com.codahale.metrics.health.HealthCheckRegistry;
import dev.hayloft.api.ciaos.CiaosHandler;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.SettingException;
import dev.hayloft.api.config.Settings;
import dev.hayloft.api.console.ConsoleCalls;
import dev.hayloft.api.control.Operations;
import dev.hayloft.api.http.ByteBudget;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.HttpDate;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.Permits;
import dev.hayloft.api.http.RequestIds;
import dev.hayloft.api.http.Responders;
import dev.hayloft.api.identity.AuditLog;
import dev.hayloft.api.identity.Authenticator;
import dev.hayloft.api.identity.FailedLogins;
import dev.hayloft.api.identity.KeyPair;
import dev.hayloft.api.identity.Links;
import dev.hayloft.api.identity.RootKeyFile;
import dev.hayloft.api.identity.Secrets;
import dev.hayloft.api.identity.Users;
import dev.hayloft.api.metrics.ServerMetrics;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.StoreConfig;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: a store and its HTTP fronts. Open one with {@link #start}, stop it with {@link #close}.
 *
 * <p><i>Order of stopping:</i> requests under way are given time, new ones are refused; then the store completes what
 * it has accepted, forces it and lets go of its folder.
 */
public final class HayloftServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HayloftServer.class);
    private static final int BLOCKING_THREADS = 32;
    /** While stopping, a request that moves no byte for this long is cut off. */
    private static final long STOP_IDLE_MILLIS = 5_000;

    private static final int BLOCKING_QUEUE = 8192;
    /** How often the key store's file is looked at. */
    private static final int TLS_SECONDS = 5;
    /** How often it is kept when keys were last used. */
    private static final int USE_MINUTES = 10;

    /**
     * A store that is open.
     *
     * @param store the store, closed by the server
     * @param identityKey 32 bytes of the store's own, under which secrets are checked
     */
    public record OpenStore(ObjectStore store, ByteBuffer identityKey) {}

    private final Front front;
    private final Server server;
    private final ConsoleDoor console;
    private final ThreadPoolExecutor blocking;
    private final ScheduledThreadPoolExecutor ticker;
    private final Path serverFile;
    private Optional<TlsFiles> tls = Optional.empty();
    private boolean closed;

    private HayloftServer(Front front, Built built, ThreadPoolExecutor blocking, ScheduledThreadPoolExecutor ticker) {
        this.front = front;
        this.server = built.server();
        this.console = built.console();
        this.blocking = blocking;
        this.ticker = ticker;
        this.serverFile = front.settings().data().resolve("server.json");
    }

    /**
     * Opens the store and serves it; at return every port takes requests.
     *
     * @param version of Hayloft
     * @param opener opens the store
     * @throws StartException when the server cannot start, with a sentence for whoever tried
     */
    public static HayloftServer start(Settings settings, String version, Function<StoreConfig, OpenStore> opener) {
        InstantSource clock = InstantSource.system();
        Optional<TlsFiles> tls = tls(settings);
        OpenStore opened = open(settings, opener);
        ObjectStore store = opened.store();
        ThreadPoolExecutor blocking = blockingExecutor();
        Responders responders = new Responders(blocking);
        ScheduledThreadPoolExecutor ticker = new ScheduledThreadPoolExecutor(1, named("hayloft-ticker"));
        try {
            Front front = front(settings, opened, blocking, responders, clock);
            Built built = build(front, version);
            Server server = built.server();
            HayloftServer running = new HayloftServer(front, built, blocking, ticker);
            for (Connector connector : server.getConnectors()) {
                ((AbstractConnector) connector).setShutdownIdleTimeout(STOP_IDLE_MILLIS);
            }
            server.start();
            @SuppressWarnings("unused") // Ends with the ticker.
            Future<?> ticking = ticker.scheduleAtFixedRate(running::tick, 1, 1, TimeUnit.SECONDS);
            @SuppressWarnings("unused") // As well.
            Future<?> saving = ticker.scheduleAtFixedRate(
                    () -> blocking.execute(front.users()::saveUse), USE_MINUTES, USE_MINUTES, TimeUnit.MINUTES);
            running.watch(tls);
            running.writeServerFile();
            return running;
        } catch (Throwable failure) { // Whatever it was: the folder must be let go.
            ticker.shutdownNow();
            blocking.shutdownNow();
            store.close();
            responders.close();
            throw StartException.of(failure, settings);
        }
    }

    private void tick() {
        front.metrics().tick();
        console.tick();
    }

    private static Optional<TlsFiles> tls(Settings settings) {
        try {
            return TlsFiles.of(settings);
        } catch (SettingException wrong) {
            throw StartException.of(wrong, settings);
        }
    }

    private static OpenStore open(Settings settings, Function<StoreConfig, OpenStore> opener) {
        try {
            return opener.apply(settings.store());
        } catch (RuntimeException failure) { // The boundary of the start: the sentence is for whoever tried.
            throw StartException.of(failure, settings);
        }
    }

    private static ThreadPoolExecutor blockingExecutor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                BLOCKING_THREADS,
                BLOCKING_THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(BLOCKING_QUEUE),
                named("hayloft-blocking"));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static Front front(
            Settings settings,
            OpenStore opened,
            ThreadPoolExecutor blocking,
            Responders responders,
            InstantSource clock)
            throws IOException {
        Secrets secrets = new Secrets(opened.identityKey());
        SecureRandom random = new SecureRandom();
        KeyPair rootPair = new RootKeyFile(settings.data(), random).rootKey();
        Users users = Users.open(opened.store().records(), secrets, rootPair, random, clock);
        return new Front(
                opened.store(),
                settings,
                new Authenticator(
                        secrets, users, new FailedLogins(settings.integer(Setting.LIMITS_FAILED_LOGINS), clock), clock),
                users,
                new Links(secrets, users, clock),
                new AuditLog(),
                new ServerMetrics(),
                blocking,
                responders,
                new ByteBudget(settings.size(Setting.LIMITS_BYTES_IN_FLIGHT)),
                new Permits(
                        settings.integer(Setting.LIMITS_STREAMS),
                        "Too many streams are under way; try again in a second, or raise limits.streams."),
                new RequestIds(new SplittableRandom()),
                new HttpDate(),
                clock);
    }

    private record Built(Server server, ConsoleDoor console) {}

    private static Built build(Front front, String version) throws Exception {
        HayloftConfiguration configuration = new HayloftConfiguration(front.settings());
        HayloftApplication application = new HayloftApplication(front.settings(), front.store(), front.clock());
        Bootstrap<HayloftConfiguration> bootstrap = new Bootstrap<>(application);
        application.initialize(bootstrap);
        Environment environment = new Environment(
                application.getName(),
                bootstrap.getObjectMapper(),
                bootstrap.getValidatorFactory(),
                bootstrap.getMetricRegistry(),
                bootstrap.getClassLoader(),
                bootstrap.getHealthCheckRegistry(),
                configuration);
        HealthCheckRegistry health = environment.healthChecks();
        Operations operations = new Operations(front, version, front.clock().instant(), health);
        ConsoleDoor console = new ConsoleDoor(front, operations);
        HayloftServerFactory factory = (HayloftServerFactory) configuration.getServerFactory();
        factory.setDoors(
                (admin, tasks) -> new FrontHandler(front, operations, console, admin, tasks),
                new ProblemErrorHandler(front.requestIds()));
        factory.configure(environment);
        bootstrap.run(configuration, environment);
        application.run(configuration, environment);
        return new Built(factory.build(environment), console);
    }

    private void watch(Optional<TlsFiles> files) {
        tls = files;
        if (files.isPresent()) {
            @SuppressWarnings("unused") // Ends with the ticker.
            Future<?> reloading =
                    ticker.scheduleAtFixedRate(this::reloadTls, TLS_SECONDS, TLS_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Looks at once whether the key store's file has changed. */
    synchronized void reloadTls() {
        tls.ifPresent(files -> files.reloadIfChanged(server));
    }

    /** Where the native API listens. */
    public String httpUrl() {
        return url(server.getConnectors()[0]);
    }

    /** Where the operations API listens. */
    public String adminUrl() {
        Connector[] all = server.getConnectors();
        return url(all[all.length - 1]);
    }

    /** Where the console is. */
    public String consoleUrl() {
        return adminUrl() + ConsoleCalls.PATH;
    }

    /** Where the CIAOS API listens; empty when it is off. */
    public Optional<String> ciaosUrl() {
        return Arrays.stream(server.getConnectors())
                .filter(connector -> CiaosHandler.CONNECTOR.equals(connector.getName()))
                .findFirst()
                .map(HayloftServer::url);
    }

    private static String url(Connector connector) {
        NetworkConnector network = (NetworkConnector) connector;
        String host = network.getHost();
        String scheme = Objects.equals(connector.getProtocols().get(0), "ssl") ? "https://" : "http://";
        return scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + network.getLocalPort();
    }

    private void writeServerFile() throws IOException {
        ByteBuffer document = Json.document(json -> {
            json.writeStartObject();
            json.writeNumberField("pid", ProcessHandle.current().pid());
            json.writeStringField("http", httpUrl());
            json.writeStringField("admin", adminUrl());
            json.writeStringField("console", consoleUrl());
            json.writeStringField("ciaos", ciaosUrl().orElse(null));
            json.writeEndObject();
        });
        Path temporary = serverFile.resolveSibling("server.json.new");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(document);
        }
        Files.move(temporary, serverFile, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Drains requests, closes the store, removes {@code server.json}. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        console.close();
        front.store().endWaiting();
        front.metrics().streams().stopIngests();
        Future<?> draining = IdleConnections.closeRepeatedly(server, ticker);
        try {
            server.stop();
        } catch (Exception failure) { // The boundary to the library; the store must be closed all the same.
            LOG.warn("The HTTP front did not stop well.", failure);
        }
        draining.cancel(false);
        ticker.shutdownNow();
        blocking.shutdown();
        try {
            if (!blocking.awaitTermination(10, TimeUnit.SECONDS)) {
                blocking.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        saveUse();
        front.store().close();
        front.responders().close();
        try {
            Files.deleteIfExists(serverFile);
        } catch (IOException failure) {
            LOG.warn("The file {} could not be removed.", serverFile, failure);
        }
        LOG.info("Hayloft has stopped.");
    }

    private void saveUse() {
        try {
            front.users().saveUse();
        } catch (RuntimeException failure) { // When keys were last used is not worth a stop that fails.
            LOG.warn("It could not be kept when keys were last used.", failure);
        }
    }
}
