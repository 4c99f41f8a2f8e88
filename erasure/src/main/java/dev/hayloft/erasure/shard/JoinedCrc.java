package dev.hayloft.erasure.shard;

/**
 * The CRC32C of two stretches of bytes, from the CRC32C of each: that of the first, as if as many zeros followed it as
 * the second has bytes, and then that of the second. Following zeros are a multiplication by a power of x, modulo the
 * polynomial. After Mark Adler, {@code crc32_combine} of zlib 1.2.12.
 *
 * <p><i>Threads:</i> any.
 */
final class JoinedCrc {
    private static final int POLYNOMIAL = 0x82F63B78; // Castagnoli's, with its bits reflected.
    private static final int ONE = 1 << 31; // x to the power of 0: the highest bit is the lowest power.
    private static final int[] POWERS = powers();

    private JoinedCrc() {}

    /** x to the power of 2, 4, 8 and so on, from x itself on. */
    private static int[] powers() {
        int[] powers = new int[Integer.SIZE];
        powers[0] = ONE >>> 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = product(powers[i - 1], powers[i - 1]);
        }
        return powers;
    }

    /**
     * Joins them.
     *
     * @param first of the first stretch; 0 when it is empty
     * @param second of the second one
     * @param size bytes of the second one
     */
    static int join(int first, int second, int size) {
        return product(powerOfBytes(size), first) ^ second;
    }

    private static int powerOfBytes(int size) {
        int power = ONE;
        long bits = (long) size * Byte.SIZE;
        for (int i = 0; bits != 0; i++, bits >>>= 1) {
            if ((bits & 1) != 0) {
                power = product(POWERS[i], power);
            }
        }
        return power;
    }

    private static int product(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }
}
