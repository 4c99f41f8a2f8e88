package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks for a copy of an object, content and attributes.
 *
 * @param bucket the object's; must exist
 * @param key the object's; must be there
 * @param version which version; empty for the newest
 * @param condition judged against the object when it is read
 * @param toBucket the copy's; must exist
 * @param toKey the copy's
 * @param overwrite whether to replace what stands there
 * @param durability empty: as the copy's bucket is set
 * @param ttl life of the copy; empty: as the copy's bucket is set
 */
public record CopyRequest(
        BucketName bucket,
        ObjectKey key,
        OptionalLong version,
        WriteCondition condition,
        BucketName toBucket,
        ObjectKey toKey,
        boolean overwrite,
        Optional<Durability> durability,
        Optional<Duration> ttl) {
    /** Of the newest version, without a condition; replaces what is there. */
    public static CopyRequest of(BucketName bucket, ObjectKey key, BucketName toBucket, ObjectKey toKey) {
        return new CopyRequest(
                bucket,
                key,
                OptionalLong.empty(),
                WriteCondition.NONE,
                toBucket,
                toKey,
                true,
                Optional.empty(),
                Optional.empty());
    }
}
