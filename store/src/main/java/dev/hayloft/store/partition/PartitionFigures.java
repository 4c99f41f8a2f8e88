package dev.hayloft.store.partition;

import dev.hayloft.index.IndexStatus;

/**
 * A partition's figures at one moment.
 *
 * @param queueDepth mutations waiting for the writer
 * @param queueCapacity most of them
 * @param unforcedBytes appended and not yet forced
 * @param index of the point index
 * @param mutations taken since the start
 * @param frames appended since the start
 * @param appendedBytes of them
 * @param refused for want of room in the queue
 * @param forces since the start
 * @param forceNanos all together
 * @param forceNanosMax the longest
 */
public record PartitionFigures(
        int queueDepth,
        int queueCapacity,
        long unforcedBytes,
        IndexStatus index,
        long mutations,
        long frames,
        long appendedBytes,
        long refused,
        long forces,
        long forceNanos,
        long forceNanosMax) {}
