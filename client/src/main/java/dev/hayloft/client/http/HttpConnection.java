package dev.hayloft.client.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One connection that is kept alive.
 *
 * <p><i>Threads:</i> one at a time, but {@link #close} from any; between {@link #begin} and the answer's end one sends
 * pieces while another reads.
 */
final class HttpConnection implements Closeable {
    private static final int COPY_SIZE = 64 << 10;
    private static final int HEADERS_MAX = 256;
    private static final int INTERIM_ANSWERS_MAX = 8;
    /** RFC 9110, 10.1.1: a client must not wait for 100 (Continue) for ever. */
    private static final int CONTINUE_WAIT_MILLIS = 2_000;

    private final HttpOrigin origin;
    private final Socket socket;
    private final HttpInput input;
    private final OutputStream output;
    private final int readTimeoutMillis;
    /** The head of an answer that came instead of 100 (Continue). */
    private Optional<Head> early = Optional.empty();

    private boolean used;
    /** Whether the next request may follow; written by who sends pieces, read by who reads the answer. */
    private volatile boolean bodySent = true;

    private long idleSinceNanos;

    private HttpConnection(HttpOrigin origin, Socket socket, int readTimeoutMillis) throws IOException {
        this.origin = origin;
        this.socket = socket;
        this.readTimeoutMillis = readTimeoutMillis;
        this.input = new HttpInput(socket.getInputStream());
        this.output = socket.getOutputStream();
    }

    /** What stands before a body. */
    record Head(int status, HttpHeaders headers, boolean keepAlive) {}

    static HttpConnection open(HttpOrigin origin, Duration connectTimeout, Duration readTimeout) throws HttpFailure {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) readTimeout.toMillis());
            socket.connect(new InetSocketAddress(origin.host(), origin.port()), (int) connectTimeout.toMillis());
            if (origin.tls()) {
                socket = overTls(origin, socket);
            }
            return new HttpConnection(origin, socket, (int) readTimeout.toMillis());
        } catch (IOException e) {
            closeQuietly(socket);
            throw new HttpFailure(
                    HttpFailure.Kind.NOT_CONNECTED, "no connection to " + origin + " (" + reason(e) + ")", e);
        }
    }

    private static Socket overTls(HttpOrigin origin, Socket plain) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, origin.host(), origin.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Sends the request and reads the answer's head. */
    HttpAnswer exchange(HttpRequest request, HttpConnectionPool pool) throws HttpFailure {
        boolean reused = used;
        used = true;
        boolean answering = false;
        try {
            boolean wholeBodySent = send(request);
            awaitAnswer(reused);
            answering = true;
            Head head = finalHead(wholeBodySent);
            return new HttpAnswer(head, framed(request, head), this, pool);
        } catch (IOException e) {
            throw failure(e, reused && !answering);
        }
    }

    private void awaitAnswer(boolean reused) throws IOException {
        if (early.isEmpty() && !input.fill()) {
            throw new HttpFailure(
                    reused ? HttpFailure.Kind.STALE : HttpFailure.Kind.BROKEN,
                    "the server closed the connection without an answer");
        }
    }

    /** Closes the connection and says why. */
    private HttpFailure failure(IOException e, boolean maybeStale) {
        close();
        if (e instanceof HttpFailure known) {
            return known;
        }
        if (e instanceof SocketTimeoutException) {
            return new HttpFailure(
                    HttpFailure.Kind.TIMED_OUT,
                    "no answer from " + origin + " in " + readTimeoutMillis / 1000 + " s",
                    e);
        }
        HttpFailure.Kind kind = maybeStale ? HttpFailure.Kind.STALE : HttpFailure.Kind.BROKEN;
        return new HttpFailure(kind, "the connection to " + origin + " broke (" + reason(e) + ")", e);
    }

    /**
     * Sends the head of a request whose body follows in pieces.
     *
     * @return whether the server wants the body; otherwise its answer is there
     */
    boolean begin(HttpRequest request) throws HttpFailure {
        boolean reused = used;
        used = true;
        try {
            bodySent = false;
            output.write(request.head(origin));
            boolean wanted = awaitContinue();
            if (!wanted) {
                awaitAnswer(reused);
            }
            // A server that answers as the body comes may begin with its answer instead of 100.
            return wanted || early.filter(head -> head.status() / 100 == 2).isPresent();
        } catch (IOException e) {
            throw failure(e, reused);
        }
    }

    /** Sends a piece of the body, framed by the caller. */
    void sendPiece(byte[] bytes, int size) throws HttpFailure {
        try {
            output.write(bytes, 0, size);
        } catch (IOException e) {
            // Not closed: why the server stopped reading is perhaps still to be read.
            throw new HttpFailure(
                    HttpFailure.Kind.BROKEN, "the connection to " + origin + " broke (" + reason(e) + ")", e);
        }
    }

    /** Sends the last piece. */
    void endBody(byte[] bytes) throws HttpFailure {
        sendPiece(bytes, bytes.length);
        bodySent = true;
    }

    boolean isBodySent() {
        return bodySent;
    }

    /** Waits for the answer to what was begun; by another thread than the one that sends. */
    HttpAnswer answer(HttpRequest request, HttpConnectionPool pool) throws HttpFailure {
        try {
            awaitAnswer(false);
            Head head = finalHead(true);
            return new HttpAnswer(head, framed(request, head), this, pool);
        } catch (IOException e) {
            throw failure(e, false);
        }
    }

    /**
     * Whether the whole request went out; a server that answers early stops the body, and then the connection is spent.
     */
    private boolean send(HttpRequest request) throws IOException {
        byte[] head = request.head(origin);
        long sizeBytes = request.body().sizeBytes();
        if (sizeBytes == 0) {
            output.write(head);
            return true;
        }
        try (InputStream source = opened(request.body())) {
            if (request.expectsContinue()) {
                output.write(head);
                if (!awaitContinue()) {
                    return false;
                }
                return sizeBytes == HttpBody.UNKNOWN_SIZE
                        ? sendChunks(source)
                        : sendSized(source, sizeBytes, new byte[0]);
            }
            return sendSized(source, sizeBytes, head);
        }
    }

    private static InputStream opened(HttpBody body) throws HttpFailure {
        try {
            return body.open();
        } catch (IOException e) {
            throw new HttpFailure(HttpFailure.Kind.SOURCE, "the source could not be opened (" + reason(e) + ")", e);
        }
    }

    private boolean sendSized(InputStream source, long sizeBytes, byte[] head) throws IOException {
        byte[] buffer = new byte[(int) Math.min(COPY_SIZE, head.length + sizeBytes)];
        int filled = head.length;
        System.arraycopy(head, 0, buffer, 0, filled);
        long left = sizeBytes;
        while (left > 0) {
            int count = readSource(source, buffer, filled, (int) Math.min(buffer.length - filled, left));
            if (count == 0) {
                throw new HttpFailure(HttpFailure.Kind.SOURCE, "the source ended " + left + " bytes before its size");
            }
            filled += count;
            left -= count;
            if (filled == buffer.length || left == 0) {
                if (!write(buffer, filled)) {
                    return false;
                }
                filled = 0;
            }
        }
        return true;
    }

    private boolean sendChunks(InputStream source) throws IOException {
        byte[] buffer = new byte[COPY_SIZE];
        int count;
        while ((count = readSource(source, buffer, 0, COPY_SIZE)) > 0) {
            byte[] size = (Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            byte[] chunk = new byte[size.length + count + 2];
            System.arraycopy(size, 0, chunk, 0, size.length);
            System.arraycopy(buffer, 0, chunk, size.length, count);
            chunk[chunk.length - 2] = '\r';
            chunk[chunk.length - 1] = '\n';
            if (!write(chunk, chunk.length)) {
                return false;
            }
        }
        byte[] last = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return write(last, last.length);
    }

    /** Fills as much as is wanted; fewer only at the source's end. */
    private static int readSource(InputStream source, byte[] target, int offset, int size) throws HttpFailure {
        try {
            return source.readNBytes(target, offset, size);
        } catch (IOException e) {
            throw new HttpFailure(HttpFailure.Kind.SOURCE, "the source could not be read (" + reason(e) + ")", e);
        }
    }

    /** False when the server stopped reading: its answer says why, if one is there. */
    private boolean write(byte[] bytes, int size) throws IOException {
        try {
            output.write(bytes, 0, size);
            return true;
        } catch (IOException e) {
            socket.setSoTimeout(CONTINUE_WAIT_MILLIS);
            try {
                if (input.fill()) {
                    return false;
                }
            } catch (IOException nothingThere) {
                e.addSuppressed(nothingThere);
            } finally {
                socket.setSoTimeout(readTimeoutMillis);
            }
            throw e;
        }
    }

    private boolean awaitContinue() throws IOException {
        socket.setSoTimeout(CONTINUE_WAIT_MILLIS);
        try {
            if (!input.fill()) {
                return false;
            }
            Head head = head();
            early = head.status() == 100 ? Optional.empty() : Optional.of(head);
            return early.isEmpty();
        } catch (SocketTimeoutException e) {
            return true; // A server that does not know Expect: send the body anyway.
        } finally {
            socket.setSoTimeout(readTimeoutMillis);
        }
    }

    private Head finalHead(boolean wholeBodySent) throws IOException {
        for (int i = 0; i < INTERIM_ANSWERS_MAX; i++) {
            Head head = early.isPresent() ? early.get() : head();
            early = Optional.empty();
            if (head.status() >= 200) {
                return new Head(head.status(), head.headers(), head.keepAlive() && wholeBodySent);
            }
        }
        throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "the server sent only interim answers");
    }

    private Head head() throws IOException {
        String[] status = input.line().split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("[1-5][0-9][0-9]")) {
            throw new HttpFailure(
                    HttpFailure.Kind.NOT_HTTP, origin + " does not speak HTTP/1.1; is this the right port?");
        }
        SortedMap<String, String> headers = new TreeMap<>();
        for (String line = input.line(); !line.isEmpty(); line = input.line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() == HEADERS_MAX) {
                throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "the answer's head is malformed");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            headers.merge(name, line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        boolean keepAlive =
                status[0].equals("HTTP/1.0") ? connection.equals("keep-alive") : !connection.contains("close");
        return new Head(Integer.parseInt(status[1]), new HttpHeaders(headers), keepAlive);
    }

    private HttpBodyInput framed(HttpRequest request, Head head) throws HttpFailure {
        if (request.method().equals("HEAD") || head.status() == 204 || head.status() == 304) {
            return HttpBodyInput.sized(input, 0);
        }
        if (head.headers().find("transfer-encoding").isPresent()) {
            return HttpBodyInput.chunked(input);
        }
        if (head.headers().find("content-length").isEmpty()) {
            return HttpBodyInput.untilClose(input);
        }
        String length = head.headers().find("content-length").orElse("");
        if (!length.matches("[0-9]{1,18}")) {
            throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "the answer's Content-Length is malformed");
        }
        return HttpBodyInput.sized(input, Long.parseLong(length));
    }

    /** Marks the beginning of idleness. */
    void rest(long nowNanos) {
        idleSinceNanos = nowNanos;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - idleSinceNanos;
    }

    /**
     * Whether this connection must not carry another request: the peer has said something nobody asked for, which the
     * next request would take for its answer, or, looked at only after a while, it has closed.
     *
     * @param rested whether the connection lay idle for so long that the peer may have closed it
     */
    boolean isSpent(boolean rested) {
        try {
            if (input.hasMore()) {
                return true;
            }
            if (!rested) {
                return false;
            }
            socket.setSoTimeout(1);
            input.fill();
            return true;
        } catch (SocketTimeoutException e) {
            return !restoreTimeout();
        } catch (IOException e) {
            return true;
        }
    }

    private boolean restoreTimeout() {
        try {
            socket.setSoTimeout(readTimeoutMillis);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing was left to be sent, so nothing is lost; the descriptor is free either way.
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        if (e instanceof UnknownHostException) {
            return "unknown host " + message;
        }
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
