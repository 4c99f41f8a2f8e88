package dev.hayloft.store;

import java.util.Optional;

/**
 * What a bucket holds.
 *
 * @param objects keys that a read finds
 * @param versions readable versions of all keys
 * @param logicalBytes content of readable versions, as written
 * @param storedBytes what readable versions take on disk, headers included
 * @param savedBytes what would be stored beside that, were equal content not stored once
 * @param liveBytes bytes of this bucket in volumes that compaction would keep
 * @param deadBytes bytes of this bucket in volumes that compaction would drop
 * @param dictionary what small objects are compressed with, once there is one
 */
public record BucketStatistics(
        long objects,
        long versions,
        long logicalBytes,
        long storedBytes,
        long savedBytes,
        long liveBytes,
        long deadBytes,
        Optional<DictionaryStatistics> dictionary) {}
