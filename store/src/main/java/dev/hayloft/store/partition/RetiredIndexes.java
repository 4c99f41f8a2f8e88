package dev.hayloft.store.partition;

import dev.hayloft.index.KeyIndex;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Indexes that a rebuild replaced, kept open a while for reads that began on them.
 *
 * <p><i>Threads:</i> any.
 */
final class RetiredIndexes {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private record Retired(KeyIndex index, Path folder, long atNanos) {}

    private final ConcurrentLinkedQueue<Retired> all = new ConcurrentLinkedQueue<>();

    void add(KeyIndex index, Path folder) {
        all.add(new Retired(index, folder, System.nanoTime()));
    }

    /** Closes and removes those that nobody can still be reading. */
    void tidy() {
        remove(GRACE);
    }

    /** Closes and removes all. */
    void clear() {
        remove(Duration.ZERO);
    }

    private void remove(Duration grace) {
        Retired next = all.peek();
        while (next != null && System.nanoTime() - next.atNanos() >= grace.toNanos() && all.remove(next)) {
            next.index().close();
            PartitionFolder.deleteTree(next.folder());
            next = all.peek();
        }
    }
}
