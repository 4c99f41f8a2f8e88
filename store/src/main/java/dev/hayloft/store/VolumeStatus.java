package dev.hayloft.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One volume.
 *
 * @param id {@code PARTITION-NUMBER}
 * @param partition its partition
 * @param state where it is in its life
 * @param bytes of its data, without space reserved ahead
 * @param liveBytes that compaction would keep
 * @param deadBytes that compaction would drop
 * @param needles of objects, tombstones and extents
 * @param createdAt milliseconds
 * @param sealedAt milliseconds
 * @param path its file
 * @param shards where its bytes stand: of a volume that is not encoded the one copy
 */
public record VolumeStatus(
        String id,
        int partition,
        State state,
        long bytes,
        long liveBytes,
        long deadBytes,
        long needles,
        Instant createdAt,
        Optional<Instant> sealedAt,
        Path path,
        List<Shard> shards) {
    public VolumeStatus {
        shards = List.copyOf(shards);
    }

    /**
     * One shard.
     *
     * @param index data first, then parity
     * @param isParity whether it is made of the others
     * @param path the file that holds it
     * @param offset where it begins there
     * @param length its bytes
     * @param state as far as its file's length and earlier checks tell
     */
    public record Shard(int index, boolean isParity, Path path, long offset, long length, ShardState state) {}

    /** How a shard is. */
    public enum ShardState {
        OK,
        MISSING,
        CORRUPT
    }

    /** Where a volume is in its life. */
    public enum State {
        OPEN,
        SEALED,
        ENCODED,
        DAMAGED
    }
}
