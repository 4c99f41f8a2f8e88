package dev.hayloft.store.partition;

import dev.hayloft.index.Location;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Drops extents from the index once nothing names them: those of replaced and deleted large objects, and those of
 * uploads that were given up. Behind the publisher, because it must read the old manifest.
 *
 * <p><i>Threads:</i> {@link #retire}, {@link #abandon} and {@link #released} any, never block; the work is done on a
 * thread of its own.
 */
final class ExtentReaper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ExtentReaper.class.getName());
    private static final int QUEUE_MAX = 1 << 17;

    /** Work to be done. */
    private sealed interface Retired {
        /** The extents of a manifest that no key points at. */
        record OfManifest(Location manifest) implements Retired {}

        /** Extents that were never committed, or that what took over their manifest does not name. */
        record OfUpload(int bucketId, List<Long> extentIds) implements Retired {}

        /** Extents that nobody holds any more. */
        record Released(int bucketId, List<Long> extentIds) implements Retired {}

        /** Nothing: somebody waits for what stands before. */
        record Barrier(CountDownLatch passed) implements Retired {}
    }

    private final Partition partition;
    private final NeedleReader reader;
    private final ArrayBlockingQueue<Retired> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private volatile boolean missed; // Set once by whoever finds the queue full, or cannot do what stood in it.
    private volatile boolean closed; // Set by close; the thread then drains the queue and ends.

    ExtentReaper(Partition partition, NeedleReader reader) {
        this.partition = partition;
        this.reader = reader;
        this.thread =
                new Thread(this::run, "hayloft-reaper-" + partition.config().name());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void retire(Location manifest) {
        offer(new Retired.OfManifest(manifest));
    }

    void abandon(int bucketId, List<Long> extentIds) {
        if (!extentIds.isEmpty()) {
            offer(new Retired.OfUpload(bucketId, List.copyOf(extentIds)));
        }
    }

    void released(int bucketId, List<Long> extentIds) {
        offer(new Retired.Released(bucketId, List.copyOf(extentIds)));
    }

    private void offer(Retired retired) {
        if (!queue.offer(retired)) {
            missed = true;
            LOG.log(
                    Level.WARNING,
                    "Too many large objects were replaced at once: some of their extents stay until the next start, which looks for them.");
        }
    }

    /** Returns when all that was handed over before the call is done. */
    void await() {
        CountDownLatch passed = new CountDownLatch(1);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                if (queue.offer(new Retired.Barrier(passed), 100, TimeUnit.MILLISECONDS)) {
                    while (thread.isAlive() && !passed.await(100, TimeUnit.MILLISECONDS)) {
                        // Again, as long as somebody works on it.
                    }
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true; // What stands before must be done all the same.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                Retired next = queue.poll(100, TimeUnit.MILLISECONDS);
                if (next != null) {
                    reap(next);
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, "The reaper was interrupted: extents of replaced objects stay until a rebuild.", e);
        }
    }

    private void reap(Retired retired) {
        if (retired instanceof Retired.Barrier barrier) {
            barrier.passed().countDown();
            return;
        }
        if (partition.problem().isPresent()) {
            return; // What was refused may stand in the log, and name these extents after a restart.
        }
        try {
            if (retired instanceof Retired.OfManifest ofManifest) {
                reapManifest(ofManifest.manifest());
            } else if (retired instanceof Retired.OfUpload ofUpload) {
                ofUpload.extentIds()
                        .forEach(id -> partition.shared().unnamed(ofUpload.bucketId(), id, Optional.empty()));
            } else if (retired instanceof Retired.Released released) {
                released.extentIds().forEach(id -> partition.shared().dropUnnamed(released.bucketId(), id));
            }
        } catch (RuntimeException | Error e) { // The thread's boundary: those behind it in the queue must still go.
            missed = true;
            LOG.log(
                    Level.WARNING,
                    "A replaced object's manifest cannot be read: its extents stay until the next start, which looks for them.",
                    e);
        }
    }

    private void reapManifest(Location location) {
        try (OpenNeedle needle = reader.readAt(location).orElseThrow(NeedleReader::moving)) {
            int bucketId = location.bucketId();
            boolean whole = new ManifestExtents(reader, bucketId)
                    .forEach(
                            needle.view().payload(),
                            id -> partition.shared().unnamed(bucketId, id, Optional.of(needle.view())));
            if (!whole) {
                missed = true;
                LOG.log(
                        Level.WARNING,
                        "A replaced object's extents cannot all be found: some stay until the next start, which looks for them.");
            }
        }
    }

    /** Whether extents were left in the index that nothing names: the next start must look for them. */
    boolean hasMissed() {
        return missed;
    }

    /** Finishes what is queued. */
    @Override
    public void close() {
        closed = true;
        Joining.join(thread);
    }
}
