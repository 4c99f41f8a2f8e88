package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import java.time.Instant;

/**
 * A bucket.
 *
 * @param name unique among the living
 * @param id never used again, not even after the bucket is gone; 1..2^31-1
 * @param createdAt milliseconds
 * @param settings as of now
 */
public record Bucket(BucketName name, int id, Instant createdAt, BucketSettings settings) {}
