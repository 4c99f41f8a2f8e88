package dev.hayloft.store;

import java.nio.file.Path;
import java.time.Instant;
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
        Path path) {
    /** Where a volume is in its life. */
    public enum State {
        OPEN,
        SEALED,
        DAMAGED
    }
}
