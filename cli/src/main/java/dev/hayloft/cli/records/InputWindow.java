package dev.hayloft.cli.records;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The bytes of a stream from the record that is looked at on; grows to hold one. <i>Threads:</i> one. */
final class InputWindow {
    private static final int FIRST_SIZE = 256 << 10;

    private final InputStream source;
    private byte[] bytes = new byte[FIRST_SIZE];
    private int from;
    private int to;

    InputWindow(InputStream source) {
        this.source = source;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the first byte stands that was not passed. */
    int from() {
        return from;
    }

    int size() {
        return to - from;
    }

    void pass(int count) {
        from += count;
    }

    /** Reads more behind what is there, which may move; false at the end of the stream. */
    boolean more() throws IOException {
        if (to == bytes.length) {
            if (from > 0) {
                System.arraycopy(bytes, from, bytes, 0, to - from);
            } else {
                bytes = Arrays.copyOf(bytes, 2 * bytes.length);
            }
            to -= from;
            from = 0;
        }
        int count = source.read(bytes, to, bytes.length - to);
        to += Math.max(0, count);
        return count >= 0;
    }

    /** Has at least so many bytes; false when the stream ends before. */
    boolean has(int count) throws IOException {
        while (size() < count) {
            if (!more()) {
                return false;
            }
        }
        return true;
    }
}
