package dev.hayloft.store;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.BucketGate;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Partition;
import java.nio.ByteBuffer;

/**
 * A bucket at work: its record, its gate, the partition it lives in.
 *
 * <p><i>Threads:</i> any.
 */
final class BucketState {
    private final BucketGate gate;
    private final Partition partition;
    private final BucketContent content;
    private volatile Bucket bucket; // Replaced by the registry after the new record is durable.

    BucketState(Bucket bucket, Partition partition, BucketContent content) {
        this.bucket = bucket;
        this.gate = new BucketGate(bucket.id());
        this.partition = partition;
        this.content = content;
        changeRules(partition.tallies().bucket(bucket.id()).kept() > 0);
    }

    Bucket bucket() {
        return bucket;
    }

    void replace(Bucket changed) {
        bucket = changed;
        changeRules(false);
    }

    private void changeRules(boolean hasKept) {
        BucketSettings settings = bucket.settings();
        gate.change(new BucketGate.Rules(
                settings.versioning(), settings.maxVersions().orElse(0), hasKept));
    }

    int id() {
        return gate.bucketId();
    }

    BucketGate gate() {
        return gate;
    }

    Partition partition() {
        return partition;
    }

    /** How its content becomes stored bytes, and back. */
    BucketContent content() {
        return content;
    }

    /** Content that fits one needle as the settings of now want it stored. */
    Encoded encode(String contentType, ByteBuffer raw) {
        return content.encode(bucket.settings().compression(), contentType, raw);
    }

    /** The same for records of a stream, on the thread that receives them. */
    Encoded encodeRecord(String contentType, ByteBuffer raw) {
        return content.encodeBriskly(bucket.settings().compression(), contentType, raw);
    }

    /** Content of up to 1 MiB as an extent. */
    Mutation.Extent extent(String contentType, ByteBuffer raw) {
        Encoded encoded = encode(contentType, raw);
        return new Mutation.Extent(gate, encoded.payload(), raw.remaining(), encoded.coding());
    }

    /**
     * Lets a write of so many bytes pass the bucket's own settings.
     *
     * @throws StoreClosedException {@code read-only}
     * @throws CapacityException {@code quota-exceeded}
     */
    void admitWrite(long sizeBytes) {
        admitDelete();
        var tally = partition.tallies().bucket(id());
        boolean overBytes = bucket.settings().quotaBytes().isPresent()
                && tally.logicalBytes() + sizeBytes
                        > bucket.settings().quotaBytes().get();
        boolean overObjects = bucket.settings().quotaObjects().isPresent()
                && tally.objects() >= bucket.settings().quotaObjects().get();
        if (overBytes || overObjects) {
            throw new CapacityException(
                            ErrorCode.QUOTA_EXCEEDED,
                            overBytes
                                    ? "The bucket's quota of bytes is used up; delete objects or raise quotaBytes."
                                    : "The bucket's quota of objects is used up; delete objects or raise quotaObjects.")
                    .with("bucket", bucket.name());
        }
    }

    /**
     * Lets a delete pass the bucket's own settings.
     *
     * @throws StoreClosedException {@code read-only}
     */
    void admitDelete() {
        if (bucket.settings().readOnly()) {
            throw new StoreClosedException(ErrorCode.READ_ONLY, "The bucket is set to read-only.")
                    .with("bucket", bucket.name());
        }
    }
}
