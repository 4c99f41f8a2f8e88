package dev.hayloft.index.directory;

import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryCheckpoint;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings changes into the folder behind the publisher, in order, many at once, sorted by key.
 *
 * <p><i>Threads:</i> one of its own writes; the rest any. Futures complete on its thread: dependents must be short.
 *
 * <p><i>Order:</i> write the batch with the checkpoint in it; move {@link #applied}; complete who waits for it.
 */
public final class Applier implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Applier.class.getName());

    /** A batch takes no further group of changes beyond this. */
    private static final int BATCH_CHANGES = 4_096;

    private final RocksFolder rocks;
    private final int queueChangesMax;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition(); // Something came, something went, or the end is near.
    private final Deque<Work> queue = new ArrayDeque<>(); // Guarded by lock.
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(); // Guarded by lock.
    private int queuedChanges; // Guarded by lock.
    private boolean closing; // Guarded by lock.
    private Optional<RuntimeException> failure = Optional.empty(); // Guarded by lock.
    private volatile DirectoryCheckpoint applied; // Written by the thread.

    public Applier(RocksFolder rocks, int queueChangesMax, DirectoryCheckpoint start) {
        this.rocks = rocks;
        this.queueChangesMax = queueChangesMax;
        this.applied = start;
        this.thread = new Thread(this::run, "hayloft-directory-applier");
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private sealed interface Work {}

    private record Group(List<DirectoryChange> changes, DirectoryCheckpoint end) implements Work {}

    private record Step(Runnable action, CompletableFuture<Void> done) implements Work {}

    private record Waiter(long sequence, CompletableFuture<Void> done) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(sequence, other.sequence);
        }
    }

    /** Hands changes over; waits while the queue is full. The list belongs to the applier from now on. */
    public void submit(List<DirectoryChange> changes, DirectoryCheckpoint end) {
        lock.lock();
        try {
            requireWorking();
            while (queuedChanges >= queueChangesMax) {
                changed.awaitUninterruptibly();
                requireWorking();
            }
            queue.add(new Group(changes, end));
            queuedChanges += changes.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Runs an action on the thread, after everything submitted before; returns when it is done. */
    public void run(Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lock.lock();
        try {
            requireWorking();
            queue.add(new Step(action, done));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            done.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the directory has failed", e.getCause());
        }
    }

    /** How far the folder's readers see. */
    public DirectoryCheckpoint applied() {
        return applied;
    }

    /** The thread's, from within an action: everything is gone. */
    public void restart(DirectoryCheckpoint checkpoint) {
        applied = checkpoint;
    }

    /** Completes when {@link #applied} has reached the sequence; fails when it never will. */
    public CompletionStage<Void> whenApplied(long sequence) {
        if (applied.sequence() >= sequence) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        lock.lock();
        try {
            if (failure.isPresent()) {
                done.completeExceptionally(failure.get());
            } else if (closing) {
                done.completeExceptionally(closed());
            } else {
                waiters.add(new Waiter(sequence, done));
            }
        } finally {
            lock.unlock();
        }
        if (applied.sequence() >= sequence) { // It came between the first look and the registration.
            done.complete(null);
        }
        return done;
    }

    private void run() {
        BatchBytes batch = new BatchBytes();
        try {
            while (true) {
                List<Work> works = take();
                if (works.isEmpty()) {
                    break;
                }
                if (works.get(0) instanceof Step step) {
                    run(step);
                } else {
                    apply(works, batch);
                }
                completeWaiters();
            }
            fail(closed());
        } catch (RuntimeException | Error e) { // The thread's boundary: whoever waits must hear of it.
            LOGGER.log(System.Logger.Level.ERROR, "directory applier ends: listings cannot be answered any more", e);
            fail(
                    e instanceof RuntimeException known
                            ? known
                            : new IllegalStateException("the directory has failed", e));
        }
    }

    private static void run(Step step) {
        try {
            step.action().run();
            step.done().complete(null);
        } catch (RuntimeException | Error e) { // Passed on: the caller waits for this one.
            step.done().completeExceptionally(e);
            throw e;
        }
    }

    /** Groups up to a batch, or one step; nothing at the end. */
    private List<Work> take() {
        lock.lock();
        try {
            while (queue.isEmpty()) {
                if (closing) {
                    return List.of();
                }
                changed.awaitUninterruptibly();
            }
            List<Work> works = new ArrayList<>();
            int changes = 0;
            do {
                Work work = queue.remove();
                works.add(work);
                changes += work instanceof Group group ? group.changes().size() : 0;
            } while (works.get(0) instanceof Group && queue.peek() instanceof Group && changes < BATCH_CHANGES);
            queuedChanges -= changes;
            changed.signalAll();
            return works;
        } finally {
            lock.unlock();
        }
    }

    private void apply(List<Work> groups, BatchBytes batch) {
        List<DirectoryChange> changes = new ArrayList<>();
        DirectoryCheckpoint end = applied;
        for (Work work : groups) {
            Group group = (Group) work;
            changes.addAll(group.changes());
            end = group.end();
        }
        batch.clear();
        changes.forEach(
                change -> applyExpiry(change, batch)); // In order: what ended in this batch has no time any more.
        changes.removeIf(
                change -> change instanceof DirectoryChange.Expires || change instanceof DirectoryChange.Expired);
        changes.sort(BY_KEY); // Stable: of one key, the last submitted stays last, and wins.
        for (int i = 0; i < changes.size(); i++) {
            DirectoryChange change = changes.get(i);
            if (i + 1 == changes.size() || BY_KEY.compare(change, changes.get(i + 1)) != 0) {
                if (change instanceof DirectoryChange.Put put) {
                    batch.put(put.entry());
                } else if (change instanceof DirectoryChange.Delete delete) {
                    batch.delete(delete.bucketId(), delete.key());
                }
            }
        }
        batch.putState(DirectoryFormat.stateKey(), DirectoryFormat.state(end));
        rocks.write(batch.toArray());
        applied = end;
    }

    private static void applyExpiry(DirectoryChange change, BatchBytes batch) {
        if (change instanceof DirectoryChange.Put put
                && put.entry().expiresAtMillis().isPresent()) {
            DirectoryEntry entry = put.entry();
            batch.put(new DirectoryExpiry(
                    entry.expiresAtMillis().getAsLong(), entry.version(), entry.bucketId(), entry.key()));
        } else if (change instanceof DirectoryChange.Expires expires) {
            batch.put(expires.expiry());
        } else if (change instanceof DirectoryChange.Expired expired) {
            batch.delete(expired.expiry());
        }
    }

    private static final Comparator<DirectoryChange> BY_KEY = (left, right) -> {
        int buckets = Integer.compare(bucketId(left), bucketId(right));
        return buckets != 0 ? buckets : compareUnsigned(key(left), key(right));
    };

    private static int bucketId(DirectoryChange change) {
        return change instanceof DirectoryChange.Put put
                ? put.entry().bucketId()
                : ((DirectoryChange.Delete) change).bucketId();
    }

    private static ByteBuffer key(DirectoryChange change) {
        return change instanceof DirectoryChange.Put put ? put.entry().key() : ((DirectoryChange.Delete) change).key();
    }

    private static int compareUnsigned(ByteBuffer left, ByteBuffer right) {
        int mismatch = left.mismatch(right);
        if (mismatch < 0) {
            return 0;
        }
        if (mismatch >= left.remaining() || mismatch >= right.remaining()) {
            return Integer.compare(left.remaining(), right.remaining());
        }
        return Byte.compareUnsigned(left.get(left.position() + mismatch), right.get(right.position() + mismatch));
    }

    private void completeWaiters() {
        List<Waiter> ready = new ArrayList<>();
        lock.lock();
        try {
            Waiter first = waiters.peek();
            while (first != null && first.sequence() <= applied.sequence()) {
                ready.add(waiters.remove());
                first = waiters.peek();
            }
        } finally {
            lock.unlock();
        }
        ready.forEach(waiter -> waiter.done().complete(null));
    }

    private void fail(RuntimeException reason) {
        List<CompletableFuture<Void>> left = new ArrayList<>();
        lock.lock();
        try {
            failure = Optional.of(reason);
            waiters.forEach(waiter -> left.add(waiter.done()));
            waiters.clear();
            for (Work work : queue) {
                if (work instanceof Step step) {
                    left.add(step.done());
                }
            }
            queue.clear();
            queuedChanges = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(done -> done.completeExceptionally(reason));
    }

    private void requireWorking() {
        if (closing) {
            throw closed();
        }
        if (failure.isPresent()) {
            throw new IllegalStateException("the directory has failed", failure.get());
        }
    }

    private static StoreClosedException closed() {
        return new StoreClosedException(ErrorCode.UNAVAILABLE, "The directory is closed.");
    }

    /** Applies what was submitted and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
