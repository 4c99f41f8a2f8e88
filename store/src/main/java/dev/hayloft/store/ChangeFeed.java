package dev.hayloft.store;

import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.PartitionFeed;
import dev.hayloft.store.partition.PartitionFeed.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The changes of buckets: cursors, and what needles say in the words of the contract.
 *
 * <p><i>Threads:</i> any; reading blocks, waiting does not.
 */
final class ChangeFeed {
    /** A page takes no further change once its keys and values have this many bytes. */
    private static final long PAGE_BYTES = 8 << 20;

    private final BucketRegistry buckets;
    private final UUID incarnation;

    ChangeFeed(BucketRegistry buckets, UUID incarnation) {
        this.buckets = buckets;
        this.incarnation = incarnation;
    }

    ChangesPage read(ChangesRequest request) {
        BucketState bucket = buckets.require(request.bucket());
        PartitionFeed feed = bucket.partition().feed();
        ChangeCursor after = cursor(bucket, request.after());
        Page page = new Page(bucket, request, after.known());
        Place reached = feed.read(bucket.id(), after.place(), page);
        checkNothingMissed(feed, after); // Behind the read: compaction goes on meanwhile.
        return new ChangesPage(
                page.changes,
                new ChangeCursor(incarnation, bucket.id(), reached, after.known()).toString(),
                reached.sequence() >= feed.end().sequence());
    }

    /**
     * A reader that was here before must hear of every deletion since; one that came later never saw what it deleted.
     */
    private static void checkNothingMissed(PartitionFeed feed, ChangeCursor after) {
        long dropped = feed.lastDroppedDeletion();
        if (dropped > Math.max(after.known(), after.place().sequence())) {
            throw new RequestException(
                    ErrorCode.GONE,
                    "Compaction has dropped deletions behind this cursor, older than changes.retain; begin with earliest.");
        }
    }

    /** Completes when the bucket has something behind a cursor; give it up by cancelling. */
    @SuppressWarnings("FutureReturnValueIgnored") // What follows is for its own sake.
    CompletableFuture<Boolean> await(BucketName name, String after) {
        BucketState bucket = buckets.require(name);
        PartitionFeed feed = bucket.partition().feed();
        CompletableFuture<Boolean> future =
                feed.await(bucket.id(), cursor(bucket, after).place());
        future.whenComplete((unused, failure) -> feed.forget(bucket.id(), future));
        return future;
    }

    /** Mutations of the bucket's partition behind a cursor. */
    long behind(BucketName name, String after) {
        BucketState bucket = buckets.require(name);
        long reached = cursor(bucket, after).place().sequence();
        return Math.max(0, bucket.partition().feed().end().sequence() - reached);
    }

    private ChangeCursor cursor(BucketState bucket, String after) {
        PartitionFeed feed = bucket.partition().feed();
        if (after.equals(ChangesRequest.EARLIEST)) {
            return new ChangeCursor(incarnation, bucket.id(), Place.START, feed.lastDroppedDeletion());
        }
        if (after.equals(ChangesRequest.LATEST)) {
            return new ChangeCursor(incarnation, bucket.id(), feed.end(), feed.lastDroppedDeletion());
        }
        ChangeCursor cursor = ChangeCursor.parse(after);
        if (!cursor.incarnation().equals(incarnation) || cursor.bucketId() != bucket.id()) {
            throw new RequestException(
                            ErrorCode.GONE,
                            "This cursor is of another store, or of a bucket that was deleted; begin with earliest.")
                    .with("bucket", bucket.bucket().name());
        }
        return cursor;
    }

    private final class Page implements PartitionFeed.Visitor {
        private final BucketState bucket;
        private final ChangesRequest request;
        private final long known;
        private final ByteBuffer prefix;
        private final List<Change> changes = new ArrayList<>();
        private long bytes;

        Page(BucketState bucket, ChangesRequest request, long known) {
            this.bucket = bucket;
            this.request = request;
            this.known = known;
            this.prefix = ByteBuffer.wrap(request.prefix().getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public boolean isEnough() {
            return changes.size() >= request.limit() || bytes >= PAGE_BYTES;
        }

        @Override
        public void mutation(NeedleView needle, Place place) {
            ObjectKey key = ObjectKey.ofUtf8(needle.key());
            if (!key.startsWith(prefix)) {
                return;
            }
            if (isHousekeeping(needle)) {
                return;
            }
            Optional<ObjectKey> other = other(bucket, needle);
            if (needle.origin() == NeedleOrigin.RENAME && other.isEmpty()) {
                return; // An older version that went with it, or what made room.
            }
            Optional<Change.Stored> object =
                    needle.type() == NeedleType.OBJECT ? Optional.of(stored(bucket, needle)) : Optional.empty();
            Optional<ByteBuffer> value = request.withValues() && object.isPresent() && !needle.isManifest()
                    ? Optional.of(copy(bucket.content().decode(needle)))
                    : Optional.empty();
            bytes += key.sizeBytes() + value.map(ByteBuffer::remaining).orElse(0);
            changes.add(new Change(
                    new ChangeCursor(incarnation, bucket.id(), place, known).toString(),
                    op(needle),
                    key,
                    needle.version(),
                    Instant.ofEpochMilli(needle.timeMillis()),
                    object,
                    value,
                    other));
        }
    }

    private static Change.Stored stored(BucketState bucket, NeedleView needle) {
        ObjectAttributes attributes = bucket.attributes(needle);
        String etag = needle.sha256().map(Sha256::hex).orElse("") + attributes.etagEnd();
        return new Change.Stored(needle.contentSize(), etag, attributes);
    }

    /** An older version that a put, an append or an expiry ended along with it: for followers the key lives on. */
    private static boolean isHousekeeping(NeedleView needle) {
        return needle.type() == NeedleType.TOMBSTONE
                && needle.origin() == NeedleOrigin.PUT
                && needle.contentSize() != 0; // The version that it names.
    }

    /** The other key of a rename. */
    private static Optional<ObjectKey> other(BucketState bucket, NeedleView needle) {
        if (needle.origin() != NeedleOrigin.RENAME) {
            return Optional.empty();
        }
        if (needle.type() == NeedleType.TOMBSTONE) {
            return needle.payload().hasRemaining() ? Optional.of(ObjectKey.ofUtf8(needle.payload())) : Optional.empty();
        }
        String from = bucket.attributes(needle).headers().get(ObjectAttributes.RENAMED_FROM);
        return Optional.ofNullable(from).map(ObjectKey::of);
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private static Change.Op op(NeedleView needle) {
        boolean isTombstone = needle.type() == NeedleType.TOMBSTONE;
        return switch (needle.origin()) {
            case APPEND -> Change.Op.APPEND;
            case PATCH -> Change.Op.PATCH;
            case EXPIRE -> Change.Op.EXPIRE;
            case PURGE -> Change.Op.PURGE;
            case PUT, RENAME, COPY -> isTombstone ? Change.Op.DELETE : Change.Op.PUT;
        };
    }
}
