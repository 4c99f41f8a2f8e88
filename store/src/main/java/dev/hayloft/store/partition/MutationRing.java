package dev.hayloft.store.partition;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Mutations on their way to the writer: a ring bounded by count and by bytes, and in front of it a line of those who
 * would rather wait than be refused.
 *
 * <p><i>Invariants:</i> what was taken in is taken out by the writer, also when it came while the ring was being
 * closed: the line and the word to close share a lock, and who offers to the ring itself looks at the word afterwards.
 *
 * <p><i>Threads:</i> offering any; {@link #take} and {@link #taken} the writer.
 */
final class MutationRing {
    /** What became of an offer. */
    enum Answer {
        TAKEN,
        FULL,
        CLOSED;

        /**
         * Passes what was taken.
         *
         * @throws CapacityException {@code too-many-requests}
         * @throws StoreClosedException {@code unavailable}
         */
        void check(String partition) {
            if (this == FULL) {
                throw new CapacityException(
                                ErrorCode.TOO_MANY_REQUESTS, "The partition's queue is full; try again in a moment.")
                        .with("partition", partition);
            }
            if (this == CLOSED) {
                throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The store is closing.");
            }
        }
    }

    private static final long PATIENCE_MILLIS = 100;

    private final ArrayBlockingQueue<Pending> ring;
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final ArrayDeque<Pending> line = new ArrayDeque<>(); // Guarded by itself; bounded by whoever waits in it.
    private volatile boolean closed; // Set once by close, under the line's lock.

    MutationRing(int countMax, long bytesMax) {
        this.ring = new ArrayBlockingQueue<>(countMax);
        this.bytesMax = bytesMax;
    }

    Answer offer(Pending pending) {
        if (closed) {
            return Answer.CLOSED;
        }
        if (!offerToRing(pending)) {
            return Answer.FULL;
        }
        if (closed && ring.remove(pending)) {
            bytes.addAndGet(-pending.mutation().payloadSizeBytes());
            return Answer.CLOSED;
        }
        return Answer.TAKEN;
    }

    private boolean offerToRing(Pending pending) {
        int sizeBytes = pending.mutation().payloadSizeBytes();
        if (bytes.addAndGet(sizeBytes) > bytesMax || !ring.offer(pending)) {
            bytes.addAndGet(-sizeBytes);
            return false;
        }
        return true;
    }

    /** Never {@link Answer#FULL}: waits in line for room. */
    Answer offerPatiently(Pending pending) {
        synchronized (line) {
            if (closed) {
                return Answer.CLOSED;
            }
            line.add(pending);
            moveUp();
        }
        return Answer.TAKEN;
    }

    private void moveUp() {
        synchronized (line) {
            while (!line.isEmpty() && offerToRing(line.element())) {
                line.remove();
            }
        }
    }

    /**
     * Waits a little for mutations and adds at most {@code max} of them to the batch. False once the ring is closed and
     * nothing will come any more.
     */
    boolean take(List<Pending> batch, int max) throws InterruptedException {
        Pending first = ring.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
            batch.add(first);
            ring.drainTo(batch, max - 1);
            return true;
        }
        synchronized (line) {
            moveUp();
            return !closed || !ring.isEmpty() || !line.isEmpty();
        }
    }

    /** The writer has copied the content of these and needs it no more. */
    void taken(List<Pending> batch) {
        long sizeBytes = 0;
        for (Pending pending : batch) {
            sizeBytes += pending.mutation().payloadSizeBytes();
        }
        bytes.addAndGet(-sizeBytes);
        moveUp();
    }

    void close() {
        synchronized (line) {
            closed = true;
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Mutations waiting. */
    int depth() {
        return ring.size();
    }
}
