package dev.hayloft.client.http;

import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Connections to one origin: an exchange takes an idle one or opens another; how many are open at once is how many
 * threads ask at once. The newest idle one goes first, so that unused ones grow old and are closed.
 *
 * <p><i>Threads:</i> any.
 */
public final class HttpConnectionPool implements Closeable {
    /** Idle connections kept; further ones are closed when they come back. */
    private static final int IDLE_MAX = 256;

    private static final long TRUSTED_IDLE_NANOS = Duration.ofMillis(500).toNanos();

    private final HttpOrigin origin;
    private final Duration connectTimeout;
    private final Duration readTimeout;
    private final Deque<HttpConnection> idle = new ArrayDeque<>(); // Guarded by itself.
    private boolean closed; // Guarded by idle.

    /**
     * A pool without a connection yet.
     *
     * @param readTimeout longest silence of the server, at most 24 days
     */
    public HttpConnectionPool(HttpOrigin origin, Duration connectTimeout, Duration readTimeout) {
        this.origin = origin;
        this.connectTimeout = connectTimeout;
        this.readTimeout = readTimeout;
    }

    public HttpOrigin origin() {
        return origin;
    }

    /**
     * Sends a request and waits for the answer's head. A request that may be repeated goes out once more, on a new
     * connection, when an idle connection turns out to be closed.
     *
     * @param mayRepeat whether the server may see the request twice
     * @throws HttpFailure when there is no answer; what the server did is known as far as the failure's kind tells
     */
    public HttpAnswer exchange(HttpRequest request, boolean mayRepeat) throws HttpFailure {
        Optional<HttpConnection> rested = takeIdle();
        if (rested.isPresent()) {
            try {
                return rested.get().exchange(request, this);
            } catch (HttpFailure e) {
                if (e.kind() != HttpFailure.Kind.STALE
                        || !mayRepeat
                        || !request.body().isRepeatable()) {
                    throw e;
                }
            }
        }
        return HttpConnection.open(origin, connectTimeout, readTimeout).exchange(request, this);
    }

    /**
     * Begins a request whose body is sent while its answer is read. Nothing but its head has gone out, so a stale
     * connection is no failure.
     *
     * @throws HttpFailure when the server was not reached or broke off
     */
    public HttpStream stream(HttpRequest request) throws HttpFailure {
        Optional<HttpConnection> rested = takeIdle();
        if (rested.isPresent()) {
            try {
                return HttpStream.begin(rested.get(), this, request);
            } catch (HttpFailure e) {
                if (e.kind() != HttpFailure.Kind.STALE) {
                    throw e;
                }
            }
        }
        return HttpStream.begin(HttpConnection.open(origin, connectTimeout, readTimeout), this, request);
    }

    private Optional<HttpConnection> takeIdle() {
        while (true) {
            HttpConnection connection;
            synchronized (idle) {
                if (idle.isEmpty()) {
                    return Optional.empty();
                }
                connection = idle.pop();
            }
            if (!connection.isSpent(connection.idleNanos(System.nanoTime()) >= TRUSTED_IDLE_NANOS)) {
                return Optional.of(connection);
            }
            connection.close();
        }
    }

    void giveBack(HttpConnection connection) {
        connection.rest(System.nanoTime());
        synchronized (idle) {
            if (!closed && idle.size() < IDLE_MAX) {
                idle.push(connection);
                return;
            }
        }
        connection.close();
    }

    /** Closes the idle connections, and those in use when they come back. */
    @Override
    public void close() {
        Deque<HttpConnection> left;
        synchronized (idle) {
            closed = true;
            left = new ArrayDeque<>(idle);
            idle.clear();
        }
        left.forEach(HttpConnection::close);
    }
}
