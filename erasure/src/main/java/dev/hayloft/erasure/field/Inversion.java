package dev.hayloft.erasure.field;

import java.util.Optional;

/** Solves small systems of equations in GF(256) by Gauss and Jordan. Threads: any. */
public final class Inversion {
    private Inversion() {}

    /** What was found: the equations that were used, and the inverse of the square matrix that they make. */
    public static final class Solution {
        private final int[] rows;
        private final int[][] inverse;

        Solution(int[] rows, int[][] inverse) {
            this.rows = rows;
            this.inverse = inverse;
        }

        /** Which equation stands at each place of the square matrix. */
        public int[] rows() {
            return rows.clone();
        }

        /** One row of the inverse: unknown {@code i} as a combination of the used equations' right sides. */
        public int[] inverseRow(int i) {
            return inverse[i].clone();
        }
    }

    /**
     * Picks the first equations that determine all unknowns.
     *
     * @param equations coefficients of the unknowns, one array per equation
     * @param unknowns how many there are
     * @return empty when the equations do not determine them
     */
    public static Optional<Solution> solve(int[][] equations, int unknowns) {
        int[][] left = new int[unknowns][];
        int[][] right = new int[unknowns][];
        int[] rows = new int[unknowns];
        int[] pivots = new int[unknowns];
        int found = 0;
        for (int e = 0; e < equations.length && found < unknowns; e++) {
            int[] a = equations[e].clone();
            int[] b = new int[unknowns];
            b[found] = 1;
            for (int r = 0; r < found; r++) {
                subtract(a, b, left[r], right[r], a[pivots[r]]);
            }
            int pivot = firstNonZero(a);
            if (pivot < 0) {
                continue; // Says nothing that the others do not say.
            }
            int scale = Gf256.inverse(a[pivot]);
            multiply(a, scale);
            multiply(b, scale);
            for (int r = 0; r < found; r++) {
                subtract(left[r], right[r], a, b, left[r][pivot]);
            }
            left[found] = a;
            right[found] = b;
            rows[found] = e;
            pivots[found] = pivot;
            found++;
        }
        if (found < unknowns) {
            return Optional.empty();
        }
        int[][] inverse = new int[unknowns][];
        for (int r = 0; r < unknowns; r++) {
            inverse[pivots[r]] = right[r];
        }
        return Optional.of(new Solution(rows, inverse));
    }

    private static int firstNonZero(int[] row) {
        for (int i = 0; i < row.length; i++) {
            if (row[i] != 0) {
                return i;
            }
        }
        return -1;
    }

    private static void multiply(int[] row, int by) {
        for (int i = 0; i < row.length; i++) {
            row[i] = Gf256.multiply(row[i], by);
        }
    }

    private static void subtract(int[] a, int[] b, int[] fromA, int[] fromB, int by) {
        for (int i = 0; i < a.length; i++) {
            a[i] ^= Gf256.multiply(fromA[i], by);
            b[i] ^= Gf256.multiply(fromB[i], by);
        }
    }
}
