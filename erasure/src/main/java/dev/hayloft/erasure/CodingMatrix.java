package dev.hayloft.erasure;

import dev.hayloft.erasure.field.Gf256;
import dev.hayloft.erasure.field.Inversion;
import dev.hayloft.model.error.Check;
import java.util.Arrays;

/**
 * The coefficients of a code: m rows of k, each saying how a parity shard is made of the data shards. A shard set
 * stores its rows, never a name for them, so any rows can be decoded, those of other stores too.
 *
 * <p>References: J. Bloemer et al., "An XOR-Based Erasure-Resilient Coding Scheme", 1995, for Cauchy matrices; J. S.
 * Plank and L. Xu, "Optimizing Cauchy Reed-Solomon Codes", NCA 2006, for scaling them to few set bits.
 *
 * <p><i>Threads:</i> immutable; any.
 */
public final class CodingMatrix {
    /** Most shards of one code, data and parity together. */
    public static final int SHARDS_MAX = Gf256.SIZE - 1;

    /** Scaled Cauchy matrices of few set bits, found by search; any k of their shards give the rest. */
    private static final int[][] SPARSE_10_4 = {
        {1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
        {89, 48, 32, 16, 10, 226, 2, 198, 1, 8},
        {12, 128, 96, 241, 112, 4, 1, 66, 8, 132},
        {32, 9, 53, 66, 8, 1, 5, 36, 72, 2}
    };

    private static final int[][] SPARSE_6_3 = {
        {1, 1, 1, 1, 1, 1},
        {40, 65, 32, 80, 1, 76},
        {4, 10, 8, 1, 3, 5}
    };

    private static final int[][] SPARSE_4_2 = {{1, 1, 1, 1}, {4, 1, 2, 6}};

    private final int[][] rows;

    private CodingMatrix(int[][] rows) {
        this.rows = rows;
    }

    /**
     * What new shard sets are made with: sparse rows for 10 + 4, 6 + 3 and 4 + 2, else {@link #cauchy1} with its
     * columns scaled so that the first parity is the plain XOR of the data.
     *
     * @throws IllegalArgumentException unless there are 1 to 255 shards with one of each kind
     */
    public static CodingMatrix preferred(int dataShards, int parityShards) {
        if (dataShards == 10 && parityShards <= 4) {
            return ofRows(Arrays.copyOf(SPARSE_10_4, checkedShape(dataShards, parityShards)));
        }
        if (dataShards == 6 && parityShards <= 3) {
            return ofRows(Arrays.copyOf(SPARSE_6_3, checkedShape(dataShards, parityShards)));
        }
        if (dataShards == 4 && parityShards <= 2) {
            return ofRows(Arrays.copyOf(SPARSE_4_2, checkedShape(dataShards, parityShards)));
        }
        int[][] rows = cauchy1(dataShards, parityShards).rows;
        int[] first = rows[0].clone();
        for (int[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Gf256.multiply(row[i], Gf256.inverse(first[i]));
            }
        }
        return new CodingMatrix(rows);
    }

    /** The Cauchy matrix of ISA-L and of klauspost/reedsolomon: {@code 1 / ((k + j) xor i)}. */
    public static CodingMatrix cauchy1(int dataShards, int parityShards) {
        int[][] rows = new int[checkedShape(dataShards, parityShards)][dataShards];
        for (int j = 0; j < parityShards; j++) {
            for (int i = 0; i < dataShards; i++) {
                rows[j][i] = Gf256.inverse((dataShards + j) ^ i);
            }
        }
        return new CodingMatrix(rows);
    }

    /** The matrix of Backblaze, SeaweedFS and klauspost's default: Vandermonde, times the inverse of its top. */
    public static CodingMatrix vandermonde(int dataShards, int parityShards) {
        checkedShape(dataShards, parityShards);
        int[][] top = new int[dataShards][];
        for (int r = 0; r < dataShards; r++) {
            top[r] = powers(r, dataShards);
        }
        Inversion.Solution inverse = Inversion.solve(top, dataShards).orElseThrow();
        int[][] rows = new int[parityShards][dataShards];
        for (int j = 0; j < parityShards; j++) {
            int[] powers = powers(dataShards + j, dataShards);
            for (int c = 0; c < dataShards; c++) {
                int[] column = inverse.inverseRow(c);
                for (int i = 0; i < dataShards; i++) {
                    rows[j][i] ^= Gf256.multiply(powers[c], column[i]);
                }
            }
        }
        return new CodingMatrix(rows);
    }

    /** Rows from elsewhere, coefficients 0 to 255. Whether any k shards give the rest is up to them. */
    public static CodingMatrix ofRows(int[][] rows) {
        Check.argument(rows.length >= 1, "a code has at least one parity shard");
        checkedShape(rows[0].length, rows.length);
        int[][] copy = new int[rows.length][];
        for (int j = 0; j < rows.length; j++) {
            copy[j] = rows[j].clone();
            Check.argument(copy[j].length == copy[0].length, "the rows of a code are of one length");
            for (int coefficient : copy[j]) {
                Check.argument(coefficient >= 0 && coefficient < Gf256.SIZE, "a coefficient is 0 to 255");
            }
        }
        return new CodingMatrix(copy);
    }

    public int dataShards() {
        return rows[0].length;
    }

    public int parityShards() {
        return rows.length;
    }

    /** Data and parity shards together. */
    public int shards() {
        return dataShards() + parityShards();
    }

    /** How one parity shard is made, coefficient by data shard. */
    public int[] row(int parity) {
        return rows[parity].clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodingMatrix matrix && Arrays.deepEquals(rows, matrix.rows);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(rows);
    }

    @Override
    public String toString() {
        return Arrays.deepToString(rows);
    }

    private static int[] powers(int of, int count) {
        int[] powers = new int[count];
        for (int c = 0; c < count; c++) {
            powers[c] = Gf256.power(of, c);
        }
        return powers;
    }

    private static int checkedShape(int dataShards, int parityShards) {
        Check.argument(
                dataShards >= 1 && parityShards >= 1 && dataShards + parityShards <= SHARDS_MAX,
                "a code has at least one data and one parity shard, and 255 shards in all");
        return parityShards;
    }
}
