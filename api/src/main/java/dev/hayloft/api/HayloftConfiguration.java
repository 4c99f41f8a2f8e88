package dev.hayloft.api;

import com.codahale.metrics.MetricRegistry;
import dev.hayloft.api.ciaos.CiaosHandler;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.Settings;
import io.dropwizard.core.Configuration;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.GzipHandlerFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.jetty.HttpsConnectorFactory;
import io.dropwizard.request.logging.LogbackAccessRequestLogFactory;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/** Dropwizard's configuration, built from our settings alone: nobody writes connectors and thread pools by hand. */
public final class HayloftConfiguration extends Configuration {
    private static final DataSize INPUT_BUFFER = DataSize.kibibytes(128);
    private static final int THREADS_MAX = 64;
    private static final int THREADS_MIN = 8;
    private static final Duration SHUTDOWN_GRACE = Duration.seconds(30);

    /**
     * A configuration.
     *
     * @param settings of the server
     */
    public HayloftConfiguration(Settings settings) {
        HayloftServerFactory server = new HayloftServerFactory();
        server.setApplicationConnectors(applicationConnectors(settings));
        server.setAdminConnectors(List.of(connector(settings, Setting.ADMIN_BIND, Setting.ADMIN_PORT)));
        server.setMinThreads(THREADS_MIN);
        server.setMaxThreads(THREADS_MAX);
        server.setAdminMinThreads(2);
        server.setAdminMaxThreads(16);
        server.setEnableThreadNameFilter(false);
        server.setRegisterDefaultExceptionMappers(false);
        server.setShutdownGracePeriod(SHUTDOWN_GRACE);
        server.setConnectionsMax(settings.integer(Setting.LIMITS_CONNECTIONS));
        GzipHandlerFactory gzip = new GzipHandlerFactory();
        gzip.setEnabled(false);
        server.setGzipFilterFactory(gzip);
        LogbackAccessRequestLogFactory requestLog = new LogbackAccessRequestLogFactory();
        requestLog.setAppenders(List.of());
        server.setRequestLogFactory(requestLog);
        setServerFactory(server);
        setLoggingFactory(
                new StandardErrorLogging(settings.text(Setting.LOG_FORMAT), settings.text(Setting.LOG_LEVEL)));
    }

    private static List<ConnectorFactory> applicationConnectors(Settings settings) {
        ConnectorFactory http = connector(settings, Setting.HTTP_BIND, Setting.HTTP_PORT);
        if (settings.integer(Setting.CIAOS_PORT) < 0) {
            return List.of(http);
        }
        return List.of(http, connector(settings, Setting.HTTP_BIND, Setting.CIAOS_PORT));
    }

    private static ConnectorFactory connector(Settings settings, Setting bind, Setting port) {
        HttpConnectorFactory connector = connector(settings, port == Setting.CIAOS_PORT);
        connector.setBindHost(settings.text(bind));
        connector.setPort(settings.integer(port));
        connector.setAcceptorThreads(Optional.of(1));
        connector.setSelectorThreads(Optional.of(bind == Setting.HTTP_BIND ? selectors() : 1));
        connector.setInputBufferSize(INPUT_BUFFER);
        // The pool keeps buffers up to this size only: a smaller one would map and zero a fresh buffer per request.
        connector.setMaxBufferPoolSize(INPUT_BUFFER);
        connector.setMaxRequestHeaderSize(DataSize.bytes(settings.size(Setting.LIMITS_REQUEST_HEADERS)));
        connector.setIdleTimeout(
                Duration.milliseconds(settings.time(Setting.LIMITS_IDLE).toMillis()));
        connector.setUriCompliance(UriCompliance.UNSAFE);
        connector.setUseServerHeader(false);
        connector.setAcceptQueueSize(1024);
        return connector;
    }

    private static HttpConnectorFactory connector(Settings settings, boolean ciaos) {
        Optional<TlsFiles> tls = TlsFiles.of(settings);
        if (tls.isEmpty()) {
            return ciaos ? new CiaosConnectorFactory() : new HttpConnectorFactory();
        }
        HttpsConnectorFactory connector = ciaos ? new CiaosTlsConnectorFactory() : new HttpsConnectorFactory();
        connector.setKeyStorePath(tls.get().keyStore().toString());
        connector.setKeyStorePassword(tls.get().password());
        connector.setDisableSniHostCheck(true); // Who asks by address gets the one certificate there is.
        return connector;
    }

    /** As below, with TLS. */
    private static final class CiaosTlsConnectorFactory extends HttpsConnectorFactory {
        @Override
        public Connector build(Server server, MetricRegistry metrics, String name, @Nullable ThreadPool threadPool) {
            return super.build(server, metrics, CiaosHandler.CONNECTOR, threadPool);
        }
    }

    /** A connector whose requests are told apart by its name. */
    private static final class CiaosConnectorFactory extends HttpConnectorFactory {
        @Override
        public Connector build(Server server, MetricRegistry metrics, String name, @Nullable ThreadPool threadPool) {
            return super.build(server, metrics, CiaosHandler.CONNECTOR, threadPool);
        }
    }

    /** Threads that read requests and answer: two on small machines, half the cores on others. */
    static int selectors() {
        int cores = Runtime.getRuntime().availableProcessors();
        return Math.min(cores, Math.max(2, cores / 2));
    }
}
