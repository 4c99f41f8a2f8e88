package dev.hayloft.erasure.field;

import dev.hayloft.model.error.Check;

/**
 * Single elements of GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 and the generator 2: the field of every
 * common Reed-Solomon code. For coefficients and the last bytes of an array; arrays are {@link Combination}'s.
 *
 * <p><i>Threads:</i> any.
 */
public final class Gf256 {
    /** How many elements there are; a code has at most this many shards less one. */
    public static final int SIZE = 256;

    private static final int POLYNOMIAL = 0x11d;
    private static final int ORDER = SIZE - 1;
    private static final int[] LOG = new int[SIZE];
    private static final int[] EXP = new int[2 * ORDER];

    static {
        int x = 1;
        for (int i = 0; i < ORDER; i++) {
            EXP[i] = x;
            EXP[i + ORDER] = x;
            LOG[x] = i;
            x <<= 1;
            x = x >= SIZE ? x ^ POLYNOMIAL : x;
        }
        Check.invariant(x == 1, "2 generates the field");
    }

    private Gf256() {}

    /** The product of two elements. */
    public static int multiply(int a, int b) {
        return a == 0 || b == 0 ? 0 : EXP[LOG[a] + LOG[b]];
    }

    /** The element that gives 1 when multiplied; of anything but 0. */
    public static int inverse(int a) {
        Check.argument(a != 0, "0 has no inverse");
        return EXP[ORDER - LOG[a]];
    }

    /** a to the n, with 0 to the 0 being 1. */
    public static int power(int a, int n) {
        if (n == 0) {
            return 1;
        }
        return a == 0 ? 0 : EXP[LOG[a] * n % ORDER];
    }
}
