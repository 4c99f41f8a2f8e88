package dev.hayloft.erasure.field;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * out = 2 * out XOR the inputs, byte by byte in GF(256). All at the same offset, one tiny loop per number of inputs: a
 * loop with several offsets, over an array of inputs, or of more than eight of them, is not turned into vector
 * instructions. Lengths are multiples of 8; nothing is checked here.
 *
 * <p><i>Threads:</i> any.
 */
final class DoubleKernels {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long TOP_BITS = 0x8080_8080_8080_8080L;
    private static final long POLYNOMIAL = 0x1d1d_1d1d_1d1d_1d1dL;

    private DoubleKernels() {}

    /** The same for count inputs, which are in[of[from]] and following. */
    static void twice(byte[] out, int at, int length, byte[][] in, int[] of, int from, int count) {
        switch (count) {
            case 0 -> twice(out, at, length);
            case 1 -> twice(out, at, length, in[of[from]]);
            case 2 -> twice(out, at, length, in[of[from]], in[of[from + 1]]);
            case 3 -> twice(out, at, length, in[of[from]], in[of[from + 1]], in[of[from + 2]]);
            case 4 -> twice(out, at, length, in[of[from]], in[of[from + 1]], in[of[from + 2]], in[of[from + 3]]);
            case 5 ->
                twice(
                        out,
                        at,
                        length,
                        in[of[from]],
                        in[of[from + 1]],
                        in[of[from + 2]],
                        in[of[from + 3]],
                        in[of[from + 4]]);
            case 6 ->
                twice(
                        out,
                        at,
                        length,
                        in[of[from]],
                        in[of[from + 1]],
                        in[of[from + 2]],
                        in[of[from + 3]],
                        in[of[from + 4]],
                        in[of[from + 5]]);
            case 7 ->
                twice(
                        out,
                        at,
                        length,
                        in[of[from]],
                        in[of[from + 1]],
                        in[of[from + 2]],
                        in[of[from + 3]],
                        in[of[from + 4]],
                        in[of[from + 5]],
                        in[of[from + 6]]);
            case 8 ->
                twice(
                        out,
                        at,
                        length,
                        in[of[from]],
                        in[of[from + 1]],
                        in[of[from + 2]],
                        in[of[from + 3]],
                        in[of[from + 4]],
                        in[of[from + 5]],
                        in[of[from + 6]],
                        in[of[from + 7]]);
            default -> throw new AssertionError("at most eight inputs at once");
        }
    }

    private static void twice(byte[] out, int at, int length) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(out, at + i, ((x ^ m) << 1) ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL));
        }
    }

    private static void twice(byte[] out, int at, int length, byte[] a) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(out, at + i, ((x ^ m) << 1) ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL) ^ (long) LONG.get(a, at + i));
        }
    }

    private static void twice(byte[] out, int at, int length, byte[] a, byte[] b) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i));
        }
    }

    private static void twice(byte[] out, int at, int length, byte[] a, byte[] b, byte[] c) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i));
        }
    }

    private static void twice(byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i));
        }
    }

    private static void twice(byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d, byte[] e) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i));
        }
    }

    private static void twice(
            byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d, byte[] e, byte[] f) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i)
                            ^ (long) LONG.get(f, at + i));
        }
    }

    private static void twice(
            byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d, byte[] e, byte[] f, byte[] g) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i)
                            ^ (long) LONG.get(f, at + i)
                            ^ (long) LONG.get(g, at + i));
        }
    }

    private static void twice(
            byte[] out,
            int at,
            int length,
            byte[] a,
            byte[] b,
            byte[] c,
            byte[] d,
            byte[] e,
            byte[] f,
            byte[] g,
            byte[] h) {
        for (int i = 0; i < length; i += Long.BYTES) {
            long x = (long) LONG.get(out, at + i);
            long m = x & TOP_BITS;
            LONG.set(
                    out,
                    at + i,
                    ((x ^ m) << 1)
                            ^ (((m << 1) - (m >>> 7)) & POLYNOMIAL)
                            ^ (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i)
                            ^ (long) LONG.get(f, at + i)
                            ^ (long) LONG.get(g, at + i)
                            ^ (long) LONG.get(h, at + i));
        }
    }
}
