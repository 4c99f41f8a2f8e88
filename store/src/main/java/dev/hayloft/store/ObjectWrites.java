package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.DiskGuard;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Mutation.Outcome;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;

/**
 * Puts and deletes: settings, room, conditions, then the partition's writer.
 *
 * <p>The writer compares versions only. An entity tag is looked up here and turned into the version that has it; when
 * the key has changed by the time the writer judges, the tag is looked up again.
 *
 * <p><i>Threads:</i> any; nothing blocks: tags are looked up on the reading executor.
 */
final class ObjectWrites {
    private static final int RESOLUTIONS_MAX = 1000;

    private final BucketRegistry buckets;
    private final ObjectReads reads;
    private final DiskGuard disk;
    private final Executor reading;

    ObjectWrites(BucketRegistry buckets, ObjectReads reads, DiskGuard disk, Executor reading) {
        this.buckets = buckets;
        this.reads = reads;
        this.disk = disk;
        this.reading = reading;
    }

    CompletionStage<WriteResult> put(PutRequest request, ByteBuffer content, Sha256 sha256) {
        Check.argument(content.remaining() <= ObjectStore.EXTENT_SIZE, "content over 1 MiB needs an upload");
        return guarded(() -> {
            BucketState bucket = buckets.require(request.bucket());
            admit(bucket, content.remaining());
            ByteBuffer attributes = AttributesFormat.encode(request.attributes());
            return put(
                    bucket,
                    request,
                    new Mutation.Content(attributes, content, false, content.remaining(), Optional.of(sha256)));
        });
    }

    /** The checks of a bucket and of the disk. */
    void admit(BucketState bucket, long sizeBytes) {
        bucket.admitWrite(sizeBytes);
        disk.admitWrite(sizeBytes);
    }

    /** The same for an upload that goes on: the quota sees all of it, the disk what is new. */
    void admitMore(BucketState bucket, long beforeBytes, long sizeBytes) {
        bucket.admitWrite(beforeBytes + sizeBytes);
        disk.admitWrite(sizeBytes);
    }

    /** Stores content whose attributes are encoded already; what {@link #admit} checks has been checked. */
    CompletionStage<WriteResult> put(BucketState bucket, PutRequest request, Mutation.Content content) {
        Durability durability =
                request.durability().orElse(bucket.bucket().settings().durability());
        KeyHash hash = bucket.partition().reader().hash(bucket.id(), request.key());
        LongFunction<Mutation> mutation =
                expected -> new Mutation.Put(bucket.gate(), hash, request.key().utf8(), expected, durability, content);
        Sha256 sha256 = content.sha256().orElseThrow();
        return guarded(() -> judged(bucket, request.key(), request.condition(), mutation, 0)
                .thenApply(applied -> new WriteResult(applied.version(), !applied.existed(), sha256)));
    }

    CompletionStage<DeleteResult> delete(BucketName name, ObjectKey key, WriteCondition condition) {
        return guarded(() -> {
            BucketState bucket = buckets.require(name);
            bucket.admitDelete();
            disk.admitDelete();
            KeyHash hash = bucket.partition().reader().hash(bucket.id(), key);
            Durability durability = bucket.bucket().settings().durability();
            LongFunction<Mutation> mutation =
                    expected -> new Mutation.Delete(bucket.gate(), hash, key.utf8(), expected, durability);
            return judged(bucket, key, condition, mutation, 0)
                    .thenApply(applied -> new DeleteResult(applied.existed()));
        });
    }

    private interface Write<T> {
        CompletionStage<T> start();
    }

    private static <T> CompletionStage<T> guarded(Write<T> write) {
        try {
            return write.start();
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<Outcome.Applied> judged(
            BucketState bucket,
            ObjectKey key,
            WriteCondition condition,
            LongFunction<Mutation> mutation,
            int resolutions) {
        if (!needsTag(condition)) {
            return submit(bucket, mutation.apply(expectedWithoutTag(condition)))
                    .thenApply(outcome -> applied(outcome, key));
        }
        return CompletableFuture.supplyAsync(() -> expectedByTag(bucket, key, condition), reading)
                .thenCompose(expected -> submit(bucket, mutation.apply(expected)))
                .thenCompose(outcome -> {
                    if (outcome instanceof Outcome.Mismatch && resolutions < RESOLUTIONS_MAX) {
                        return judged(bucket, key, condition, mutation, resolutions + 1);
                    }
                    return CompletableFuture.completedFuture(applied(outcome, key));
                });
    }

    private static CompletionStage<Outcome> submit(BucketState bucket, Mutation mutation) {
        return bucket.partition().trySubmit(mutation);
    }

    private static Outcome.Applied applied(Outcome outcome, ObjectKey key) {
        if (outcome instanceof Outcome.Mismatch mismatch) {
            throw conditionFailed(key, mismatch.actualVersion());
        }
        return (Outcome.Applied) outcome;
    }

    private static RequestException conditionFailed(ObjectKey key, long actualVersion) {
        return new RequestException(ErrorCode.PRECONDITION_FAILED, "The condition does not hold for this key.")
                .with("key", key)
                .with("version", actualVersion == 0 ? "absent" : Long.toString(actualVersion));
    }

    private static boolean needsTag(WriteCondition condition) {
        return condition.ifMatch().filter(tags -> !tags.any()).isPresent()
                || condition.ifNoneMatch().filter(tags -> !tags.any()).isPresent();
    }

    /** The expected version of a condition without particular tags. */
    private static long expectedWithoutTag(WriteCondition condition) {
        boolean present = condition.ifMatch().isPresent();
        boolean absent = condition.ifNoneMatch().isPresent();
        OptionalLong version = condition.ifVersion();
        boolean contradicts = (present && absent)
                || (present && version.isPresent() && version.getAsLong() == 0)
                || (absent && version.isPresent() && version.getAsLong() != 0);
        if (contradicts) {
            throw new RequestException(ErrorCode.PRECONDITION_FAILED, "The conditions contradict each other.");
        }
        if (version.isPresent()) {
            return version.getAsLong();
        }
        if (absent) {
            return 0;
        }
        return present ? Mutation.PRESENT : Mutation.ANY;
    }

    private long expectedByTag(BucketState bucket, ObjectKey key, WriteCondition condition) {
        try (Closing<StoredObject> current = new Closing<>(reads.read(bucket, key))) {
            long version =
                    current.value().map(object -> object.info().version()).orElse(0L);
            String tag = current.value().map(object -> object.info().etag()).orElse("");
            boolean holds =
                    (condition.ifVersion().isEmpty() || condition.ifVersion().getAsLong() == version)
                            && condition
                                    .ifMatch()
                                    .map(tags -> version != 0 && tags.contains(tag))
                                    .orElse(true)
                            && condition
                                    .ifNoneMatch()
                                    .map(tags -> version == 0 || !tags.contains(tag))
                                    .orElse(true);
            if (!holds) {
                throw conditionFailed(key, version);
            }
            return version;
        }
    }
}
