package dev.hayloft.store.content;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Says from a look at samples whether a dictionary can be of use to any of them: it needs bytes of which some are rarer
 * than others, or strings that come again. Training costs a second of processor time, this a hundredth of it.
 */
final class Likeness {
    /** What a trainer looks for, too. */
    private static final int STRING_BYTES = Long.BYTES;

    /** Of a byte; less of it is something that a dictionary's tables save. */
    private static final double ENTROPY_BITS = 7.9;

    /** One in so many strings is looked at, chosen by what they are: those that come again are chosen again. */
    private static final int STRIDE = 16;

    /** Strings that come again, of a hundred, which a dictionary could not live from: it has to save a tenth. */
    private static final int REPEATED_PERCENT = 2;

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int STRIDE_SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(STRIDE);

    private Likeness() {}

    /** Whether the samples together look like random bytes. */
    static boolean isMissing(List<byte[]> samples) {
        return !samples.isEmpty() && entropyBits(samples) > ENTROPY_BITS && !repeats(samples);
    }

    private static double entropyBits(List<byte[]> samples) {
        int[] counts = new int[256];
        for (byte[] sample : samples) {
            for (byte each : sample) {
                counts[each & 0xFF]++;
            }
        }
        double size = samples.stream().mapToInt(sample -> sample.length).sum();
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                bits -= count / size * Math.log(count / size) / Math.log(2);
            }
        }
        return bits;
    }

    private static boolean repeats(List<byte[]> samples) {
        int size = samples.stream().mapToInt(sample -> sample.length).sum();
        long[] chosen = new long[size / STRIDE * 2 + STRIDE];
        int count = 0;
        for (byte[] sample : samples) {
            ByteBuffer bytes = ByteBuffer.wrap(sample);
            for (int at = 0; at + STRING_BYTES <= sample.length && count < chosen.length; at++) {
                long mixed = bytes.getLong(at) * MULTIPLIER;
                if (mixed >>> STRIDE_SHIFT == 0) {
                    chosen[count++] = mixed;
                }
            }
        }
        Arrays.sort(chosen, 0, count);
        int repeated = 0;
        for (int i = 1; i < count; i++) {
            if (chosen[i] == chosen[i - 1]) {
                repeated++;
            }
        }
        return repeated * 100L > (long) count * REPEATED_PERCENT;
    }
}
