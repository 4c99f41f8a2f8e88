package dev.hayloft.erasure.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an encoded volume's file held when it was encoded, as far as the checksums of its blocks tell: enough to judge a
 * copy of it.
 *
 * <p><i>Threads:</i> any.
 */
public final class VolumeContent {
    private VolumeContent() {}

    /** CRC32C of the whole file, without reading it; empty when no shard gives the checksums of the blocks. */
    public static OptionalInt crc(ShardSet set) {
        Optional<BlockTable> table = set.table();
        if (table.isEmpty()) {
            return OptionalInt.empty();
        }
        ShardLayout layout = set.layout();
        int crc = 0; // Of no bytes.
        for (int shard = 0; shard < layout.dataShards(); shard++) {
            for (int block = 0; block < layout.blocks(shard); block++) {
                int size = BlockColumn.size(layout, shard, block);
                crc = JoinedCrc.join(crc, table.get().crc(shard, block), size);
            }
        }
        return OptionalInt.of(crc);
    }

    /**
     * Bytes of a copy of the file in blocks that are not right, those that cannot be read among them; all when no shard
     * gives the checksums.
     */
    public static long wrongBytes(ShardSet set, Path copy) {
        ShardLayout layout = set.layout();
        Optional<BlockTable> table = set.table();
        if (table.isEmpty()) {
            return layout.volumeBytes();
        }
        long wrong = 0;
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(ShardLayout.BLOCK_SIZE);
            for (int shard = 0; shard < layout.dataShards(); shard++) {
                for (int block = 0; block < layout.blocks(shard); block++) {
                    bytes.clear().limit(BlockColumn.size(layout, shard, block));
                    long at = layout.start(shard) + (long) block * ShardLayout.BLOCK_SIZE;
                    boolean isRight = isRead(channel, at, bytes) && table.get().isRight(shard, block, bytes.flip());
                    wrong += isRight ? 0 : bytes.limit();
                }
            }
        } catch (IOException unreadable) {
            return layout.volumeBytes();
        }
        return wrong;
    }

    private static boolean isRead(FileChannel channel, long offset, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }
}
