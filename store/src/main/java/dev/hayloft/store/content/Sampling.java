package dev.hayloft.store.content;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Says from a glance at content whether compressing it is worth the try: what its type and first bytes promise, then
 * the entropy of the bytes in a sample. A wrong guess costs time or space, never bytes: what does not get shorter is
 * stored raw.
 */
final class Sampling {
    /** Below this, only a dictionary finds anything to shorten. */
    static final int SIZE_MIN = 128;

    /** A thirty-second of the content is looked at, within these bounds: a glance must stay cheap beside its digest. */
    private static final int SAMPLE_SHIFT = 5;

    private static final int SAMPLE_MIN = 1024;
    private static final int SAMPLE_MAX = 4096;
    private static final int STRIPES = 4;

    /** A sample is whole words in each stripe. */
    private static final int SAMPLE_UNIT = STRIPES * Long.BYTES;

    /**
     * How far below the entropy of random bytes a sample must be. Entropy of order 0 misses repetitions of random
     * strings; such content is rare, and trying everything costs more than it finds.
     */
    private static final double MARGIN_BITS = 0.2;

    /** Looked at before the sample is, in four places: that random bytes are such costs a sixth so. */
    private static final int PROBE_SIZE = 256;

    /**
     * Random bytes show 162 values in a probe, with a deviation of 5. What shows as many as this is none of 200 values
     * or less, and so has 7.6 bits a byte at least.
     */
    private static final int PROBE_VALUES = 147;

    /** Bits that a sample of n random bytes seems to lack, times n: (256 - 1) / (2 ln 2), after Miller and Madow. */
    private static final double BIAS = 255 / (2 * Math.log(2));

    private static final double[] N_LOG_N = nLogN();

    private Sampling() {}

    /** Whether to try, for a whole object or its first bytes. */
    static boolean isPromising(String contentType, ByteBuffer content) {
        return content.remaining() >= SIZE_MIN
                && !isCompressedType(contentType)
                && !hasCompressedMagic(content)
                && isPromising(content);
    }

    /** The same where there is a dictionary, which finds something in the shortest content. */
    static boolean isPromisingWithDictionary(String contentType, ByteBuffer content) {
        return content.remaining() < SIZE_MIN ? !isCompressedType(contentType) : isPromising(contentType, content);
    }

    /** Whether the bytes alone look as if they could get shorter. */
    static boolean isPromising(ByteBuffer content) {
        if (content.remaining() >= 2 * PROBE_SIZE && probe(content) >= PROBE_VALUES) {
            return false;
        }
        int[] counts = new int[256];
        int size = content.remaining();
        int sampled = Math.min(size, Math.max(SAMPLE_MIN, Math.min(SAMPLE_MAX, size >> SAMPLE_SHIFT)));
        if (sampled == size) {
            count(content, content.position(), size, counts);
        } else {
            sampled -= sampled % SAMPLE_UNIT;
            int stripe = sampled / STRIPES;
            int step = (size - stripe) / (STRIPES - 1);
            for (int i = 0; i < STRIPES; i++) {
                count(content, content.position() + i * step, stripe, counts);
            }
        }
        double sum = 0;
        for (int count : counts) {
            sum += N_LOG_N[count];
        }
        double entropy = (N_LOG_N[sampled] - sum) / sampled;
        return entropy < 8 - BIAS / sampled - MARGIN_BITS;
    }

    /** How many values of a byte a few of the content show. */
    private static int probe(ByteBuffer content) {
        int stripe = PROBE_SIZE / STRIPES;
        int step = (content.remaining() - stripe) / (STRIPES - 1);
        byte[] seen = new byte[256];
        for (int i = 0; i < STRIPES; i++) {
            int from = content.position() + i * step;
            for (int at = from; at < from + stripe; at += Long.BYTES) {
                long word = content.getLong(at);
                seen[(int) word & 0xFF] = 1;
                seen[(int) (word >>> 8) & 0xFF] = 1;
                seen[(int) (word >>> 16) & 0xFF] = 1;
                seen[(int) (word >>> 24) & 0xFF] = 1;
                seen[(int) (word >>> 32) & 0xFF] = 1;
                seen[(int) (word >>> 40) & 0xFF] = 1;
                seen[(int) (word >>> 48) & 0xFF] = 1;
                seen[(int) (word >>> 56)] = 1;
            }
        }
        ByteBuffer marks = ByteBuffer.wrap(seen);
        int values = 0;
        for (int at = 0; at < seen.length; at += Long.BYTES) {
            values += Long.bitCount(marks.getLong(at));
        }
        return values;
    }

    private static void count(ByteBuffer content, int from, int size, int[] counts) {
        int at = from;
        for (int end = from + size - size % Long.BYTES; at < end; at += Long.BYTES) {
            long word = content.getLong(at);
            counts[(int) word & 0xFF]++;
            counts[(int) (word >>> 8) & 0xFF]++;
            counts[(int) (word >>> 16) & 0xFF]++;
            counts[(int) (word >>> 24) & 0xFF]++;
            counts[(int) (word >>> 32) & 0xFF]++;
            counts[(int) (word >>> 40) & 0xFF]++;
            counts[(int) (word >>> 48) & 0xFF]++;
            counts[(int) (word >>> 56)]++;
        }
        for (; at < from + size; at++) {
            counts[content.get(at) & 0xFF]++;
        }
    }

    private static boolean isCompressedType(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "image/jpeg",
                    "image/png",
                    "image/gif",
                    "image/webp",
                    "image/avif",
                    "image/heic",
                    "application/zip",
                    "application/gzip",
                    "application/x-gzip",
                    "application/zstd",
                    "application/x-bzip2",
                    "application/x-xz",
                    "application/x-7z-compressed",
                    "application/java-archive",
                    "audio/mpeg",
                    "audio/ogg",
                    "audio/aac",
                    "audio/flac",
                    "video/mp4",
                    "video/webm",
                    "video/quicktime",
                    "font/woff",
                    "font/woff2" -> true;
            default -> false;
        };
    }

    /** gzip, zip, zstd, xz, bzip2, 7z, JPEG, PNG, GIF, and WebP by their first bytes. */
    private static boolean hasCompressedMagic(ByteBuffer content) {
        int at = content.position();
        int first = (content.get(at) & 0xFF) << 24
                | (content.get(at + 1) & 0xFF) << 16
                | (content.get(at + 2) & 0xFF) << 8
                | content.get(at + 3) & 0xFF;
        return switch (first) {
            case 0x504B0304, 0x28B52FFD, 0xFD377A58, 0x377ABCAF, 0x89504E47, 0x47494638, 0x4F676753, 0x664C6143 -> true;
            default -> first >>> 16 == 0x1F8B || first >>> 8 == 0x425A68 || first >>> 8 == 0xFFD8FF;
        };
    }

    private static double[] nLogN() {
        double[] table = new double[SAMPLE_MAX + 1];
        for (int n = 1; n <= SAMPLE_MAX; n++) {
            table[n] = n * Math.log(n) / Math.log(2);
        }
        return table;
    }
}
