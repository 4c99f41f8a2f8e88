package dev.hayloft.client.http;

import java.io.Closeable;
import java.nio.charset.StandardCharsets;

/**
 * A request whose body is sent in pieces while its answer is being read.
 *
 * <p><i>Threads:</i> one sends, another reads the answer; {@link #close} from any.
 */
public final class HttpStream implements Closeable {
    private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FRAMING_SIZE_MAX = 16;

    private final HttpConnection connection;
    private final HttpConnectionPool pool;
    private final HttpRequest request;
    private final boolean wantsBody;
    private byte[] chunk = new byte[0];

    private HttpStream(HttpConnection connection, HttpConnectionPool pool, HttpRequest request, boolean wantsBody) {
        this.connection = connection;
        this.pool = pool;
        this.request = request;
        this.wantsBody = wantsBody;
    }

    static HttpStream begin(HttpConnection connection, HttpConnectionPool pool, HttpRequest request)
            throws HttpFailure {
        return new HttpStream(connection, pool, request, connection.begin(request));
    }

    /** Whether the server has asked for the body; otherwise it has answered already. */
    public boolean wantsBody() {
        return wantsBody;
    }

    /** Sends a piece that is not empty, as one chunk. */
    public void send(byte[] bytes, int offset, int size) throws HttpFailure {
        if (chunk.length < size + FRAMING_SIZE_MAX) {
            chunk = new byte[size + FRAMING_SIZE_MAX];
        }
        byte[] head = (Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, chunk, 0, head.length);
        System.arraycopy(bytes, offset, chunk, head.length, size);
        int end = head.length + size;
        chunk[end] = '\r';
        chunk[end + 1] = '\n';
        connection.sendPiece(chunk, end + 2);
    }

    /** Ends the body. */
    public void sendEnd() throws HttpFailure {
        connection.endBody(LAST);
    }

    /**
     * Waits for the answer's head. Closing the answer ends the connection unless the body was sent to its end.
     *
     * @throws HttpFailure when none comes
     */
    public HttpAnswer answer() throws HttpFailure {
        return connection.answer(request, pool);
    }

    /** Ends the connection, and with it whoever sends or reads. */
    @Override
    public void close() {
        connection.close();
    }
}
