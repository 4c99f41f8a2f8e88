package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;

/**
 * What to delete. What is absent counts as deleted.
 *
 * @param bucket must exist
 * @param key of the object
 * @param target which of its versions
 * @param condition judged as of a put; entity tags are those of the version that is named, if one is
 */
public record DeleteRequest(BucketName bucket, ObjectKey key, Target target, WriteCondition condition) {
    /** Which versions of a key. */
    public sealed interface Target {
        /** What a read finds; in a bucket that keeps versions a delete marker hides it. */
        record Newest() implements Target {}

        /**
         * One version, or a delete marker.
         *
         * @param number its number
         */
        record Version(long number) implements Target {}

        /** All, for good. */
        record All() implements Target {}
    }

    /** Deletes what a read finds. */
    public static DeleteRequest of(BucketName bucket, ObjectKey key) {
        return new DeleteRequest(bucket, key, new Target.Newest(), WriteCondition.NONE);
    }
}
