package dev.hayloft.api.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads and drops the rest of a body after its request was refused, so that a client that is still sending gets to read
 * why: up to {@link #BYTES_MAX} or {@link #SECONDS_MAX}, then the connection is closed.
 */
final class BodyDrain {
    static final long BYTES_MAX = 16L << 20;
    static final long SECONDS_MAX = 5;

    private final Exchange exchange;
    private final AtomicBoolean ended = new AtomicBoolean();
    private Scheduler.@Nullable Task timer;
    private long droppedBytes;

    BodyDrain(Exchange exchange) {
        this.exchange = exchange;
    }

    void start() {
        Scheduler scheduler =
                exchange.request().getConnectionMetaData().getConnector().getScheduler();
        timer = scheduler.schedule(
                () -> end(new IOException("the rest of a refused body took too long")), SECONDS_MAX, TimeUnit.SECONDS);
        read();
    }

    private void read() {
        while (!ended.get()) {
            Content.Chunk chunk = exchange.request().read();
            if (chunk == null) {
                exchange.request().demand(this::read);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end(chunk.getFailure());
                return;
            }
            droppedBytes += chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                end(null);
            } else if (droppedBytes > BYTES_MAX) {
                end(new IOException("the rest of a refused body is too long"));
            }
        }
    }

    private void end(@Nullable Throwable cause) {
        if (ended.compareAndSet(false, true)) {
            Scheduler.Task running = timer;
            if (running != null) {
                running.cancel();
            }
            exchange.end(cause);
        }
    }
}
