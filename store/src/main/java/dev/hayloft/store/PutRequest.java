package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import java.time.Duration;
import java.util.Optional;

/**
 * What a put says beside the content.
 *
 * @param bucket must exist
 * @param key where the object goes
 * @param attributes kept and answered with it
 * @param condition judged against the state at the moment the write becomes true
 * @param durability empty: as the bucket is set
 * @param ttl life of the object; empty: as the bucket is set
 */
public record PutRequest(
        BucketName bucket,
        ObjectKey key,
        ObjectAttributes attributes,
        WriteCondition condition,
        Optional<Durability> durability,
        Optional<Duration> ttl) {
    /** With the bucket's life. */
    public PutRequest(
            BucketName bucket,
            ObjectKey key,
            ObjectAttributes attributes,
            WriteCondition condition,
            Optional<Durability> durability) {
        this(bucket, key, attributes, condition, durability, Optional.empty());
    }

    /** No attributes, no condition, the bucket's durability. */
    public static PutRequest of(BucketName bucket, ObjectKey key) {
        return new PutRequest(bucket, key, ObjectAttributes.NONE, WriteCondition.NONE, Optional.empty());
    }
}
