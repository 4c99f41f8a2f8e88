package dev.hayloft.index;

import dev.hayloft.index.map.MapFile;
import dev.hayloft.index.map.MapGrowth;
import dev.hayloft.index.map.MapPart;
import dev.hayloft.index.map.MapTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Replaces maps before they are full: a small one by one four times larger, one of the largest size by four, each with
 * two more bits of the hash. So an entry is copied once while the index grows to four times its size.
 *
 * <p>The mutator is never kept waiting by us: it writes to the old map and to its successors, without a lock, and the
 * copy only fills in what is absent there (see {@link MapGrowth}). Steps that the mutator has to know about are
 * followed by {@link KeyIndex#awaitMutator()}. Maps of one size fill up at the same rate, so each has a threshold of
 * its own: otherwise all would split at once.
 *
 * <p><i>Order:</i> create the successors; tell the mutator; copy; sweep marks; write the state file; switch the table;
 * delete the old file; unmap it when the last reader has left. A stop or a failure before the state file undoes all.
 *
 * <p><i>Threads:</i> one of its own; {@link #wants} by the mutator.
 */
final class IndexSplitter {
    private static final System.Logger LOGGER = System.getLogger(IndexSplitter.class.getName());
    private static final double THRESHOLD_MIN = 0.60;
    private static final double THRESHOLD_RANGE = 0.20;
    private static final int GROWTH_FACTOR = 4;
    private static final int SPLIT_BITS = 2;
    private static final long IDLE_NANOS = 10_000_000;
    private static final long RETRY_NANOS = 5_000_000_000L;

    private final IndexConfig config;
    private final IndexFolder folder;
    private final KeyIndex index;
    private final Thread thread;
    private final Deque<MapFile> retired = new ArrayDeque<>(); // Owned by the thread, and by close after it has ended.
    private volatile boolean stopping;
    private volatile boolean wanted; // Set by the mutator; cleared by the thread before it looks.
    private volatile long done;
    private volatile int running;

    IndexSplitter(IndexConfig config, IndexFolder folder, KeyIndex index) {
        this.config = config;
        this.folder = folder;
        this.index = index;
        this.thread = new Thread(this::run, "hayloft-index-splitter");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    long done() {
        return done;
    }

    int running() {
        return running;
    }

    /** Whether the part should be replaced; if so, the thread is told. */
    boolean wants(MapPart part) {
        if (part.load() < threshold(part) || part.depth() == MapTable.DEPTH_MAX) {
            return false;
        }
        if (!wanted && part.growth().isEmpty()) {
            wanted = true;
            LockSupport.unpark(thread);
        }
        return true;
    }

    /** Between the two bounds, by a low-discrepancy sequence over the parts. */
    private static double threshold(MapPart part) {
        double fraction = part.id() * 0.618_033_988_749_895 % 1;
        return THRESHOLD_MIN + THRESHOLD_RANGE * fraction;
    }

    /** Ends the thread. The caller lets no mutation begin that would wait for it. */
    void close() {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        while (!closeRetired()) {
            LockSupport.parkNanos(IDLE_NANOS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopping) {
            wanted = false;
            Optional<MapPart> next = fullest();
            if (next.isPresent()) {
                attempt(next.get());
            } else if (!wanted) {
                LockSupport.parkNanos(closeRetired() ? Long.MAX_VALUE : IDLE_NANOS);
            }
        }
    }

    private Optional<MapPart> fullest() {
        return index.table().parts().stream()
                .filter(part -> part.depth() < MapTable.DEPTH_MAX && part.load() >= threshold(part))
                .max(Comparator.comparingDouble(MapPart::load));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Only this thread counts.
    private void attempt(MapPart part) {
        running = 1;
        try {
            if (replace(part)) {
                done++;
            }
        } catch (RuntimeException e) { // The thread's boundary: the index goes on with the map that it has.
            LOGGER.log(System.Logger.Level.ERROR, "index map cannot be replaced by a larger one", e);
            pause();
        } finally {
            running = 0;
        }
    }

    /** The mutator goes on telling us to work meanwhile. */
    private void pause() {
        long start = System.nanoTime();
        while (!stopping && System.nanoTime() - start < RETRY_NANOS) {
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private boolean replace(MapPart part) {
        folder.requireSpace(part.entries());
        MapGrowth growth = new MapGrowth(createSuccessors(part));
        boolean complete = false;
        try {
            part.setGrowth(Optional.of(growth));
            index.awaitMutator();
            if (!copy(part.map(), growth)) {
                return false;
            }
            growth.setCopied();
            index.awaitMutator();
            growth.sweep();
            MapTable next = index.table().with(part, growth.successors());
            folder.write(next);
            complete = true;
            growth.successors().forEach(MapPart::recount);
            index.setTable(next);
        } finally {
            if (!complete) {
                part.setGrowth(Optional.empty());
            }
            index.awaitMutator();
            if (!complete) {
                growth.successors().forEach(this::discard);
            }
        }
        part.map().retire();
        folder.delete(part);
        retired.add(part.map());
        closeRetired();
        return true;
    }

    private List<MapPart> createSuccessors(MapPart part) {
        long capacity = part.map().capacity();
        if (capacity < config.mapEntriesMax()) {
            long larger = Math.min(capacity * GROWTH_FACTOR, config.mapEntriesMax());
            return List.of(folder.createPart(part.depth(), part.prefix(), larger));
        }
        int bits = Math.min(SPLIT_BITS, MapTable.DEPTH_MAX - part.depth());
        List<MapPart> pieces = new ArrayList<>();
        try {
            for (int piece = 0; piece < 1 << bits; piece++) {
                pieces.add(folder.createPart(part.depth() + bits, (part.prefix() << bits) + piece, capacity));
            }
            return pieces;
        } catch (RuntimeException e) { // Passed on: only what is half made goes.
            pieces.forEach(this::discard);
            throw e;
        }
    }

    private boolean copy(MapFile map, MapGrowth growth) {
        for (int segment = 0; segment < map.segments(); segment++) {
            for (Map.Entry<KeyHash, Location> entry : map.segment(segment)) {
                growth.copy(entry.getKey(), entry.getValue());
            }
            if (stopping) {
                return false;
            }
            closeRetired();
        }
        return true;
    }

    private void discard(MapPart part) {
        part.map().close();
        folder.delete(part);
    }

    /** Unmaps what nobody reads any more; false when something is left. */
    private boolean closeRetired() {
        retired.removeIf(map -> {
            if (!map.isIdle()) {
                return false;
            }
            map.close();
            return true;
        });
        return retired.isEmpty();
    }
}
