package dev.hayloft.index;

/**
 * What one volume took for one bucket.
 *
 * @param bucketId the bucket
 * @param bytes bytes appended for it, dead or alive
 * @param needles needles appended for it, tombstones included
 */
public record BucketTally(int bucketId, long bytes, long needles) {}
