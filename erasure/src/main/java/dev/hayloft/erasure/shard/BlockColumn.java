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
    private final ShardSet.Reading[] readings;
    private final BitSet right = new BitSet();

    private BlockColumn(ShardLayout layout, int block) {
        this.layout = layout;
        this.block = block;
        this.columns = new byte[layout.shards()][ShardLayout.BLOCK_SIZE];
        this.readings = new ShardSet.Reading[layout.shards()];
    }

    /** Reads a block of all shards; which are right is known then. */
    static BlockColumn load(ShardSet set, BlockTable table, int block) {
        ShardLayout layout = set.layout();
        BlockColumn column = new BlockColumn(layout, block);
        long at = (long) block * ShardLayout.BLOCK_SIZE;
        for (int shard = 0; shard < layout.shards(); shard++) {
            int size = size(layout, shard, block);
            byte[] bytes = column.columns[shard];
            column.readings[shard] = set.tryRead(shard, at, bytes, ShardLayout.BLOCK_SIZE);
            boolean isRight = column.readings[shard] == ShardSet.Reading.WHOLE
                    && (size == 0 || table.isRight(shard, block, bytes, 0, size));
            column.right.set(shard, isRight);
        }
        return column;
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

    /** What the shard has, or what was made for it; zeros where nothing could be read. */
    byte[] bytes(int shard) {
        return columns[shard];
    }

    /** What came of reading a shard's own block. */
    ShardSet.Reading reading(int shard) {
        return readings[shard];
    }

    /**
     * Makes the wanted blocks right; false when too few others are, or what comes out is not what was written: then all
     * is as it was read.
     */
    boolean make(ReedSolomon codec, BitSet wanted, BlockTable table) {
        BitSet missing = (BitSet) wanted.clone();
        missing.andNot(right);
        if (missing.isEmpty()) {
            return true;
        }
        byte[][] made = columns.clone();
        missing.stream().forEach(shard -> made[shard] = new byte[ShardLayout.BLOCK_SIZE]);
        try {
            codec.reconstruction(right, missing).apply(made, 0, ShardLayout.BLOCK_SIZE);
        } catch (CorruptionException tooFew) {
            return false;
        }
        boolean isRight = missing.stream()
                .allMatch(shard -> table.isRight(shard, block, made[shard], 0, size(layout, shard, block)));
        if (isRight) {
            missing.stream().forEach(shard -> columns[shard] = made[shard]);
            right.or(missing);
        }
        return isRight;
    }
}
