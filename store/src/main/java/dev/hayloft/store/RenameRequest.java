package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import java.util.Optional;

/**
 * Asks for another name of an object.
 *
 * @param bucket must exist
 * @param from the object's name; must be there
 * @param to its name from then on
 * @param condition judged against the object at the moment the rename becomes true
 * @param overwrite whether to replace what stands under the new name
 * @param durability empty: as the bucket is set
 */
public record RenameRequest(
        BucketName bucket,
        ObjectKey from,
        ObjectKey to,
        WriteCondition condition,
        boolean overwrite,
        Optional<Durability> durability) {
    /** Without a condition; replaces what is there. */
    public static RenameRequest of(BucketName bucket, ObjectKey from, ObjectKey to) {
        return new RenameRequest(bucket, from, to, WriteCondition.NONE, true, Optional.empty());
    }
}
