package dev.hayloft.store;

/**
 * What {@link ObjectStore#createBucket} answers.
 *
 * @param bucket the bucket as it stands
 * @param created false when it was there before
 */
public record CreatedBucket(Bucket bucket, boolean created) {}
