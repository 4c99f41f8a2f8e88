package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Asks for other attributes of an object; its content stays.
 *
 * @param bucket must exist
 * @param key must be there
 * @param change from the attributes that stand there to those that shall; may be called several times, on any thread,
 *     and what it throws is the answer
 * @param condition judged against the object at the moment the patch becomes true
 * @param durability empty: as the bucket is set
 */
public record PatchRequest(
        BucketName bucket,
        ObjectKey key,
        UnaryOperator<ObjectAttributes> change,
        WriteCondition condition,
        Optional<Durability> durability) {
    /** Without a condition. */
    public static PatchRequest of(BucketName bucket, ObjectKey key, UnaryOperator<ObjectAttributes> change) {
        return new PatchRequest(bucket, key, change, WriteCondition.NONE, Optional.empty());
    }
}
