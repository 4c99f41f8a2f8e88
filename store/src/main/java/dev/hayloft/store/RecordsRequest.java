package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import java.util.Optional;

/**
 * What a stream of records says before its first record.
 *
 * @param bucket must exist
 * @param durability empty: as the bucket is set
 * @param producer who sends, so that what is sent again is not stored again; {@code [A-Za-z0-9_.-]{1,64}}
 * @param firstRecord the producer's number of the first record, counted from 0
 */
public record RecordsRequest(
        BucketName bucket, Optional<Durability> durability, Optional<String> producer, long firstRecord) {
    /** A producer that is not idempotent, with the bucket's durability. */
    public static RecordsRequest of(BucketName bucket) {
        return new RecordsRequest(bucket, Optional.empty(), Optional.empty(), 0);
    }
}
