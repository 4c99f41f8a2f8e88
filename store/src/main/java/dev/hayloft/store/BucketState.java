package dev.hayloft.store;

import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.BucketGate;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Partition;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A bucket at work: its record, its gate, the partition it lives in.
 *
 * <p><i>Threads:</i> any.
 */
final class BucketState {
    private static final Sha256 NO_DIGEST = new Sha256(0, 0, 0, 0);

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

    /** Whether encoding would hold up a thread that serves others. */
    boolean isSlow(int sizeBytes) {
        BucketSettings settings = bucket.settings();
        return content.isSlow(settings.compression(), settings.encrypt(), sizeBytes);
    }

    /** An object whose content fits one needle, as the settings of now want it stored. */
    Encoded encode(String contentType, ByteBuffer raw, Sha256 sha256) {
        return encode(contentType, raw, Optional.of(sha256));
    }

    private Encoded encode(String contentType, ByteBuffer raw, Optional<Sha256> sha256) {
        Encoded encoded = content.encode(
                bucket.settings().compression(), bucket.settings().encrypt(), contentType, raw);
        return encrypted(encoded, raw, sha256);
    }

    private Encoded encrypted(Encoded encoded, ByteBuffer raw, Optional<Sha256> sha256) {
        return bucket.settings().encrypt() ? content.seal(encoded, raw.remaining(), sha256) : encoded;
    }

    /** The same for records of a stream, on the thread that receives them. */
    Encoded encodeRecord(String contentType, ByteBuffer raw, Sha256 sha256) {
        Encoded encoded = content.encodeBriskly(
                bucket.settings().compression(), bucket.settings().encrypt(), contentType, raw);
        return encrypted(encoded, raw, Optional.of(sha256));
    }

    /**
     * An object's content with its attributes as the settings of now want them stored: whatever becomes a mutation
     * comes through here.
     *
     * @param key of the object
     * @param clear with its attributes not encrypted, its payload as it is to be stored
     */
    Mutation.Content sealed(ByteBuffer key, Mutation.Content clear) {
        return bucket.settings().encrypt()
                ? clear.withAttributes(content.sealAttributes(
                        clear.attributes(),
                        key,
                        clear.contentSizeBytes(),
                        clear.sha256().orElseThrow()))
                : clear;
    }

    /** The attributes of an object of this bucket. */
    ObjectAttributes attributes(NeedleView needle) {
        return content.attributes(
                needle.metadata(),
                needle.key(),
                needle.contentSize(),
                needle.sha256().orElse(NO_DIGEST));
    }

    /** The same, as a listing has them. */
    ObjectAttributes attributes(DirectoryEntry entry) {
        return content.attributes(entry.attributes(), entry.key(), entry.contentSize(), entry.sha256());
    }

    /** Content of up to 1 MiB as an extent. */
    Mutation.Extent extent(String contentType, ByteBuffer raw) {
        Encoded encoded = encode(contentType, raw, Optional.empty());
        return new Mutation.Extent(gate, encoded.payload(), raw.remaining(), encoded.coding());
    }

    /** The same as one that several manifests may name. */
    Mutation.Extent sharedExtent(String contentType, ByteBuffer raw, Sha256 digest) {
        Encoded encoded = encode(contentType, raw, Optional.of(digest));
        return new Mutation.Extent(gate, encoded.payload(), raw.remaining(), encoded.coding(), Optional.of(digest));
    }

    /**
     * Lets a write of so many bytes pass the bucket's own settings.
     *
     * @throws StoreClosedException {@code read-only}; {@code unavailable} when it is encrypted and locked
     * @throws CapacityException {@code quota-exceeded}
     */
    void admitWrite(long sizeBytes) {
        admitDelete();
        requireKey();
        admitBytes(sizeBytes);
        Optional<Long> quota = bucket.settings().quotaObjects();
        if (quota.isPresent() && partition.tallies().bucket(id()).objects() >= quota.get()) {
            throw overQuota("The bucket's quota of objects is used up; delete objects or raise quotaObjects.");
        }
    }

    /** As {@link #admitWrite}, for content that changes its name only. */
    void admitMove() {
        admitDelete();
        requireKey();
    }

    /** As {@link #admitWrite}, for another version of an object that is there: it counts where versions are kept. */
    void admitRewrite(long sizeBytes) {
        admitDelete();
        requireKey();
        if (bucket.settings().versioning()) {
            admitBytes(sizeBytes);
        }
    }

    private void requireKey() {
        if (bucket.settings().encrypt()) {
            content.requireKey();
        }
    }

    private void admitBytes(long sizeBytes) {
        Optional<Long> quota = bucket.settings().quotaBytes();
        if (quota.isPresent() && partition.tallies().bucket(id()).logicalBytes() + sizeBytes > quota.get()) {
            throw overQuota("The bucket's quota of bytes is used up; delete objects or raise quotaBytes.");
        }
    }

    private CapacityException overQuota(String sentence) {
        return new CapacityException(ErrorCode.QUOTA_EXCEEDED, sentence).with("bucket", bucket.name());
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
