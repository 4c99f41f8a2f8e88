package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.log.format.AppendedBody;
import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.log.format.Piece;
import dev.hayloft.model.DigestChain;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Mutation.Outcome;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Appends. Each writes one manifest that takes the place of the version before it: a few bytes wait in the manifest
 * until they are worth an extent, the rest is {@link PieceFolding pieces}. Appends of one key wait for each other;
 * another write that comes between is noticed by its version, and the append begins again.
 *
 * <p><i>Threads:</i> any; the work is done on the executor of verbs.
 */
final class AppendWrites {
    /** Content that a manifest holds at most. */
    static final int TAIL_MAX = 2 << 10;

    private static final int ATTEMPTS_MAX = 1000;

    private final BucketRegistry buckets;
    private final ObjectWrites writes;
    private final KeyTurns turns;
    private final InstantSource clock;

    AppendWrites(BucketRegistry buckets, ObjectWrites writes, Executor working, InstantSource clock) {
        this.buckets = buckets;
        this.writes = writes;
        this.turns = new KeyTurns(working);
        this.clock = clock;
    }

    /**
     * What is appended.
     *
     * @param pieces extents that hold it already
     * @param content or its bytes
     * @param sizeBytes of it
     * @param sha256 of it
     */
    private record Part(List<Piece> pieces, ByteBuffer content, long sizeBytes, Sha256 sha256) {}

    CompletionStage<WriteResult> append(AppendRequest request, ByteBuffer content, Sha256 sha256) {
        Check.argument(content.remaining() <= ObjectStore.EXTENT_SIZE, "a part over 1 MiB needs an upload");
        try {
            BucketState bucket = buckets.require(request.put().bucket());
            writes.admit(bucket, content.remaining());
            return append(bucket, request, new Part(List.of(), content, content.remaining(), sha256));
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** How an upload ends that is one part. */
    ExtentUpload.Committing committing(BucketState bucket, AppendRequest request) {
        return (extentIds, sizeBytes, sha256, coding) -> {
            List<Piece> pieces = new ArrayList<>(extentIds.length);
            long before = 0;
            for (long id : extentIds) {
                long size = Math.min(ObjectStore.EXTENT_SIZE, sizeBytes - before);
                pieces.add(new Piece(id, size, 0, false));
                before += size;
            }
            return append(bucket, request, new Part(pieces, ByteBuffer.allocate(0), sizeBytes, sha256));
        };
    }

    private CompletionStage<WriteResult> append(BucketState bucket, AppendRequest request, Part part) {
        KeyHash hash =
                bucket.partition().reader().hash(bucket.id(), request.put().key());
        return turns.inTurn(hash, () -> attempt(bucket, request, part, hash, 0));
    }

    private CompletionStage<WriteResult> attempt(
            BucketState bucket, AppendRequest request, Part part, KeyHash hash, int attempts) {
        AppendBase base = AppendBase.read(bucket, request.put().key(), clock.millis());
        requireCondition(request, base);
        ObjectAttributes attributes =
                base.info().map(ObjectInfo::attributes).orElse(request.put().attributes());
        PieceFolding folding =
                new PieceFolding(bucket, attributes.contentType(), base.body().pieces());
        Mutation.Content content;
        try {
            content = content(bucket, request, base, part, folding);
        } catch (RuntimeException | Error e) { // Whatever went wrong, what was written for nothing must go.
            bucket.partition().abandon(bucket.id(), folding.made());
            throw e;
        }
        Durability durability =
                request.put().durability().orElse(bucket.bucket().settings().durability());
        Mutation.Put put =
                new Mutation.Put(bucket.gate(), hash, request.put().key().utf8(), base.version(), durability, content);
        return bucket.partition()
                .trySubmit(put)
                .handle((outcome, failure) -> {
                    boolean done = failure == null && outcome instanceof Outcome.Applied;
                    bucket.partition().abandon(bucket.id(), done ? folding.dissolved() : folding.made());
                    if (failure == null && !done && attempts < ATTEMPTS_MAX) {
                        return turns.again(() -> attempt(bucket, request, part, hash, attempts + 1));
                    }
                    return failure != null
                            ? CompletableFuture.<WriteResult>failedFuture(Futures.cause(failure))
                            : done
                                    ? CompletableFuture.completedFuture(
                                            result((Outcome.Applied) outcome, base, part, content))
                                    : CompletableFuture.<WriteResult>failedFuture(tooBusy());
                })
                .thenCompose(stage -> stage);
    }

    private static HayloftException tooBusy() {
        return new CapacityException(
                ErrorCode.TOO_MANY_REQUESTS, "Other writes to this key came between again and again.");
    }

    private static WriteResult result(Outcome.Applied applied, AppendBase base, Part part, Mutation.Content content) {
        Optional<Instant> end = content.expiresAtMillis().isPresent()
                ? Optional.of(Instant.ofEpochMilli(content.expiresAtMillis().getAsLong()))
                : Optional.empty();
        return new WriteResult(
                applied.version(),
                base.info().isEmpty(),
                content.sha256().orElseThrow(),
                end,
                Optional.of(new WriteResult.Appended(
                        base.body().digests().count() + 1, base.sizeBytes() + part.sizeBytes())));
    }

    private static void requireCondition(AppendRequest request, AppendBase base) {
        WriteCondition condition = request.put().condition();
        Optional<String> etag = base.etag();
        boolean holds =
                (condition.ifVersion().isEmpty() || condition.ifVersion().getAsLong() == base.version())
                        && condition
                                .ifMatch()
                                .map(tags -> etag.filter(tags::contains).isPresent())
                                .orElse(true)
                        && condition
                                .ifNoneMatch()
                                .map(tags -> etag.filter(tags::contains).isEmpty())
                                .orElse(true);
        if (!holds) {
            throw ObjectWrites.conditionFailed(request.put().key(), base.version());
        }
        if (request.offset().isPresent() && request.offset().getAsLong() != base.sizeBytes()) {
            throw ObjectWrites.conditionFailed(request.put().key(), base.version())
                    .with("size", base.sizeBytes());
        }
    }

    private Mutation.Content content(
            BucketState bucket, AppendRequest request, AppendBase base, Part part, PieceFolding folding) {
        if (base.isNew()) {
            folding.listAll();
        }
        DigestChain digests = base.body().digests().plus(part.sha256());
        ByteBuffer tail = tail(
                base.body().tail(), part, folding, bucket.bucket().settings().encrypt() ? 0 : TAIL_MAX);
        ByteBuffer payload = ManifestFormat.encode(new AppendedBody(digests, folding.pieces(), tail));
        Mutation.Content clear = new Mutation.Content(
                        AttributesFormat.encode(attributes(request, base, digests.count())),
                        payload,
                        true,
                        base.sizeBytes() + part.sizeBytes(),
                        Optional.of(digests.digest()),
                        expiresAt(bucket, request, base),
                        Coding.RAW)
                .because(NeedleOrigin.APPEND, base.version());
        return bucket.sealed(request.put().key().utf8(), clear);
    }

    /** What stays in the manifest, which is never encrypted; the rest becomes pieces. */
    private static ByteBuffer tail(ByteBuffer before, Part part, PieceFolding folding, int tailMax) {
        ByteBuffer content = part.content().duplicate();
        boolean fitsOne =
                part.pieces().isEmpty() && before.remaining() + content.remaining() <= ObjectStore.EXTENT_SIZE;
        ByteBuffer together = before;
        if (fitsOne) {
            together = ByteBuffer.allocate(before.remaining() + content.remaining())
                    .put(before.duplicate())
                    .put(content)
                    .flip();
            if (together.remaining() <= tailMax) {
                return together;
            }
        }
        folding.add(together);
        folding.add(content);
        part.pieces().forEach(folding::add);
        return ByteBuffer.allocate(0);
    }

    private static ObjectAttributes attributes(AppendRequest request, AppendBase base, long parts) {
        ObjectAttributes attributes =
                base.info().map(ObjectInfo::attributes).orElse(request.put().attributes());
        TreeMap<String, String> headers = new TreeMap<>(attributes.headers());
        headers.put(ObjectAttributes.APPENDED_PARTS, Long.toString(parts));
        return new ObjectAttributes(attributes.contentType(), headers, attributes.metadata());
    }

    private OptionalLong expiresAt(BucketState bucket, AppendRequest request, AppendBase base) {
        if (base.info().isEmpty() || request.put().ttl().isPresent()) {
            return writes.expiresAt(bucket, request.put().ttl());
        }
        return base.info()
                .get()
                .expiresAt()
                .map(Instant::toEpochMilli)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }
}
