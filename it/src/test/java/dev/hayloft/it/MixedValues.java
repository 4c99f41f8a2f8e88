package dev.hayloft.it;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Contents that follow from numbers, and say so themselves: a part is its number, its length and the bytes that both
 * stand for. So a reader who knows nothing of the writer sees whether what it got was ever written. Pure functions.
 */
final class MixedValues {
    private static final int HEAD_SIZE = Long.BYTES + Integer.BYTES;
    private static final int[] SIZES = {HEAD_SIZE, 100, 1_000, 4_096, 9_000, 20_000, 70_000};
    private static final int LARGE_SIZE = 2_500_000;

    private MixedValues() {}

    /** The bytes a number stands for: noise, or text that can be compressed. */
    static byte[] part(long number) {
        SplittableRandom bytes = new SplittableRandom(number);
        int pick = bytes.nextInt(100);
        byte[] part = new byte[pick < 2 ? LARGE_SIZE : SIZES[pick % SIZES.length]];
        bytes.nextBytes(part);
        if (pick % 2 == 0) {
            for (int i = 0; i < part.length; i++) {
                part[i] = (byte) ('a' + (part[i] & 3));
            }
        }
        ByteBuffer.wrap(part).putLong(number).putInt(part.length);
        return part;
    }

    /** Parts one behind the other. */
    static byte[] content(List<Long> numbers) {
        List<byte[]> parts = new ArrayList<>();
        int size = 0;
        for (long number : numbers) {
            byte[] part = part(number);
            size += part.length;
            parts.add(part);
        }
        ByteBuffer content = ByteBuffer.allocate(size);
        parts.forEach(content::put);
        return content.array();
    }

    /** Whether it consists of whole parts, bit for bit. */
    static boolean isWhole(byte[] content) {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.remaining() >= HEAD_SIZE) {
            long number = rest.getLong(rest.position());
            int length = rest.getInt(rest.position() + Long.BYTES);
            if (length < HEAD_SIZE || length > rest.remaining()) {
                return false;
            }
            byte[] part = new byte[length];
            rest.get(part);
            if (!Arrays.equals(part, part(number))) {
                return false;
            }
        }
        return !rest.hasRemaining();
    }
}
