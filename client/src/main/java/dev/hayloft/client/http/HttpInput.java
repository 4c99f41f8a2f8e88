package dev.hayloft.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a connection reads: lines of heads and bytes of bodies through one buffer. One thread at a time. */
final class HttpInput {
    private static final int BUFFER_SIZE = 64 << 10;
    private static final int LINE_SIZE_MAX = 64 << 10;

    private final InputStream source;
    private final byte[] buffer = new byte[BUFFER_SIZE];
    private int from;
    private int to;

    HttpInput(InputStream source) {
        this.source = source;
    }

    /** A line without its end. */
    String line() throws IOException {
        byte[] line = new byte[256];
        int size = 0;
        while (true) {
            int b = read();
            if (b < 0) {
                throw new HttpFailure(
                        HttpFailure.Kind.BROKEN, "the server closed the connection inside an answer's head");
            }
            if (b == '\n') {
                int end = size > 0 && line[size - 1] == '\r' ? size - 1 : size;
                return new String(line, 0, end, StandardCharsets.UTF_8);
            }
            if (size == LINE_SIZE_MAX) {
                throw new HttpFailure(HttpFailure.Kind.NOT_HTTP, "a line of the answer's head is over 64 KiB");
            }
            if (size == line.length) {
                line = Arrays.copyOf(line, 2 * size);
            }
            line[size++] = (byte) b;
        }
    }

    int read() throws IOException {
        return from < to || fill() ? buffer[from++] & 0xff : -1;
    }

    int read(byte[] target, int offset, int size) throws IOException {
        if (from == to) {
            if (size >= BUFFER_SIZE) {
                return source.read(target, offset, size);
            }
            if (!fill()) {
                return -1;
            }
        }
        int count = Math.min(size, to - from);
        System.arraycopy(buffer, from, target, offset, count);
        from += count;
        return count;
    }

    /** Waits for a byte; false at the end of the stream. */
    boolean fill() throws IOException {
        if (from < to) {
            return true;
        }
        from = 0;
        to = 0; // Before the read, which may time out: what was read already must not come again.
        to = Math.max(0, source.read(buffer));
        return to > 0;
    }

    /** Whether bytes are there that nobody has asked for yet; does not wait. */
    boolean hasMore() throws IOException {
        return from < to || source.available() > 0;
    }
}
