package dev.hayloft.erasure.field;

import java.util.Arrays;

/**
 * A sum of multiples of arrays: {@code out[t] = XOR over i of coefficient[i] * in[i][t]} in GF(256).
 *
 * <p>Worked out by Horner's rule over the bits of the coefficients: from the highest bit down, double what there is and
 * add the inputs whose coefficient has that bit. So the cost is the number of set bits, and every step is a plain loop
 * of XORs and shifts on longs, which the compiler turns into vector instructions on every platform.
 *
 * <p><i>Threads:</i> immutable; any.
 */
public final class Combination {
    private static final int BITS = 8;
    private static final int INPUTS_MAX = 8;
    private static final int WORD_MASK = Long.BYTES - 1;

    private final int[] coefficients;

    /** The inputs with the highest bit, then those with the next lower one, and so on; plane p ends at ends[p]. */
    private final int[] inputs;

    private final int[] ends;

    private Combination(int[] coefficients, int[] inputs, int[] ends) {
        this.coefficients = coefficients;
        this.inputs = inputs;
        this.ends = ends;
    }

    /** The combination with these coefficients, 0 to 255 each; inputs with 0 are never looked at. */
    public static Combination of(int[] coefficients) {
        int highest = 0;
        for (int coefficient : coefficients) {
            highest = Math.max(highest, Integer.SIZE - Integer.numberOfLeadingZeros(coefficient));
        }
        int[] inputs = new int[coefficients.length * BITS];
        int[] ends = new int[highest];
        int size = 0;
        for (int plane = 0; plane < highest; plane++) {
            for (int i = 0; i < coefficients.length; i++) {
                if ((coefficients[i] >> (highest - 1 - plane) & 1) != 0) {
                    inputs[size++] = i;
                }
            }
            ends[plane] = size;
        }
        return new Combination(coefficients.clone(), Arrays.copyOf(inputs, size), ends);
    }

    /**
     * Works it out.
     *
     * @param in the inputs, each with {@code length} bytes at {@code at}; a few KiB at a time stay in the nearest cache
     * @param out gets {@code length} bytes at the same offset: with two offsets no compiler finds the vectors in the
     *     loops; none of the inputs
     */
    public void apply(byte[][] in, byte[] out, int at, int length) {
        int words = length & ~WORD_MASK;
        if (words > 0) {
            applyWords(in, out, at, words);
        }
        for (int t = words; t < length; t++) {
            int sum = 0;
            for (int i = 0; i < coefficients.length; i++) {
                if (coefficients[i] != 0) {
                    sum ^= Gf256.multiply(coefficients[i], in[i][at + t] & 0xFF);
                }
            }
            out[at + t] = (byte) sum;
        }
    }

    /** Whether there is one input and it stays what it is. */
    public boolean isIdentity() {
        return coefficients.length == 1 && coefficients[0] == 1;
    }

    private void applyWords(byte[][] in, byte[] out, int at, int length) {
        if (ends.length == 0) {
            Arrays.fill(out, at, at + length, (byte) 0);
            return;
        }
        int next = Math.min(INPUTS_MAX, ends[0]);
        SetKernels.set(out, at, length, in, inputs, 0, next);
        for (int plane = 0; plane < ends.length; plane++) {
            int end = ends[plane];
            if (plane > 0) {
                int count = Math.min(INPUTS_MAX, end - next);
                DoubleKernels.twice(out, at, length, in, inputs, next, count);
                next += count;
            }
            while (next < end) {
                int count = Math.min(INPUTS_MAX, end - next);
                XorKernels.xor(out, at, length, in, inputs, next, count);
                next += count;
            }
        }
    }
}
