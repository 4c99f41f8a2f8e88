package dev.hayloft.index;

import dev.hayloft.index.map.MapFile;
import dev.hayloft.index.map.MapGrowth;
import dev.hayloft.index.map.MapPart;
import dev.hayloft.index.map.MapTable;
import dev.hayloft.index.map.SparseFile;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * The point index of one partition: hash of a key to the place of its needle. A cache of the log: it survives the death
 * of the process, not of the machine, and is rebuilt from hint files and the log when it cannot be trusted.
 *
 * <p>It grows from one small map to any number of maps while it is used: see {@link IndexSplitter}.
 *
 * <p><i>Threads:</i> {@link #find}, {@link #forEach}, {@link #size} and {@link #status} from any; {@link #put},
 * {@link #remove} and {@link #replace} from one at a time (the mutator), which the callers see to. Readers take no lock
 * of ours. {@link #close} when the mutator has ended.
 *
 * <p><i>Durability:</i> none but what the page cache gives.
 */
public final class KeyIndex implements AutoCloseable {
    /** A map this full slows the mutator down, so that the splitter can catch up; it has room beyond that. */
    private static final double LOAD_PACED = 0.92;

    private static final long PACE_NANOS = 100_000;

    /** Fuller than this, the splitter has not run for long: it gets ten times the time, and again. */
    private static final double LOAD_LATE = 1.5;

    private static final double LOAD_VERY_LATE = 2.5;
    private static final int PACE_FACTOR = 10;

    private final IndexFolder folder;
    private final IndexSplitter splitter;
    private volatile MapTable table; // Written by the splitter; a reader that came too late finds the map retired.
    private volatile long mutations; // Odd while the mutator is inside.
    private volatile boolean closed;

    @SuppressWarnings("unused") // Written for the reads before it to be made.
    private long touched;

    private KeyIndex(IndexConfig config, IndexFolder folder, MapTable table) {
        this.folder = folder;
        this.table = table;
        this.splitter = new IndexSplitter(config, folder, this);
    }

    /** What is known about the files that are there. */
    public enum OpenMode {
        /** Nothing, or nothing good: discard them. */
        CREATE,
        /** They were closed in order. */
        TRUST,
        /**
         * The process was killed, the machine was not: clear what it held, undo a split that was cut short. Until
         * {@link #recovered()} is called nobody else can open it again.
         */
        RECOVER
    }

    /**
     * Opens the index.
     *
     * @throws dev.hayloft.model.error.CorruptionException when there are files to be trusted or recovered and they are
     *     missing or damaged: then {@link OpenMode#CREATE} and rebuild
     */
    public static KeyIndex open(IndexConfig config, OpenMode mode) {
        KeyIndex index = mode == OpenMode.CREATE ? create(config) : openExisting(config, mode == OpenMode.RECOVER);
        index.splitter.start();
        return index;
    }

    /** The index is what it should be again, after {@link OpenMode#RECOVER}: the log was replayed over it. */
    public void recovered() {
        folder.endRecovery();
    }

    private static KeyIndex create(IndexConfig config) {
        IndexFolder folder = IndexFolder.create(config.folder());
        MapTable table = new MapTable(List.of(folder.createPart(0, 0, config.mapEntriesFirst())));
        folder.write(table);
        return new KeyIndex(config, folder, table);
    }

    private static KeyIndex openExisting(IndexConfig config, boolean recover) {
        IndexFolder.Existing existing = IndexFolder.open(config.folder());
        List<MapPart> parts = IndexOpener.open(existing, recover);
        return new KeyIndex(config, existing.folder(), new MapTable(parts));
    }

    /** Where the needle of this hash stands. */
    public Optional<Location> find(KeyHash hash) {
        while (true) {
            MapFile map = table.part(hash).map();
            if (map.enter()) {
                try {
                    return map.find(hash);
                } finally {
                    map.exit();
                }
            }
            requireOpen();
            Thread.onSpinWait(); // The table is about to name the successor.
        }
    }

    /** Where a hash should come among others that are put one after the other, as an unsigned number. */
    public long order(KeyHash hash) {
        return table.order(hash);
    }

    /**
     * Fetches what puts of these hashes will look at into the processor's cache, all at once. A few dozen that stand
     * near each other by {@link #order}. The mutator's.
     */
    public void touch(KeyHash[] hashes, int count) {
        begin();
        try {
            MapTable parts = table;
            long read = 0;
            for (int i = 0; i < count; i++) {
                read += parts.part(hashes[i]).touch(hashes[i], false);
            }
            for (int i = 0; i < count; i++) {
                read += parts.part(hashes[i]).touch(hashes[i], true);
            }
            touched = read;
        } finally {
            exit();
        }
    }

    /** Puts; returns what was there. */
    public Optional<Location> put(KeyHash hash, Location location) {
        MapPart part = enter(hash);
        Optional<Location> previous;
        try {
            part.growth().ifPresent(growth -> growth.put(hash, location));
            previous = part.map().put(hash, location);
        } finally {
            exit();
        }
        if (previous.isEmpty()) {
            added(part);
        }
        return previous;
    }

    /** Removes; returns what was there. */
    public Optional<Location> remove(KeyHash hash) {
        MapPart part = enter(hash);
        try {
            Optional<MapGrowth> growth = part.growth();
            if (growth.isPresent() && part.map().find(hash).isPresent()) {
                growth.get().remove(hash);
            }
            Optional<Location> previous = part.map().remove(hash);
            if (previous.isPresent()) {
                part.count(-1);
            }
            return previous;
        } finally {
            exit();
        }
    }

    /** Puts {@code next} if exactly {@code expected} is there; returns whether it was. */
    public boolean replace(KeyHash hash, Location expected, Location next) {
        MapPart part = enter(hash);
        try {
            if (!part.map().find(hash).equals(Optional.of(expected))) {
                return false;
            }
            part.growth().ifPresent(growth -> growth.put(hash, next));
            part.map().put(hash, next);
            return true;
        } finally {
            exit();
        }
    }

    /**
     * Visits every entry. One that nobody touches meanwhile is visited exactly once, also during a split; others are
     * visited at most once, with a value that was right at some moment since the call. The visitor may use the index.
     */
    public void forEach(BiConsumer<KeyHash, Location> visitor) {
        List<MapPart> parts = enterAll();
        try {
            for (MapPart part : parts) {
                for (int segment = 0; segment < part.map().segments(); segment++) {
                    requireOpen();
                    visit(part.map(), segment, visitor);
                }
            }
        } finally {
            parts.forEach(part -> part.map().exit());
        }
    }

    private void visit(MapFile map, int segment, BiConsumer<KeyHash, Location> visitor) {
        for (Map.Entry<KeyHash, Location> entry : map.segment(segment)) {
            if (map.isRetired()) {
                find(entry.getKey()).ifPresent(location -> visitor.accept(entry.getKey(), location));
            } else {
                visitor.accept(entry.getKey(), entry.getValue());
            }
        }
    }

    /** Number of entries. */
    public long size() {
        List<MapPart> parts = enterAll();
        try {
            return parts.stream().mapToLong(part -> part.map().size()).sum();
        } finally {
            parts.forEach(part -> part.map().exit());
        }
    }

    /** Figures of this moment. Asks the file system about every map. */
    public IndexStatus status() {
        List<MapPart> parts = enterAll();
        try {
            long entries = 0;
            long capacity = 0;
            long diskBytes = SparseFile.allocatedBytes(folder.stateFile());
            for (MapPart part : parts) {
                entries += part.map().size();
                capacity += part.map().capacity();
                diskBytes += part.map().diskBytes();
                for (MapPart successor :
                        part.growth().map(MapGrowth::successors).orElse(List.of())) {
                    diskBytes += successor.map().diskBytes();
                }
            }
            double load = (double) entries / capacity;
            return new IndexStatus(
                    parts.size(), entries, capacity, load, diskBytes, splitter.done(), splitter.running());
        } finally {
            parts.forEach(part -> part.map().exit());
        }
    }

    /** Stops the splitter, which undoes what it has not finished, and closes the maps. Waits for readers inside. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        splitter.close();
        closed = true;
        awaitMutator();
        for (MapPart part : table.parts()) {
            part.map().retire();
        }
        for (MapPart part : table.parts()) {
            while (!part.map().isIdle()) {
                LockSupport.parkNanos(PACE_NANOS);
            }
            part.map().close();
        }
    }

    /** The tables of this moment. */
    MapTable table() {
        return table;
    }

    /** The splitter replaces a part; the old one is not retired yet. */
    void setTable(MapTable next) {
        table = next;
    }

    /** Returns when every mutation that was under way at the call has ended: later ones see what was set before. */
    void awaitMutator() {
        long seen = mutations;
        if ((seen & 1) == 0) {
            return;
        }
        while (mutations == seen) {
            LockSupport.parkNanos(1_000);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One mutator.
    private void begin() {
        mutations++;
        if (closed) {
            mutations++;
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The index is closed.");
        }
    }

    private MapPart enter(KeyHash hash) {
        begin();
        return table.part(hash);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One mutator.
    private void exit() {
        mutations++;
    }

    private void added(MapPart part) {
        part.count(1);
        if (splitter.wants(part) && part.load() > LOAD_PACED) {
            LockSupport.parkNanos(paceNanos(part.load()));
        }
    }

    private static long paceNanos(double load) {
        if (load > LOAD_VERY_LATE) {
            return PACE_NANOS * PACE_FACTOR * PACE_FACTOR;
        }
        return load > LOAD_LATE ? PACE_NANOS * PACE_FACTOR : PACE_NANOS;
    }

    private List<MapPart> enterAll() {
        while (true) {
            List<MapPart> entered = new ArrayList<>();
            for (MapPart part : table.parts()) {
                if (!part.map().enter()) {
                    break;
                }
                entered.add(part);
            }
            if (entered.size() == table.parts().size() && entered.equals(table.parts())) {
                return entered;
            }
            entered.forEach(part -> part.map().exit());
            requireOpen();
            Thread.onSpinWait();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The index is closed.");
        }
    }
}
