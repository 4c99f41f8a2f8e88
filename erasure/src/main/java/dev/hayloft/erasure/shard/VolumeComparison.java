package dev.hayloft.erasure.shard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A volume's own file beside data shards that have files too: one of both is to go, and this tells which may.
 *
 * <p><i>Threads:</i> any, each call on its own.
 */
public final class VolumeComparison {
    private VolumeComparison() {}

    /** What it holds. */
    public enum Verdict {
        /** The same bytes as the data shards, which can all be read. */
        SAME,

        /** The bytes of which the shards were made, by the checksums of all; the shards have others, or lack some. */
        RIGHT,

        /** Other bytes, or it cannot be read, or nothing tells. */
        OTHER
    }

    /** Reads it and the data shards, from the first byte to the last. */
    public static Verdict judge(ShardSet set, Path own) {
        ShardLayout layout = set.layout();
        Optional<BlockTable> table = set.table();
        boolean isSame = true;
        boolean isRight = table.isPresent();
        try (SharedFile file = new SharedFile(own)) {
            if (Files.size(own) != layout.volumeBytes()) {
                return Verdict.OTHER;
            }
            byte[] bytes = new byte[ShardLayout.BLOCK_SIZE];
            byte[] ofShard = new byte[ShardLayout.BLOCK_SIZE];
            for (int shard = 0; shard < layout.dataShards(); shard++) {
                for (int block = 0; block < layout.blocks(shard) && (isSame || isRight); block++) {
                    int size = BlockColumn.size(layout, shard, block);
                    long at = (long) block * ShardLayout.BLOCK_SIZE;
                    if (file.read(layout.start(shard) + at, bytes, 0, size) < size) {
                        return Verdict.OTHER;
                    }
                    isRight = isRight && table.get().isRight(shard, block, bytes, 0, size);
                    isSame = isSame
                            && set.read(shard, at, ofShard, size)
                            && Arrays.equals(bytes, 0, size, ofShard, 0, size);
                }
            }
        } catch (IOException unreadable) {
            return Verdict.OTHER;
        }
        return isSame ? Verdict.SAME : isRight ? Verdict.RIGHT : Verdict.OTHER;
    }
}
