package dev.hayloft.erasure.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The checksums of all blocks of all shards of a set.
 *
 * <p><i>Threads:</i> filled by one, then read by any.
 */
public final class BlockTable {
    private final int[][] crcs;

    /** An empty table for a layout. */
    BlockTable(ShardLayout layout) {
        crcs = new int[layout.shards()][];
        for (int shard = 0; shard < crcs.length; shard++) {
            crcs[shard] = new int[layout.blocks(shard)];
        }
    }

    void set(int shard, int block, int crc) {
        crcs[shard][block] = crc;
    }

    /** Sets the checksums of one column of a shard, which begins at the beginning of a block. */
    void note(ShardLayout layout, int shard, long at, byte[] column, int step) {
        int size = (int) Math.max(0, Math.min(step, layout.length(shard) - at));
        for (int from = 0; from < size; from += ShardLayout.BLOCK_SIZE) {
            int length = Math.min(ShardLayout.BLOCK_SIZE, size - from);
            set(shard, (int) ((at + from) / ShardLayout.BLOCK_SIZE), crc(column, from, length));
        }
    }

    /** The checksum of a block. */
    int crc(int shard, int block) {
        return crcs[shard][block];
    }

    /** Whether a block's bytes are what was written; all that remains of the buffer. */
    boolean isRight(int shard, int block, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crcs[shard][block] == (int) crc.getValue();
    }

    /** Whether a block's bytes are what was written. */
    public boolean isRight(int shard, int block, byte[] bytes, int offset, int length) {
        return crcs[shard][block] == crc(bytes, offset, length);
    }

    static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    ByteBuffer encode() {
        int count = Arrays.stream(crcs).mapToInt(column -> column.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] column : crcs) {
            for (int crc : column) {
                bytes.putInt(crc);
            }
        }
        return bytes.flip();
    }

    static int sizeOf(ShardLayout layout) {
        int count = 0;
        for (int shard = 0; shard < layout.shards(); shard++) {
            count += layout.blocks(shard);
        }
        return count * Integer.BYTES;
    }

    static BlockTable parse(ShardLayout layout, ByteBuffer encoded) {
        ByteBuffer bytes = encoded.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        BlockTable table = new BlockTable(layout);
        for (int[] column : table.crcs) {
            for (int block = 0; block < column.length; block++) {
                column[block] = bytes.getInt();
            }
        }
        return table;
    }
}
