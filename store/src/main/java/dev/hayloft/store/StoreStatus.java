package dev.hayloft.store;

import java.util.List;
import java.util.UUID;

/**
 * Figures of the whole store. Byte counts are of what stands in volumes.
 *
 * @param incarnation changes when a store is restored from a copy
 * @param buckets number of buckets
 * @param lockedBuckets those that are encrypted and whose master key the server has not
 * @param objects keys of all buckets
 * @param logicalBytes content as written
 * @param storedBytes what readable versions take
 * @param savedBytes what would be stored beside that, were equal content not stored once
 * @param liveBytes bytes that compaction would keep
 * @param deadBytes bytes that compaction would drop
 * @param parityBytes bytes of parity shards
 * @param freeBytes usable space of the data folder's disk
 * @param partitions by id
 * @param volumes how many there are
 * @param readThrough reads of damaged bytes since the start
 * @param compression what was compressed since the start
 */
public record StoreStatus(
        UUID incarnation,
        int buckets,
        int lockedBuckets,
        long objects,
        long logicalBytes,
        long storedBytes,
        long savedBytes,
        long liveBytes,
        long deadBytes,
        long parityBytes,
        long freeBytes,
        List<PartitionStatus> partitions,
        VolumeCounts volumes,
        ReadThrough readThrough,
        CompressionFigures compression) {
    public StoreStatus {
        partitions = List.copyOf(partitions);
    }

    /**
     * How many volumes there are in each state.
     *
     * @param open taking appends
     * @param sealed complete
     * @param encoded complete, with parity
     * @param damaged holding bytes that failed a check
     * @param unindexed of which the index may lack needles, because it was built while they could not be read
     */
    public record VolumeCounts(int open, int sealed, int encoded, int damaged, int unindexed) {}

    /**
     * Reads of bytes that their own place did not give.
     *
     * @param ranges made again from other shards
     * @param bytes in them
     * @param cached answered by one that was made shortly before
     * @param lost that could not be made
     */
    public record ReadThrough(long ranges, long bytes, long cached, long lost) {}

    /**
     * Content that came by to be compressed, whether or not it got shorter.
     *
     * @param contentBytes as it was written
     * @param storedBytes as it was stored, before encryption
     * @param dictionaries that buckets learned and took into use
     */
    public record CompressionFigures(long contentBytes, long storedBytes, long dictionaries) {}

    /**
     * One partition.
     *
     * @param id 0..partitions-1
     * @param problem empty while it takes writes; otherwise a sentence
     * @param openVolume as shown outside, {@code PARTITION-NUMBER}
     * @param queueDepth mutations waiting for the writer
     * @param queueCapacity most of them
     * @param unforcedBytes appended and not yet forced
     * @param index figures of the point index
     * @param log figures of the writer since the start
     */
    public record PartitionStatus(
            int id,
            java.util.Optional<String> problem,
            String openVolume,
            int queueDepth,
            int queueCapacity,
            long unforcedBytes,
            IndexFigures index,
            LogFigures log) {}

    /**
     * The point index.
     *
     * @param entries keys and extents
     * @param capacity before the next split
     * @param bytes on disk
     * @param maps how many
     */
    public record IndexFigures(long entries, long capacity, long bytes, int maps) {}

    /**
     * The writer and its flusher since the start.
     *
     * @param mutations applied
     * @param frames appended
     * @param appendedBytes frames with headers
     * @param forces of files
     * @param forceNanos all forces together
     * @param forceNanosMax the longest one
     * @param refused mutations refused by a full queue or disk
     */
    public record LogFigures(
            long mutations,
            long frames,
            long appendedBytes,
            long forces,
            long forceNanos,
            long forceNanosMax,
            long refused) {}
}
