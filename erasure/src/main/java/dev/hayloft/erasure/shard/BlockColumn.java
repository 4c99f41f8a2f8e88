package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import dev.hayloft.model.error.CorruptionException;
import java.util.BitSet;

/**
 * One block of every shard, read and checked.
 *
 * <p><i>Threads:</i> confined to one.
 */
final class BlockColumn {
    private final ShardLayout layout;
    private final int block;
    private final byte[][] columns;
    private final BitSet right;

    private BlockColumn(ShardLayout layout, int block, byte[][] columns, BitSet right) {
        this.layout = layout;
        this.block = block;
        this.columns = columns;
        this.right = right;
    }

    /** Reads a block of all shards; which are right is known then. */
    static BlockColumn load(ShardSet set, BlockTable table, int block) {
        ShardLayout layout = set.layout();
        byte[][] columns = new byte[layout.shards()][ShardLayout.BLOCK_SIZE];
        BitSet right = new BitSet();
        long at = (long) block * ShardLayout.BLOCK_SIZE;
        for (int shard = 0; shard < layout.shards(); shard++) {
            int size = size(layout, shard, block);
            boolean isRight = set.read(shard, at, columns[shard], ShardLayout.BLOCK_SIZE)
                    && (size == 0 || table.isRight(shard, block, columns[shard], 0, size));
            right.set(shard, isRight);
        }
        return new BlockColumn(layout, block, columns, right);
    }

    /** Bytes that a shard has of a block; 0 behind its end. */
    static int size(ShardLayout layout, int shard, int block) {
        long rest = layout.length(shard) - (long) block * ShardLayout.BLOCK_SIZE;
        return (int) Math.max(0, Math.min(ShardLayout.BLOCK_SIZE, rest));
    }

    /** The shards whose block is not right. */
    BitSet wrong() {
        BitSet wrong = new BitSet();
        wrong.set(0, layout.shards());
        wrong.andNot(right);
        return wrong;
    }

    byte[] bytes(int shard) {
        return columns[shard];
    }

    /** Makes the wanted blocks right; false when too few others are, or what comes out is not what was written. */
    boolean make(ReedSolomon codec, BitSet wanted, BlockTable table) {
        BitSet missing = (BitSet) wanted.clone();
        missing.andNot(right);
        if (missing.isEmpty()) {
            return true;
        }
        try {
            codec.reconstruction(right, missing).apply(columns, 0, ShardLayout.BLOCK_SIZE);
        } catch (CorruptionException tooFew) {
            return false;
        }
        boolean isRight = missing.stream()
                .allMatch(shard -> table.isRight(shard, block, columns[shard], 0, size(layout, shard, block)));
        if (isRight) {
            right.or(missing);
        }
        return isRight;
    }
}
