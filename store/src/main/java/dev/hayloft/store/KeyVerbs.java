package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Mutation.Outcome;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Rename, copy and patch: they read an object, and write what they make of it if it is still the same then; when it is
 * not, they begin again.
 *
 * <p><i>Threads:</i> any; the work is done on threads that may block.
 */
final class KeyVerbs {
    private static final int TURNS_MAX = 1000;

    private final BucketRegistry buckets;
    private final ObjectReads reads;
    private final ObjectWrites writes;
    private final Executor threads;
    private final InstantSource clock;

    KeyVerbs(BucketRegistry buckets, ObjectReads reads, ObjectWrites writes, Executor threads, InstantSource clock) {
        this.buckets = buckets;
        this.reads = reads;
        this.writes = writes;
        this.threads = threads;
        this.clock = clock;
    }

    CompletionStage<RenameResult> rename(RenameRequest request) {
        return run(() -> {
            BucketState bucket = buckets.require(request.bucket());
            return untilCalm(request.from(), () -> tryRename(bucket, request));
        });
    }

    CompletionStage<ObjectInfo> patch(PatchRequest request) {
        return run(() -> {
            BucketState bucket = buckets.require(request.bucket());
            return untilCalm(request.key(), () -> tryPatch(bucket, request));
        });
    }

    CompletionStage<WriteResult> copy(CopyRequest request) {
        return run(() -> {
            BucketState from = buckets.require(request.bucket());
            BucketState to = buckets.require(request.toBucket());
            try (StoredObject source = require(from, request.key(), request.version(), request.condition())) {
                ObjectInfo info = source.info();
                ObjectAttributes attributes = info.attributes().unrenamed();
                writes.admit(to, info.sizeBytes());
                PutRequest put = new PutRequest(
                        request.toBucket(),
                        request.toKey(),
                        attributes,
                        request.overwrite() ? WriteCondition.NONE : WriteCondition.ABSENT,
                        request.durability(),
                        request.ttl());
                try (Carried carried = Carried.copied(source, target(to))) {
                    WriteResult result =
                            Futures.await(writes.put(to, put, carried.content(attributes, NeedleOrigin.COPY)));
                    carried.keep();
                    return ofParts(result, info);
                }
            }
        });
    }

    /** A copy has the entity tag of its source: of an appended object the digest is over its parts, and says so. */
    private static WriteResult ofParts(WriteResult copied, ObjectInfo source) {
        String parts = source.attributes().headers().get(ObjectAttributes.APPENDED_PARTS);
        return parts == null
                ? copied
                : new WriteResult(
                        copied.version(),
                        copied.created(),
                        copied.sha256(),
                        copied.expiresAt(),
                        Optional.of(new WriteResult.Appended(Long.parseLong(parts), source.sizeBytes())));
    }

    private <T> CompletionStage<T> run(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, threads);
    }

    /** Tries again as long as somebody else was faster. */
    private static <T> T untilCalm(ObjectKey key, Supplier<Optional<T>> attempt) {
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            Optional<T> result = attempt.get();
            if (result.isPresent()) {
                return result.get();
            }
        }
        throw new RequestException(ErrorCode.CONFLICT, "Too many writers change this key; try again.").with("key", key);
    }

    private Optional<RenameResult> tryRename(BucketState bucket, RenameRequest request) {
        try (StoredObject source = require(bucket, request.from(), OptionalLong.empty(), request.condition())) {
            ObjectInfo info = source.info();
            if (request.from().equals(request.to())) {
                if (!request.overwrite()) {
                    throw taken(request.to());
                }
                return Optional.of(new RenameResult(request.to(), info.version(), false));
            }
            writes.admitMove(bucket, info.sizeBytes());
            try (Renaming renaming = new Renaming(bucket, request, reads, writes.deduplication())) {
                Optional<Mutation.Group> group = renaming.group(source, clock.millis());
                if (group.isEmpty()) {
                    return Optional.empty();
                }
                Outcome outcome = Futures.await(bucket.partition().trySubmit(group.get()));
                if (outcome instanceof Outcome.GroupMismatch mismatch) {
                    if (mismatch.step() == 0) {
                        throw taken(request.to());
                    }
                    return Optional.empty();
                }
                return Optional.of(renaming.written((Outcome.GroupApplied) outcome));
            }
        }
    }

    private Optional<ObjectInfo> tryPatch(BucketState bucket, PatchRequest request) {
        try (StoredObject source = require(bucket, request.key(), OptionalLong.empty(), request.condition())) {
            ObjectInfo info = source.info();
            ObjectAttributes attributes =
                    request.change().apply(info.attributes().unrenamed());
            writes.admitRewrite(bucket, info.sizeBytes());
            try (Carried carried = content(source, bucket)) {
                Mutation.Put put = new Mutation.Put(
                        bucket.gate(),
                        hash(bucket, request.key()),
                        request.key().utf8(),
                        info.version(),
                        durability(bucket, request.durability()),
                        bucket.sealed(request.key().utf8(), carried.content(attributes, NeedleOrigin.PATCH)));
                Outcome outcome = Futures.await(bucket.partition().trySubmit(put));
                if (outcome instanceof Outcome.Applied applied) {
                    carried.keep();
                    return Optional.of(patched(bucket, info, applied.version(), attributes));
                }
                return Optional.empty();
            }
        }
    }

    /** Where versions are kept the object's needle stays, and so do its extents. */
    private Carried content(StoredObject source, BucketState bucket) {
        return bucket.gate().rules().mayHaveOlder()
                ? Carried.copied(source, target(bucket))
                : Carried.takenOver(source, target(bucket));
    }

    private Carried.Target target(BucketState bucket) {
        return new Carried.Target(bucket, writes.deduplication(), ObjectStore.EXTENT_SIZE);
    }

    /** What stands there now; should it be gone by now, what stood there a moment ago. */
    private ObjectInfo patched(BucketState bucket, ObjectInfo before, long version, ObjectAttributes attributes) {
        ReadAttempt attempt = reads.read(bucket, before.key(), OptionalLong.of(version), true);
        if (attempt instanceof ReadAttempt.Found found) {
            try (StoredObject object = found.object()) {
                return object.info();
            }
        }
        return new ObjectInfo(
                before.key(),
                version,
                before.sizeBytes(),
                before.sha256(),
                attributes,
                clock.instant(),
                before.expiresAt());
    }

    private static Durability durability(BucketState bucket, Optional<Durability> asked) {
        return asked.orElse(bucket.bucket().settings().durability());
    }

    private static KeyHash hash(BucketState bucket, ObjectKey key) {
        return bucket.partition().reader().hash(bucket.id(), key);
    }

    private StoredObject require(BucketState bucket, ObjectKey key, OptionalLong version, WriteCondition condition) {
        ReadAttempt attempt = reads.read(bucket, key, version, true);
        if (attempt instanceof ReadAttempt.Found found) {
            boolean taken = false;
            try {
                requireHolds(key, condition, Optional.of(found.object().info()));
                taken = true;
                return found.object();
            } finally {
                if (!taken) {
                    found.object().close();
                }
            }
        }
        requireHolds(key, condition, Optional.empty());
        if (version.isPresent() && attempt instanceof ReadAttempt.Absent) {
            throw new RequestException(ErrorCode.NO_SUCH_VERSION, "The key has no such version.")
                    .with("bucket", bucket.bucket().name())
                    .with("key", key)
                    .with("version", version.getAsLong());
        }
        throw new RequestException(ErrorCode.NO_SUCH_KEY, "The bucket has no such key.")
                .with("bucket", bucket.bucket().name())
                .with("key", key);
    }

    private static void requireHolds(ObjectKey key, WriteCondition condition, Optional<ObjectInfo> found) {
        String tag = found.map(ObjectInfo::etag).orElse("");
        long version = found.map(ObjectInfo::version).orElse(0L);
        boolean holds =
                (condition.ifVersion().isEmpty() || condition.ifVersion().getAsLong() == version)
                        && (condition.ifMatch().isEmpty()
                                || (version != 0 && condition.ifMatch().get().contains(tag)))
                        && (condition.ifNoneMatch().isEmpty()
                                || version == 0
                                || !condition.ifNoneMatch().get().contains(tag));
        if (!holds) {
            throw new RequestException(ErrorCode.PRECONDITION_FAILED, "The condition does not hold for this key.")
                    .with("key", key)
                    .with("version", version == 0 ? "absent" : Long.toString(version));
        }
    }

    private static RequestException taken(ObjectKey key) {
        return new RequestException(
                        ErrorCode.PRECONDITION_FAILED, "Something stands under this key, and may not be overwritten.")
                .with("key", key);
    }
}
