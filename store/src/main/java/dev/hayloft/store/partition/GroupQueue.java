package dev.hayloft.store.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Groups on their way from the writer to the flusher.
 *
 * <p>A force costs the same for one write as for a hundred. Where several clients write at a time and the disk is
 * quick, those that were just answered come back while the next force would already run for the few that came
 * meanwhile; so the flusher waits for as many as it answered last, but no longer than {@link #GATHER_NANOS}.
 *
 * <p><i>Threads:</i> {@link #put}, {@link #putLast} and {@link #isEmpty} the writer; {@link #take} and {@link #done}
 * the flusher.
 */
final class GroupQueue {
    private static final int GROUPS_MAX = 64;

    /** With fewer clients than this nobody is waited for. */
    private static final int GATHER_MIN = 4;

    /** About what it takes to answer a few dozen clients and to take their next requests. */
    private static final long GATHER_NANOS = 1_000_000;

    private final ArrayBlockingQueue<Group> groups = new ArrayBlockingQueue<>(GROUPS_MAX);
    private final AtomicInteger ahead = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger(); // Of the groups in the queue.
    private volatile int enough = Integer.MAX_VALUE; // So many writes in the queue end the flusher's wait.
    private volatile @Nullable Thread gathering; // The flusher, while it waits for more writes.
    private int lastWrites; // The flusher's: what it took for the last force.

    /**
     * What was appended at once, or the word to stop.
     *
     * @param writes clients that wait for it, as far as such come back with the next one
     */
    record Group(List<Pending> pendings, boolean needsForce, int writes, boolean last) {}

    /** Whether the flusher has published everything that was put. */
    boolean isEmpty() {
        return ahead.get() == 0;
    }

    void put(List<Pending> pendings, boolean needsForce) {
        ahead.incrementAndGet();
        int count = 0;
        for (Pending pending : pendings) {
            count += pending.mutation() instanceof Mutation.OfKey ? 1 : 0;
        }
        handOver(new Group(pendings, needsForce, count, false));
    }

    /** Nothing comes behind this. */
    void putLast() {
        handOver(new Group(List.of(), false, 0, true));
    }

    private void handOver(Group group) {
        boolean interrupted = false;
        int now = writes.addAndGet(group.writes());
        Thread flusher = gathering;
        if (flusher != null && (now >= enough || group.last() || groups.remainingCapacity() <= 1)) {
            gathering = null;
            LockSupport.unpark(flusher);
        }
        while (true) {
            try {
                groups.put(group);
                break;
            } catch (InterruptedException e) {
                interrupted = true; // The hand-over must happen; remember and go on.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a group, and takes all that are there; before a force also a moment for those who will come. */
    List<Group> take() throws InterruptedException {
        List<Group> taken = new ArrayList<>();
        taken.add(groups.take());
        groups.drainTo(taken);
        int count = sum(taken);
        writes.addAndGet(-count);
        if (!needsForce(taken)) {
            return taken;
        }
        int missing = lastWrites - count;
        if (lastWrites >= GATHER_MIN
                && missing > 0
                && !taken.get(taken.size() - 1).last()) {
            gather(missing);
            int before = taken.size();
            groups.drainTo(taken);
            int more = sum(taken.subList(before, taken.size()));
            writes.addAndGet(-more);
            count += more;
        }
        lastWrites = count;
        return taken;
    }

    private static boolean needsForce(List<Group> taken) {
        return taken.stream().anyMatch(Group::needsForce);
    }

    private static int sum(List<Group> taken) {
        return taken.stream().mapToInt(Group::writes).sum();
    }

    /** Returns when as many are there, the queue is all but full, or the time is over. */
    private void gather(int missing) {
        enough = missing;
        gathering = Thread.currentThread();
        long end = System.nanoTime() + GATHER_NANOS;
        long left = GATHER_NANOS;
        while (gathering != null && left > 0 && writes.get() < missing && groups.remainingCapacity() > 1) {
            LockSupport.parkNanos(this, left);
            left = end - System.nanoTime();
        }
        gathering = null;
        enough = Integer.MAX_VALUE;
    }

    /** The group is published; answers whether it was the last. */
    boolean done(Group group) {
        if (!group.last()) {
            ahead.decrementAndGet();
        }
        return group.last();
    }
}
