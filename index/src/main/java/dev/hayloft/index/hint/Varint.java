package dev.hayloft.index.hint;

import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;

/**
 * Integers in as few bytes as they need: 7 bits a byte, lowest first, the top bit says that another byte follows.
 * Signed ones are folded first, so that small ones of either sign are short.
 */
public final class Varint {
    /** Bytes of the longest. */
    public static final int SIZE_MAX = 10;

    private Varint() {}

    public static void put(ByteBuffer target, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    public static void putSigned(ByteBuffer target, long value) {
        put(target, value << 1 ^ value >> 63);
    }

    /**
     * Reads one.
     *
     * @throws CorruptionException when it is cut off or longer than a long
     */
    public static long get(ByteBuffer source) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!source.hasRemaining()) {
                throw new CorruptionException("a number is cut off");
            }
            byte next = source.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new CorruptionException("a number is too long");
    }

    /** Reads a signed one, as {@link #get}. */
    public static long getSigned(ByteBuffer source) {
        long folded = get(source);
        return folded >>> 1 ^ -(folded & 1);
    }
}
