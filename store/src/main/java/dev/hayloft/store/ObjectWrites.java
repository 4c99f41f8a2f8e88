package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.folder.DiskGuard;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Mutation.Outcome;
import dev.hayloft.store.partition.Mutation.Scope;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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
    private final InstantSource clock;
    private final Deduplication deduplication;

    ObjectWrites(BucketRegistry buckets, ObjectReads reads, DiskGuard disk, Executor reading, InstantSource clock) {
        this.buckets = buckets;
        this.reads = reads;
        this.disk = disk;
        this.reading = reading;
        this.clock = clock;
        this.deduplication = new Deduplication(reading);
    }

    CompletionStage<WriteResult> put(PutRequest request, ByteBuffer content, Sha256 sha256) {
        Check.argument(content.remaining() <= ObjectStore.EXTENT_SIZE, "content over 1 MiB needs an upload");
        return guarded(() -> {
            BucketState bucket = buckets.require(request.bucket());
            admit(bucket, content.remaining());
            if (Deduplication.applies(bucket, content.remaining())) {
                return putShared(bucket, request, content, sha256);
            }
            if (!bucket.isSlow(content.remaining())) {
                return put(bucket, request, encode(bucket, request, content, sha256));
            }
            return CompletableFuture.supplyAsync(() -> encode(bucket, request, content, sha256), reading)
                    .thenCompose(encoded -> put(bucket, request, encoded));
        });
    }

    private CompletionStage<WriteResult> putShared(
            BucketState bucket, PutRequest request, ByteBuffer content, Sha256 sha256) {
        Deduplication.Piece piece = new Deduplication.Piece(request.attributes().contentType(), content, sha256);
        ByteBuffer attributes = AttributesFormat.encode(request.attributes());
        return deduplication.hold(bucket, piece, bucket.partition()::trySubmit).thenCompose(id -> put(
                        bucket, request, Deduplication.whole(attributes, id, piece))
                .whenComplete((result, failure) -> bucket.partition().shared().release(bucket.id(), List.of(id))));
    }

    /** Stores equal content once, where a bucket is set so. */
    Deduplication deduplication() {
        return deduplication;
    }

    /** When an object ends that is written now. */
    OptionalLong expiresAt(BucketState bucket, Optional<Duration> ttl) {
        Optional<Duration> life =
                ttl.isPresent() ? ttl : bucket.bucket().settings().ttl();
        return life.isPresent()
                ? OptionalLong.of(Math.min(clock.millis() + life.get().toMillis(), Location.TIME_MILLIS_MAX))
                : OptionalLong.empty();
    }

    private static Mutation.Content encode(BucketState bucket, PutRequest request, ByteBuffer content, Sha256 sha256) {
        Encoded encoded = bucket.encode(request.attributes().contentType(), content, sha256);
        return new Mutation.Content(
                AttributesFormat.encode(request.attributes()),
                encoded.payload(),
                false,
                content.remaining(),
                Optional.of(sha256),
                OptionalLong.empty(),
                encoded.coding());
    }

    /** The checks of a bucket and of the disk. */
    void admit(BucketState bucket, long sizeBytes) {
        bucket.admitWrite(sizeBytes);
        disk.admitWrite(sizeBytes);
    }

    /** The checks for content that changes its name only. */
    void admitMove(BucketState bucket, long sizeBytes) {
        bucket.admitMove();
        disk.admitWrite(sizeBytes);
    }

    /** The checks for content that stands in the bucket already: no object comes. */
    void admitRewrite(BucketState bucket, long sizeBytes) {
        bucket.admitRewrite(sizeBytes);
        disk.admitWrite(sizeBytes);
    }

    /** The same for an upload that goes on: the quota sees all of it, the disk what is new. */
    void admitMore(BucketState bucket, long beforeBytes, long sizeBytes) {
        bucket.admitWrite(beforeBytes + sizeBytes);
        disk.admitWrite(sizeBytes);
    }

    /** Stores content whose attributes are encoded, not encrypted; what {@link #admit} checks has been checked. */
    CompletionStage<WriteResult> put(BucketState bucket, PutRequest request, Mutation.Content content) {
        Durability durability =
                request.durability().orElse(bucket.bucket().settings().durability());
        KeyHash hash = bucket.partition().reader().hash(bucket.id(), request.key());
        OptionalLong expiresAt = expiresAt(bucket, request.ttl());
        Mutation.Content expiring = bucket.sealed(request.key().utf8(), content).until(expiresAt);
        LongFunction<Mutation> mutation =
                expected -> new Mutation.Put(bucket.gate(), hash, request.key().utf8(), expected, durability, expiring);
        Sha256 sha256 = content.sha256().orElseThrow();
        Optional<Instant> end =
                expiresAt.isPresent() ? Optional.of(Instant.ofEpochMilli(expiresAt.getAsLong())) : Optional.empty();
        return guarded(() -> judged(bucket, request.key(), request.condition(), mutation, 0)
                .thenApply(applied -> new WriteResult(applied.version(), !applied.existed(), sha256, end)));
    }

    CompletionStage<DeleteResult> delete(DeleteRequest request) {
        return guarded(() -> {
            BucketState bucket = buckets.require(request.bucket());
            bucket.admitDelete();
            disk.admitDelete(bucket.partition().config().folder());
            if (request.target() instanceof DeleteRequest.Target.Version version) {
                return deleteVersion(bucket, request, version.number());
            }
            boolean all = request.target() instanceof DeleteRequest.Target.All;
            return judged(
                            bucket,
                            request.key(),
                            request.condition(),
                            deletion(bucket, request, all ? Scope.ALL : Scope.NEWEST, 0),
                            0)
                    .thenApply(ObjectWrites::deleted);
        });
    }

    private static LongFunction<Mutation> deletion(
            BucketState bucket, DeleteRequest request, Scope scope, long version) {
        KeyHash hash = bucket.partition().reader().hash(bucket.id(), request.key());
        Durability durability = bucket.bucket().settings().durability();
        return expected ->
                new Mutation.Delete(bucket.gate(), hash, request.key().utf8(), expected, durability, scope, version);
    }

    private static DeleteResult deleted(Outcome.Applied applied) {
        return new DeleteResult(
                applied.existed(), applied.marker() ? OptionalLong.of(applied.version()) : OptionalLong.empty());
    }

    /** Tags are compared with the named version, which never changes; the number with the key's newest one. */
    private CompletionStage<DeleteResult> deleteVersion(BucketState bucket, DeleteRequest request, long version) {
        WriteCondition condition = request.condition();
        WriteCondition ofKey = new WriteCondition(condition.ifVersion(), Optional.empty(), Optional.empty());
        CompletionStage<Void> tagged =
                condition.ifMatch().isEmpty() && condition.ifNoneMatch().isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.runAsync(() -> requireTags(bucket, request, version), reading);
        LongFunction<Mutation> mutation = deletion(bucket, request, Scope.VERSION, version);
        return tagged.thenCompose(unused -> judged(bucket, request.key(), ofKey, mutation, 0))
                .thenApply(ObjectWrites::deleted);
    }

    private void requireTags(BucketState bucket, DeleteRequest request, long version) {
        ReadAttempt attempt = reads.read(bucket, request.key(), OptionalLong.of(version), true);
        Optional<String> tag = Optional.empty();
        if (attempt instanceof ReadAttempt.Found found) {
            try (StoredObject object = found.object()) {
                tag = Optional.of(object.info().etag());
            }
        }
        String actual = tag.orElse("");
        boolean exists = tag.isPresent();
        WriteCondition condition = request.condition();
        boolean holds =
                condition.ifMatch().map(tags -> exists && tags.contains(actual)).orElse(true)
                        && condition
                                .ifNoneMatch()
                                .map(tags -> !exists || !tags.contains(actual))
                                .orElse(true);
        if (!holds) {
            throw conditionFailed(request.key(), exists ? version : 0);
        }
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

    static RequestException conditionFailed(ObjectKey key, long actualVersion) {
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
