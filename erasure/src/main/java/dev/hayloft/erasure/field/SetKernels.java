package dev.hayloft.erasure.field;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * out = the XOR of the inputs. All at the same offset, one tiny loop per number of inputs: a loop with several offsets,
 * over an array of inputs, or of more than eight of them, is not turned into vector instructions. Lengths are multiples
 * of 8; nothing is checked here.
 *
 * <p><i>Threads:</i> any.
 */
final class SetKernels {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private SetKernels() {}

    /** The same for count inputs, which are in[of[from]] and following. */
    static void set(byte[] out, int at, int length, byte[][] in, int[] of, int from, int count) {
        switch (count) {
            case 1 -> set(out, at, length, in[of[from]]);
            case 2 -> set(out, at, length, in[of[from]], in[of[from + 1]]);
            case 3 -> set(out, at, length, in[of[from]], in[of[from + 1]], in[of[from + 2]]);
            case 4 -> set(out, at, length, in[of[from]], in[of[from + 1]], in[of[from + 2]], in[of[from + 3]]);
            case 5 ->
                set(
                        out,
                        at,
                        length,
                        in[of[from]],
                        in[of[from + 1]],
                        in[of[from + 2]],
                        in[of[from + 3]],
                        in[of[from + 4]]);
            case 6 ->
                set(
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
                set(
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
                set(
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

    private static void set(byte[] out, int at, int length, byte[] a) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(out, at + i, (long) LONG.get(a, at + i));
        }
    }

    private static void set(byte[] out, int at, int length, byte[] a, byte[] b) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(out, at + i, (long) LONG.get(a, at + i) ^ (long) LONG.get(b, at + i));
        }
    }

    private static void set(byte[] out, int at, int length, byte[] a, byte[] b, byte[] c) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(out, at + i, (long) LONG.get(a, at + i) ^ (long) LONG.get(b, at + i) ^ (long) LONG.get(c, at + i));
        }
    }

    private static void set(byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(
                    out,
                    at + i,
                    (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i));
        }
    }

    private static void set(byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d, byte[] e) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(
                    out,
                    at + i,
                    (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i));
        }
    }

    private static void set(
            byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d, byte[] e, byte[] f) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(
                    out,
                    at + i,
                    (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i)
                            ^ (long) LONG.get(f, at + i));
        }
    }

    private static void set(
            byte[] out, int at, int length, byte[] a, byte[] b, byte[] c, byte[] d, byte[] e, byte[] f, byte[] g) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LONG.set(
                    out,
                    at + i,
                    (long) LONG.get(a, at + i)
                            ^ (long) LONG.get(b, at + i)
                            ^ (long) LONG.get(c, at + i)
                            ^ (long) LONG.get(d, at + i)
                            ^ (long) LONG.get(e, at + i)
                            ^ (long) LONG.get(f, at + i)
                            ^ (long) LONG.get(g, at + i));
        }
    }

    private static void set(
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
            LONG.set(
                    out,
                    at + i,
                    (long) LONG.get(a, at + i)
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
