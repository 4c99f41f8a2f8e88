package dev.hayloft.store.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Who waits for the next mutation of a bucket: a future each and nothing else, completed by whoever publishes.
 *
 * <p><i>Threads:</i> any; {@link #published} one at a time. Futures complete on the publishing thread: who continues
 * there must not block.
 */
@SuppressWarnings("CollectionUndefinedEquality") // A future is equal to itself, which is what is meant.
final class FeedWaiters {
    private static final class Waiters {
        private final Set<CompletableFuture<Boolean>> futures = ConcurrentHashMap.newKeySet();
        private final AtomicLong lastSequence = new AtomicLong(); // Raised by published before it looks at the futures.
        private volatile boolean isKnown; // Set once lastSequence knows what was published before these were there.
    }

    private final LongSupplier lastPublished;
    private final Map<Integer, Waiters> buckets = new ConcurrentHashMap<>();
    private volatile boolean closed; // Set by close before it looks at the futures.

    /**
     * Nobody waits yet.
     *
     * @param lastPublished the last sequence of any bucket that is readable; grows before {@link #published} is called
     */
    FeedWaiters(LongSupplier lastPublished) {
        this.lastPublished = lastPublished;
    }

    /**
     * A future that completes with true once something of the bucket is published behind a sequence, with false at the
     * end of all. Give it up with {@link #forget}.
     *
     * @param published what was published when the caller looked in vain
     */
    CompletableFuture<Boolean> await(int bucketId, long published) {
        Waiters waiters = buckets.computeIfAbsent(bucketId, unused -> new Waiters());
        CompletableFuture<Boolean> future = new CompletableFuture<>();
        waiters.futures.add(future);
        if (!waiters.isKnown) { // What came before nobody waited for was told to nobody.
            waiters.lastSequence.accumulateAndGet(lastPublished.getAsLong(), Math::max);
            waiters.isKnown = true;
        }
        if (waiters.lastSequence.get() > published || closed) {
            waiters.futures.remove(future);
            future.complete(!closed);
        }
        return future;
    }

    /** The caller waits no longer. */
    void forget(int bucketId, CompletableFuture<Boolean> future) {
        Waiters waiters = buckets.get(bucketId);
        if (waiters != null) {
            waiters.futures.remove(future);
        }
    }

    /** Mutations of these buckets are readable now, up to this sequence. */
    void published(Set<Integer> bucketIds, long sequence) {
        for (int bucketId : bucketIds) {
            Waiters waiters = buckets.get(bucketId);
            if (waiters != null) {
                waiters.lastSequence.accumulateAndGet(sequence, Math::max);
                complete(waiters, true);
            }
        }
    }

    private static void complete(Waiters waiters, boolean isNews) {
        if (!waiters.futures.isEmpty()) {
            List<CompletableFuture<Boolean>> ready = new ArrayList<>(waiters.futures);
            ready.forEach(waiters.futures::remove);
            ready.forEach(future -> future.complete(isNews));
        }
    }

    /** Completes all, now and from now on. */
    void close() {
        closed = true;
        buckets.values().forEach(waiters -> complete(waiters, false));
    }
}
