package dev.hayloft.api.records;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The beginning of a record whose end is yet to come. Grows as needed; gives large memory back. */
final class RecordBytes {
    private static final int FIRST_SIZE = 4 << 10;
    private static final int KEPT_MAX = 1 << 20;
    private static final int GROWTH_MAX = 2 << 20; // Doubling would hold twice of what a large record has.

    private byte[] bytes = new byte[FIRST_SIZE];
    private int size;

    int size() {
        return size;
    }

    /** Memory that this takes. */
    int capacityBytes() {
        return bytes.length;
    }

    byte[] array() {
        return bytes;
    }

    /** Takes so many bytes of the source, whose position moves on. */
    void take(ByteBuffer source, int count) {
        if (bytes.length - size < count) {
            int more = Math.min(bytes.length, GROWTH_MAX);
            bytes = Arrays.copyOf(bytes, Math.max(size + count, bytes.length + more));
        }
        source.get(bytes, size, count);
        size += count;
    }

    void clear() {
        size = 0;
        if (bytes.length > KEPT_MAX) {
            bytes = new byte[FIRST_SIZE];
        }
    }
}
