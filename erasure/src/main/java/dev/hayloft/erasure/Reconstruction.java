package dev.hayloft.erasure;

import dev.hayloft.erasure.field.Combination;
import dev.hayloft.erasure.field.Inversion;
import dev.hayloft.model.error.CorruptionException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How certain lost shards come back from certain others, in two stages: what the sparse parity rows leave over when the
 * data at hand is taken out, then a small dense inverse. That is far cheaper than multiplying by the inverse of the
 * whole matrix; one lost data shard and the first parity are a plain XOR.
 *
 * <p><i>Threads:</i> immutable; any.
 */
public final class Reconstruction {
    private final int shards;
    private final BitSet inputs;

    /** Per used parity: what it leaves over, from the data at hand and itself. */
    private final Combination[] rests;

    /** Per data shard to be made: from the rests. None for parity, which is made from data afterwards. */
    private final Made[] data;

    private final Made[] parity;

    /** Whether what the one used parity leaves over is the lost shard itself. */
    private final boolean isPlain;

    private Reconstruction(int shards, BitSet inputs, Combination[] rests, Made[] data, Made[] parity) {
        this.shards = shards;
        this.inputs = inputs;
        this.rests = rests;
        this.data = data;
        this.parity = parity;
        this.isPlain =
                rests.length == 1 && data.length == 1 && data[0].combination().isIdentity();
    }

    private record Made(int shard, Combination combination, boolean isWanted) {}

    static Reconstruction plan(CodingMatrix matrix, BitSet atHand, BitSet wanted) {
        int k = matrix.dataShards();
        BitSet needed = new BitSet();
        if (wanted.nextSetBit(k) >= 0) { // Parity is made of all data.
            needed.set(0, k);
            needed.andNot(atHand);
        } else {
            needed.or(wanted);
        }
        BitSet inputs = new BitSet();
        Combination[] rests = {};
        Made[] data = {};
        if (!needed.isEmpty()) {
            BitSet lost = new BitSet();
            lost.set(0, k);
            lost.andNot(atHand);
            int[] unknowns = lost.stream().toArray();
            int[] parities = atHand.stream().filter(shard -> shard >= k).toArray();
            Inversion.Solution solution = solve(matrix, unknowns, parities);
            int[] used = solution.rows();
            inputs.set(0, k);
            inputs.andNot(lost);
            rests = new Combination[used.length];
            for (int r = 0; r < used.length; r++) {
                inputs.set(parities[used[r]]);
                rests[r] = rest(matrix, lost, parities[used[r]]);
            }
            List<Made> made = new ArrayList<>();
            for (int u = 0; u < unknowns.length; u++) {
                if (needed.get(unknowns[u])) {
                    made.add(new Made(unknowns[u], Combination.of(solution.inverseRow(u)), wanted.get(unknowns[u])));
                }
            }
            data = made.toArray(Made[]::new);
        }
        List<Made> parity = new ArrayList<>();
        wanted.stream().filter(shard -> shard >= k).forEach(shard -> {
            inputs.or(dataOf(k, atHand));
            parity.add(new Made(shard, Combination.of(matrix.row(shard - k)), true));
        });
        return new Reconstruction(matrix.shards(), inputs, rests, data, parity.toArray(Made[]::new));
    }

    private static BitSet dataOf(int k, BitSet atHand) {
        BitSet data = (BitSet) atHand.clone();
        data.clear(k, Math.max(k, data.length()));
        return data;
    }

    private static Inversion.Solution solve(CodingMatrix matrix, int[] unknowns, int[] parities) {
        int[][] equations = new int[parities.length][unknowns.length];
        for (int p = 0; p < parities.length; p++) {
            int[] row = matrix.row(parities[p] - matrix.dataShards());
            for (int u = 0; u < unknowns.length; u++) {
                equations[p][u] = row[unknowns[u]];
            }
        }
        return Inversion.solve(equations, unknowns.length)
                .orElseThrow(() -> new CorruptionException("More shards are lost than parity can make up for.")
                        .with("dataShardsLost", unknowns.length)
                        .with("parityShardsAtHand", parities.length));
    }

    private static Combination rest(CodingMatrix matrix, BitSet lost, int parityShard) {
        int k = matrix.dataShards();
        int[] coefficients = new int[matrix.shards()];
        int[] row = matrix.row(parityShard - k);
        for (int i = 0; i < k; i++) {
            coefficients[i] = lost.get(i) ? 0 : row[i];
        }
        coefficients[parityShard] = 1;
        return Combination.of(coefficients);
    }

    /** The numbers of the shards that {@link #apply} reads: k of them, or fewer when only parity is made. */
    public BitSet inputs() {
        return (BitSet) inputs.clone();
    }

    /**
     * Makes the wanted shards.
     *
     * @param all by number: {@link #inputs} and wanted ones with {@code length} bytes at {@code offset}; others unused
     */
    public void apply(byte[] @Nullable [] all, int offset, int length) {
        if (all.length != shards) {
            throw new IllegalArgumentException("one array per shard, or null");
        }
        byte[][] columns = columns(all);
        byte[][] left = new byte[Math.max(rests.length, data.length)][];
        for (int r = 0; r < left.length; r++) {
            // All arrays of one combination share the offset, so what is left over goes where the result will be.
            boolean isResult = r < data.length && data[r].isWanted();
            left[r] = isResult ? columns[data[r].shard()] : new byte[offset + length];
            if (r < data.length) {
                columns[data[r].shard()] = left[r];
            }
        }
        byte[][] scratch = new byte[rests.length][Math.min(ReedSolomon.STEP, length)];
        byte[] made = new byte[Math.min(ReedSolomon.STEP, length)];
        for (int done = 0; done < length; done += ReedSolomon.STEP) {
            int step = Math.min(ReedSolomon.STEP, length - done);
            int at = offset + done;
            makeData(columns, left, scratch, made, at, step);
            for (Made one : parity) {
                one.combination().apply(columns, columns[one.shard()], at, step);
            }
        }
    }

    private void makeData(byte[][] columns, byte[][] left, byte[][] scratch, byte[] made, int at, int step) {
        for (int r = 0; r < rests.length; r++) {
            rests[r].apply(columns, left[r], at, step);
        }
        if (isPlain) {
            return;
        }
        for (int r = 0; r < rests.length; r++) {
            System.arraycopy(left[r], at, scratch[r], 0, step);
        }
        for (Made one : data) {
            one.combination().apply(scratch, made, 0, step);
            System.arraycopy(made, 0, columns[one.shard()], at, step);
        }
    }

    private byte[][] columns(byte[] @Nullable [] all) {
        byte[] none = {};
        byte[][] columns = new byte[shards][];
        for (int i = 0; i < shards; i++) {
            byte[] column = all[i];
            columns[i] = column == null ? none : column;
        }
        return columns;
    }
}
