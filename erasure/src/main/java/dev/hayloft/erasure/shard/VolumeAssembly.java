package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;

/**
 * Gives the bytes of an encoded volume's file from its first to its last, from its shards: those whose checksum is
 * wrong, or that cannot be read, are made again from the others. In blocks, with the memory of one column.
 *
 * <p><i>Threads:</i> any, each call on its own.
 */
public final class VolumeAssembly {
    private VolumeAssembly() {}

    /** Takes the bytes, in order. */
    public interface Target {
        /** The next bytes, which are its own until it returns. */
        void write(ByteBuffer bytes) throws IOException;
    }

    /**
     * Hands on all of it. What is lost for good comes as zeros, which no checksum of a frame takes for data.
     *
     * @return bytes that are lost
     */
    public static long assemble(ShardSet set, Target target) throws IOException {
        ShardLayout layout = set.layout();
        ReedSolomon codec = ReedSolomon.of(layout.matrix());
        Optional<BlockTable> table = set.table();
        byte[] block = new byte[ShardLayout.BLOCK_SIZE];
        long lost = 0;
        for (int shard = 0; shard < layout.dataShards(); shard++) {
            for (int i = 0; i < layout.blocks(shard); i++) {
                int size = BlockColumn.size(layout, shard, i);
                boolean isRight = set.read(shard, (long) i * ShardLayout.BLOCK_SIZE, block, size)
                        && (table.isEmpty() || table.get().isRight(shard, i, block, 0, size));
                ByteBuffer bytes = ByteBuffer.wrap(block, 0, size);
                if (!isRight) {
                    Optional<ByteBuffer> made =
                            table.isPresent() ? make(set, codec, table.get(), shard, i, size) : Optional.empty();
                    lost += made.isPresent() ? 0 : size;
                    bytes = made.orElse(ByteBuffer.allocate(size));
                }
                target.write(bytes);
            }
        }
        return lost;
    }

    private static Optional<ByteBuffer> make(
            ShardSet set, ReedSolomon codec, BlockTable table, int shard, int block, int size) {
        BitSet wanted = new BitSet();
        wanted.set(shard);
        BlockColumn column = BlockColumn.load(set, table, block);
        return column.make(codec, wanted, table)
                ? Optional.of(ByteBuffer.wrap(column.bytes(shard), 0, size))
                : Optional.empty();
    }
}
