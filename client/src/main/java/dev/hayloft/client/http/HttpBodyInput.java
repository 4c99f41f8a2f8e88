package dev.hayloft.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/**
 * The body of an answer, by its framing; ends only where the framing says so, otherwise throws. One thread at a time.
 */
final class HttpBodyInput extends InputStream {
    private static final long CHUNKED = -1;
    private static final long UNTIL_CLOSE = -2;

    private final HttpInput input;
    private final boolean chunked;
    private final boolean untilClose;
    private long left;
    private boolean firstChunk = true;
    private boolean ended;

    private HttpBodyInput(HttpInput input, long framing) {
        this.input = input;
        this.chunked = framing == CHUNKED;
        this.untilClose = framing == UNTIL_CLOSE;
        this.left = framing >= 0 ? framing : 0;
        this.ended = framing == 0;
    }

    static HttpBodyInput sized(HttpInput input, long sizeBytes) {
        return new HttpBodyInput(input, sizeBytes);
    }

    static HttpBodyInput chunked(HttpInput input) {
        return new HttpBodyInput(input, CHUNKED);
    }

    static HttpBodyInput untilClose(HttpInput input) {
        return new HttpBodyInput(input, UNTIL_CLOSE);
    }

    /** Whether the connection stands right behind this body and may carry another request. */
    boolean isReusable() {
        return ended && !untilClose;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        if (ended) {
            return -1;
        }
        if (size == 0) {
            return 0;
        }
        try {
            if (chunked && left == 0 && !nextChunk()) {
                return -1;
            }
            return readFramed(target, offset, size);
        } catch (SocketTimeoutException e) {
            throw new HttpFailure(HttpFailure.Kind.TIMED_OUT, "the server stopped sending inside a body", e);
        }
    }

    private int readFramed(byte[] target, int offset, int size) throws IOException {
        int wanted = untilClose ? size : (int) Math.min(size, left);
        int count = input.read(target, offset, wanted);
        if (count < 0) {
            ended = untilClose;
            if (!untilClose) {
                throw new HttpFailure(HttpFailure.Kind.BROKEN, "the connection ended before the body did");
            }
            return -1;
        }
        if (!untilClose) {
            left -= count;
            ended = left == 0 && !chunked;
        }
        return count;
    }

    private boolean nextChunk() throws IOException {
        if (!firstChunk && !input.line().isEmpty()) {
            throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "a chunk does not end where it should");
        }
        firstChunk = false;
        String line = input.line();
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        try {
            left = Long.parseLong(digits, 16);
        } catch (NumberFormatException e) {
            throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "a chunk has no size", e);
        }
        if (left < 0) {
            throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "a chunk has a negative size");
        }
        if (left == 0) {
            String trailer = input.line();
            while (!trailer.isEmpty()) {
                trailer = input.line();
            }
            ended = true;
        }
        return left > 0;
    }
}
