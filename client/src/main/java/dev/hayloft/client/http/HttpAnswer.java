package dev.hayloft.client.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * An answer whose body is still to be read. Closing it gives the connection back, or ends it when more than
 * {@value #DRAIN_SIZE_MAX} bytes of the body are left.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class HttpAnswer implements Closeable {
    private static final int DRAIN_SIZE_MAX = 64 << 10;

    private final int status;
    private final HttpHeaders headers;
    private final HttpBodyInput body;
    private final boolean keepAlive;
    private final HttpConnection connection;
    private final HttpConnectionPool pool;
    private boolean closed;

    HttpAnswer(HttpConnection.Head head, HttpBodyInput body, HttpConnection connection, HttpConnectionPool pool) {
        this.status = head.status();
        this.headers = head.headers();
        this.keepAlive = head.keepAlive();
        this.body = body;
        this.connection = connection;
        this.pool = pool;
    }

    public int status() {
        return status;
    }

    public HttpHeaders headers() {
        return headers;
    }

    /** The body; throws {@link HttpFailure} rather than ending early. */
    public InputStream body() {
        return body;
    }

    /** Ends the connection: no further byte is wanted. Safe to call from another thread. */
    public void abort() {
        connection.close();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (keepAlive && connection.isBodySent() && drain()) {
            pool.giveBack(connection);
        } else {
            connection.close();
        }
    }

    private boolean drain() {
        if (!body.isReusable()) {
            byte[] sink = new byte[8 << 10];
            try {
                for (int total = 0, count = 0; count >= 0 && total <= DRAIN_SIZE_MAX; total += count) {
                    count = body.read(sink, 0, sink.length);
                }
            } catch (IOException e) {
                return false; // The connection is closed by our caller; the body was not wanted any more.
            }
        }
        return body.isReusable();
    }
}
