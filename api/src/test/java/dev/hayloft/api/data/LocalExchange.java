package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.SettingsReader;
import dev.hayloft.api.http.ByteBudget;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.HttpDate;
import dev.hayloft.api.http.Permits;
import dev.hayloft.api.http.RequestIds;
import dev.hayloft.api.http.Responders;
import dev.hayloft.api.identity.AuditLog;
import dev.hayloft.api.identity.Identity;
import dev.hayloft.api.metrics.ServerMetrics;
import dev.hayloft.store.ObjectStore;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exchange without a network, moved by hand: a test says what each read of the body brings and when a step of the
 * blocking threads runs, or that they take no more.
 */
final class LocalExchange implements AutoCloseable {
    final Queue<Runnable> steps = new ArrayDeque<>();
    final ByteBudget budget = new ByteBudget(1L << 30);
    final AtomicInteger held = new AtomicInteger(); // Chunks that came and were not released.
    final Exchange exchange;
    boolean isFull;
    private final Queue<Supplier<Content.@Nullable Chunk>> reads = new ArrayDeque<>();
    private final Server server = new Server();
    private final LocalConnector connector = new LocalConnector(server);
    private final LocalConnector.LocalEndPoint client;
    private @Nullable Runnable demanded;

    LocalExchange() {
        this(noStore());
    }

    LocalExchange(ObjectStore store) {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof ch.qos.logback.classic.Logger root) {
            root.setLevel(Level.ERROR);
        }
        try {
            BlockingQueue<Exchange> begun = new ArrayBlockingQueue<>(1);
            server.addConnector(connector);
            server.setHandler(new Handler.Abstract() {
                @Override
                public boolean handle(Request request, Response response, Callback callback) {
                    return begun.add(new Exchange(front(store), new Body(request), response, callback));
                }
            });
            server.start();
            client = connector.executeRequest("GET /place?hayloft-signature=secret HTTP/1.1\r\nHost: x\r\n\r\n");
            Exchange first = begun.poll(10, TimeUnit.SECONDS);
            if (first == null) {
                throw new AssertionError("the request never came");
            }
            exchange = first;
            exchange.identify(Identity.EVERYBODY);
            exchange.authorizeAny();
        } catch (Exception failure) { // The library's own signature.
            throw new AssertionError(failure);
        }
    }

    @SuppressWarnings("NullAway") // What is tested here asks for none of it.
    private static ObjectStore noStore() {
        return null;
    }

    @SuppressWarnings("NullAway") // As above: nobody is asked who he is.
    private Front front(ObjectStore store) {
        return new Front(
                store,
                new SettingsReader().set(Setting.STORAGE_DATA, "/nowhere").read(),
                null,
                null,
                null,
                new AuditLog(),
                new ServerMetrics(),
                this::submit,
                new Responders(steps::add),
                budget,
                new Permits(1, "One."),
                new RequestIds(new SplittableRandom(1)),
                new HttpDate(),
                InstantSource.system());
    }

    private void submit(Runnable step) {
        if (isFull) {
            throw new RejectedExecutionException("the queue is full");
        }
        steps.add(step);
    }

    /** The next read brings this. */
    LocalExchange brings(Supplier<Content.@Nullable Chunk> chunk) {
        reads.add(chunk);
        return this;
    }

    /** A chunk of zeros. */
    Content.Chunk chunk(int size, boolean last) {
        held.incrementAndGet();
        return Content.Chunk.from(ByteBuffer.allocate(size), last, () -> {
            held.decrementAndGet();
        });
    }

    /** Whoever waits for the network hears of it. */
    void arrive() {
        Runnable waiting = demanded;
        assertThat(waiting).as("somebody reads").isNotNull();
        demanded = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Runs the steps of the blocking threads, and those that come of them. */
    void runSteps() {
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
        }
    }

    /** The answer, once it has been given. */
    String answer() {
        try {
            return client.getResponse(false, 2, TimeUnit.SECONDS);
        } catch (Exception failure) { // The library's own signature.
            throw new AssertionError(failure);
        }
    }

    /** Whether the server broke the connection off. */
    boolean isBrokenOff() {
        return !client.isOpen();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failure) { // The library's own signature.
            throw new AssertionError(failure);
        }
    }

    /** The request with a body of our own. */
    private final class Body extends Request.Wrapper {
        Body(Request request) {
            super(request);
        }

        @Override
        @SuppressWarnings("NullAway") // The library says null for nothing.
        public Content.Chunk read() {
            Supplier<Content.@Nullable Chunk> next = reads.poll();
            return next == null ? null : next.get();
        }

        @Override
        public void demand(Runnable waiting) {
            demanded = waiting;
        }
    }
}
