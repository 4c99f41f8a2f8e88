package dev.hayloft.erasure;

import dev.hayloft.erasure.field.Combination;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The codec: parity from data, and lost shards from the others. Shards are arrays, data first, then parity; every
 * operation works on one range of offsets of all of them. Columns are independent: a range of a lost shard takes the
 * same range of k others and nothing else.
 *
 * <p>Nothing here notices a wrong byte in what it is given: callers check their inputs' checksums.
 *
 * <p><i>Threads:</i> immutable; any.
 */
public final class ReedSolomon {
    /** Bytes of each shard that are worked on at a time, so that k inputs stay in the first-level cache. */
    static final int STEP = 4096;

    private final CodingMatrix matrix;
    private final Combination[] parity;

    private ReedSolomon(CodingMatrix matrix, Combination[] parity) {
        this.matrix = matrix;
        this.parity = parity;
    }

    public static ReedSolomon of(CodingMatrix matrix) {
        Combination[] parity = new Combination[matrix.parityShards()];
        for (int j = 0; j < parity.length; j++) {
            parity[j] = Combination.of(matrix.row(j));
        }
        return new ReedSolomon(matrix, parity);
    }

    public CodingMatrix matrix() {
        return matrix;
    }

    /**
     * Fills the parity shards from the data shards.
     *
     * @param shards all of them, each with {@code length} bytes at {@code offset}
     */
    public void encode(byte[][] shards, int offset, int length) {
        checkShards(shards);
        int k = matrix.dataShards();
        for (int done = 0; done < length; done += STEP) {
            int step = Math.min(STEP, length - done);
            for (int j = 0; j < parity.length; j++) {
                parity[j].apply(shards, shards[k + j], offset + done, step);
            }
        }
    }

    /** Whether the parity shards are those of the data shards, in a range. */
    public boolean verify(byte[][] shards, int offset, int length) {
        checkShards(shards);
        int k = matrix.dataShards();
        byte[] expected = new byte[offset + length];
        for (int done = 0; done < length; done += STEP) {
            int step = Math.min(STEP, length - done);
            int at = offset + done;
            for (int j = 0; j < parity.length; j++) {
                parity[j].apply(shards, expected, at, step);
                if (!Arrays.equals(expected, at, at + step, shards[k + j], at, at + step)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * How to get lost shards back from those at hand.
     *
     * @param atHand the numbers of the shards that can be read
     * @param wanted the numbers of those to be made; none of them at hand
     * @throws CorruptionException when too few are at hand
     */
    public Reconstruction reconstruction(BitSet atHand, BitSet wanted) {
        Check.argument(!atHand.intersects(wanted), "what is at hand need not be made");
        Check.argument(
                atHand.length() <= matrix.shards() && wanted.length() <= matrix.shards(), "there are fewer shards");
        return Reconstruction.plan(matrix, atHand, wanted);
    }

    private void checkShards(byte[][] shards) {
        Check.argument(shards.length == matrix.shards(), "all shards are needed, data and parity");
    }
}
