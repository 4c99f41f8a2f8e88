package dev.hayloft.store.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Groups on their way from the writer to the flusher.
 *
 * <p><i>Threads:</i> {@link #put}, {@link #putLast} and {@link #isEmpty} the writer; {@link #take} and {@link #done}
 * the flusher.
 */
final class GroupQueue {
    private static final int GROUPS_MAX = 64;

    private final ArrayBlockingQueue<Group> groups = new ArrayBlockingQueue<>(GROUPS_MAX);
    private final AtomicInteger ahead = new AtomicInteger();

    /** What was appended at once, or the word to stop. */
    record Group(List<Pending> pendings, boolean needsForce, boolean last) {}

    /** Whether the flusher has published everything that was put. */
    boolean isEmpty() {
        return ahead.get() == 0;
    }

    void put(List<Pending> pendings, boolean needsForce) {
        ahead.incrementAndGet();
        handOver(new Group(pendings, needsForce, false));
    }

    /** Nothing comes behind this. */
    void putLast() {
        handOver(new Group(List.of(), false, true));
    }

    private void handOver(Group group) {
        boolean interrupted = false;
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

    /** Waits for a group, and takes all that are there. */
    List<Group> take() throws InterruptedException {
        List<Group> taken = new ArrayList<>();
        taken.add(groups.take());
        groups.drainTo(taken);
        return taken;
    }

    /** The group is published; answers whether it was the last. */
    boolean done(Group group) {
        if (!group.last()) {
            ahead.decrementAndGet();
        }
        return group.last();
    }
}
