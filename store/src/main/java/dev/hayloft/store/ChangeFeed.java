package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.PartitionFeed;
import dev.hayloft.store.partition.PartitionFeed.Place;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The changes of buckets: cursors, and what needles say in the words of the contract.
 *
 * <p><i>Threads:</i> any; reading blocks, waiting does not.
 */
final class ChangeFeed {
    private final BucketRegistry buckets;
    private final ChangeCursors cursors;

    ChangeFeed(BucketRegistry buckets, ChangeCursors cursors) {
        this.buckets = buckets;
        this.cursors = cursors;
    }

    /** Shows a stretch of changes. */
    ChangesReached read(ChangesRequest request, Consumer<ChangeView> visitor) {
        BucketState bucket = buckets.require(request.bucket());
        PartitionFeed feed = bucket.partition().feed();
        ChangeCursor after = cursor(bucket, request.after());
        ShownChanges shown = new ShownChanges(bucket, request, cursors, after, visitor);
        long last = feed.end().sequence();
        Place reached = feed.read(bucket.id(), after.place(), shown);
        checkNothingMissed(feed, after); // Behind the read: compaction goes on meanwhile.
        long sequence = reached.sequence();
        return new ChangesReached(
                cursors.text(after.at(reached)), sequence >= feed.end().sequence(), sequence < last);
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
            return cursors.at(bucket.id(), Place.START, feed.lastDroppedDeletion());
        }
        if (after.equals(ChangesRequest.LATEST)) {
            return cursors.at(bucket.id(), feed.end(), feed.lastDroppedDeletion());
        }
        ChangeCursor cursor = cursors.read(after);
        if (!cursors.isOurs(cursor) || cursor.bucketId() != bucket.id()) {
            throw new RequestException(
                            ErrorCode.GONE,
                            "This cursor is of another store, or of a bucket that was deleted; begin with earliest.")
                    .with("bucket", bucket.bucket().name());
        }
        return cursor;
    }
}
