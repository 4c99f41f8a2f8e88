package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.SharedContent;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/**
 * Stores equal content of a bucket once: what is known already is only held, what several writes bring at the same time
 * is written by the first of them.
 *
 * <p><i>Threads:</i> any; nothing blocks.
 */
final class Deduplication {
    /** Below this a manifest, an extent's head and two more entries of the index cost about what they save. */
    static final int SIZE_MIN = 4 << 10;

    /** Content that is dropped each time before it can be held has somebody working against it. */
    private static final int ATTEMPTS_MAX = 100;

    private final Executor reading;
    private final ConcurrentMap<KeyHash, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    Deduplication(Executor reading) {
        this.reading = reading;
    }

    /** Whether content of this size is stored once. */
    static boolean applies(BucketState bucket, int sizeBytes) {
        return bucket.bucket().settings().deduplicate() && sizeBytes >= SIZE_MIN;
    }

    /** Content of one extent or a part of it. */
    record Piece(String contentType, ByteBuffer content, Sha256 digest) {
        private int sizeBytes() {
            return content.remaining();
        }
    }

    /** Hands an extent to the partition. */
    interface Writer {
        CompletionStage<Mutation.Outcome> submit(Mutation mutation);
    }

    /**
     * The id of the extent with this content, which is written if there is none; held for the caller, who releases it
     * once its manifest counts or has come to nothing.
     */
    CompletionStage<Long> hold(BucketState bucket, Piece piece, Writer writer) {
        return hold(bucket, piece, writer, 0);
    }

    private CompletionStage<Long> hold(BucketState bucket, Piece piece, Writer writer, int attempts) {
        if (attempts == ATTEMPTS_MAX) {
            return CompletableFuture.failedFuture(new CapacityException(
                    ErrorCode.TOO_MANY_REQUESTS, "The same content is written and deleted too often at once."));
        }
        SharedContent shared = bucket.partition().shared();
        boolean encrypt = bucket.bucket().settings().encrypt();
        KeyHash hash = bucket.partition().hasher().content(bucket.id(), piece.digest(), piece.sizeBytes(), encrypt);
        OptionalLong known = shared.hold(bucket.id(), hash);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.getAsLong());
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> other = underWay.putIfAbsent(hash, mine);
        if (other != null) {
            return other.thenComposeAsync(unused -> hold(bucket, piece, writer, attempts + 1), reading);
        }
        return write(bucket, piece, writer)
                .thenApply(id -> shared.hold(bucket.id(), id) ? OptionalLong.of(id) : OptionalLong.empty())
                .whenComplete((id, failure) -> {
                    underWay.remove(hash, mine);
                    mine.complete(null);
                })
                .thenCompose(id -> id.isPresent()
                        ? CompletableFuture.completedFuture(id.getAsLong())
                        : hold(bucket, piece, writer, attempts + 1));
    }

    private CompletionStage<Long> write(BucketState bucket, Piece piece, Writer writer) {
        return CompletableFuture.completedFuture(piece)
                .thenCompose(unused -> bucket.isSlow(piece.sizeBytes())
                        ? CompletableFuture.supplyAsync(() -> extent(bucket, piece), reading)
                        : CompletableFuture.completedFuture(extent(bucket, piece)))
                .thenCompose(writer::submit)
                .thenApply(outcome -> ((Mutation.Outcome.Applied) outcome).version());
    }

    private static Mutation.Extent extent(BucketState bucket, Piece piece) {
        return bucket.sharedExtent(piece.contentType(), piece.content(), piece.digest());
    }

    /** An object that is one extent. */
    static Mutation.Content whole(ByteBuffer attributes, long extentId, Piece piece) {
        return new Mutation.Content(
                attributes,
                ManifestFormat.encode(ObjectStore.EXTENT_SIZE, new long[] {extentId}),
                true,
                piece.sizeBytes(),
                Optional.of(piece.digest()),
                OptionalLong.empty(),
                Coding.SHARED);
    }
}
