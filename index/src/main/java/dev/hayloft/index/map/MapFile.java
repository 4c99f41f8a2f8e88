package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapAbsentEntry;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;

/**
 * One hash table in one file, sized for a number of entries. It takes more, up to {@value #BLOAT_FACTOR_MAX} times, but
 * then stops to force each new piece to the disk: so its owner should have moved on before it is full.
 *
 * <p>The file is sparse. Chronicle hands out the space for entries from the lowest free place on, so blocks are taken
 * as entries come: 90 bytes per entry of 62 when a quarter full, 76 half full, 69 full (measured). Without the sparse
 * switch all blocks are reserved at once. The switch also doubles the size of an entry, unless that is set, and set
 * before the sizes of key and value are known to be constant.
 *
 * <p><i>Threads:</i> {@link #find} and {@link #segment} from any, between {@link #enter} and {@link #exit}; one thread
 * at a time puts and removes; beside it one other may use {@link #putIfAbsent} and {@link #remove(KeyHash, Location)}.
 */
public final class MapFile implements AutoCloseable {
    /** Two thirds of 2^14 slots: the fullest that Chronicle's lookup table takes. */
    private static final long SEGMENT_ENTRIES_MAX = 10_922;

    private static final int CHECKSUM_SIZE = 4;
    private static final int ENTRY_SIZE = KeyHash.SIZE + LocationData.SIZE + CHECKSUM_SIZE;
    private static final double BLOAT_FACTOR_MAX = 4;
    private static final long LOCK_PAUSE_NANOS = 20_000;
    private static final int LOCK_PAUSES_MAX = 100_000;
    private static final KeyHash SAMPLE_HASH = new KeyHash(1, 2);
    private static final Location SAMPLE_LOCATION = new Location(1, 2, 3, 4, 5, 0, 6, 7, 8, 9);

    /** One counter per stripe and cache line, so that readers do not meet. */
    private static final int STRIPES = 16;

    private static final int STRIPE_STEP = 16;

    private final Path file;
    private final long capacity;
    private final ChronicleMap<KeyHash, Location> map;
    private final MapMemory memory;
    private final AtomicLongArray users = new AtomicLongArray(STRIPES * STRIPE_STEP);
    private volatile boolean retired; // Set before the counters are summed; a user counts itself, then looks here.
    private boolean closed; // Guarded by this.
    private volatile boolean unmapped;

    private MapFile(Path file, long capacity, ChronicleMap<KeyHash, Location> map) {
        this.file = file;
        this.capacity = capacity;
        this.map = map;
        this.memory = MapMemory.of(map);
    }

    /** Makes a new file; takes long enough (milliseconds, at first seconds) to be kept off the hot path. */
    public static MapFile create(Path file, long capacity) {
        try {
            Files.deleteIfExists(file);
            return new MapFile(file, capacity, builder(capacity).createPersistedTo(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException("index map cannot be made: " + file, e);
        }
    }

    /**
     * Opens a file that was closed in order.
     *
     * @throws CorruptionException when there is none, or Chronicle does not know it
     */
    public static MapFile open(Path file, long capacity) {
        return openExisting(file, capacity, builder -> builder.createPersistedTo(file.toFile()));
    }

    /**
     * Opens a file whose process was killed: clears locks, forgets inserts that were cut short. Should the calling
     * process be killed too before this returns, an entry may be missing.
     *
     * @throws CorruptionException when there is none, or it cannot be mended: an entry that was being written over is
     *     neither the old one nor the new
     */
    public static MapFile recover(Path file, long capacity) {
        MapLosses losses = new MapLosses();
        MapFile map = openExisting(file, capacity, builder -> builder.recoverPersistedTo(file.toFile(), true, losses));
        Optional<String> loss = losses.first();
        if (loss.isPresent()) {
            map.close();
            throw new CorruptionException("index map has lost an entry")
                    .with("file", file)
                    .with("reason", loss.get());
        }
        return map;
    }

    /** A way to open a map. */
    @FunctionalInterface
    private interface Opening {
        ChronicleMap<KeyHash, Location> open(ChronicleMapBuilder<KeyHash, Location> builder) throws IOException;
    }

    private static MapFile openExisting(Path file, long capacity, Opening opening) {
        if (!Files.isRegularFile(file)) {
            throw new CorruptionException("index map is missing").with("file", file);
        }
        try {
            return new MapFile(file, capacity, opening.open(builder(capacity)));
        } catch (IOException e) {
            throw new UncheckedIOException("index map cannot be opened: " + file, e);
        } catch (RuntimeException e) { // Chronicle has no one type for a file that it does not like.
            throw new CorruptionException("index map cannot be opened", e).with("file", file);
        }
    }

    private static ChronicleMapBuilder<KeyHash, Location> builder(long capacity) {
        int least = Math.toIntExact((capacity + SEGMENT_ENTRIES_MAX - 1) / SEGMENT_ENTRIES_MAX);
        int segments = Integer.highestOneBit(2 * least - 1); // A larger map's segments are parts of a smaller one's.
        long segmentEntries = (capacity + segments - 1) / segments;
        return ChronicleMapBuilder.of(KeyHash.class, Location.class)
                .sparseFile(true)
                .actualChunkSize(ENTRY_SIZE) // Before the constant sizes: see the class comment.
                .keyReaderAndDataAccess(HashReader.INSTANCE, new HashData())
                .valueReaderAndDataAccess(LocationReader.INSTANCE, new LocationData())
                .constantKeySizeBySample(SAMPLE_HASH)
                .constantValueSizeBySample(SAMPLE_LOCATION)
                .entries(capacity)
                .actualSegments(segments)
                .entriesPerSegment(segmentEntries)
                .actualChunksPerSegmentTier(segmentEntries)
                .maxBloatFactor(BLOAT_FACTOR_MAX)
                .checksumEntries(true)
                .skipCloseOnExitHook(true);
    }

    /** Counts the caller as a user; false, and not counted, when the table is on its way out. */
    public boolean enter() {
        int stripe = stripe();
        users.incrementAndGet(stripe);
        if (retired) {
            users.decrementAndGet(stripe);
            return false;
        }
        return true;
    }

    /** Takes back {@link #enter()}, on the same thread. */
    public void exit() {
        users.decrementAndGet(stripe());
    }

    private static int stripe() {
        return (int) ((Thread.currentThread().getId() * 0x9E37_79B9_7F4A_7C15L) >>> 60) * STRIPE_STEP;
    }

    /** No user comes in from now on. */
    public void retire() {
        retired = true;
    }

    public boolean isRetired() {
        return retired;
    }

    /** Whether nobody is inside; stays so once the table is retired. */
    public boolean isIdle() {
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            if (users.get(stripe * STRIPE_STEP) != 0) {
                return false;
            }
        }
        return true;
    }

    public Optional<Location> find(KeyHash hash) {
        return Optional.ofNullable(map.get(hash));
    }

    /** Puts in one lookup; returns what was there. */
    public Optional<Location> put(KeyHash hash, Location location) {
        requireMapped();
        return memory.put(hash, location, true).orElseGet(() -> putElsewhere(hash, location, true));
    }

    /** What finds no room among the first entries of its piece, or may stand behind them. */
    private Optional<Location> putElsewhere(KeyHash hash, Location location, boolean replaces) {
        try (ExternalMapQueryContext<KeyHash, Location, ?> query = map.queryContext(hash)) {
            lock(query);
            MapEntry<KeyHash, Location> entry = query.entry();
            if (entry == null) {
                insert(query, location);
                return Optional.empty();
            }
            Location previous = entry.value().get();
            if (replaces) {
                query.replaceValue(entry, query.wrapValueAsData(location));
            }
            return Optional.of(previous);
        }
    }

    private void requireMapped() {
        if (unmapped) {
            throw new IllegalStateException("the map is closed: " + file);
        }
    }

    /** Reads what puts of these hashes will read first; see {@link MapMemory#touch}. */
    public long touch(KeyHash hash, boolean second) {
        requireMapped();
        return memory.touch(hash, second);
    }

    /** Whoever copies a piece may hold its lock without having a processor: Chronicle would spin meanwhile. */
    private static void lock(ExternalMapQueryContext<KeyHash, Location, ?> query) {
        for (int pauses = 0; !query.updateLock().tryLock(); pauses++) {
            if (pauses == LOCK_PAUSES_MAX) {
                query.updateLock().lock(); // Nobody holds it that long: Chronicle will say so.
                return;
            }
            LockSupport.parkNanos(LOCK_PAUSE_NANOS);
        }
    }

    private static void insert(ExternalMapQueryContext<KeyHash, Location, ?> query, Location location) {
        MapAbsentEntry<KeyHash, Location> absent =
                Objects.requireNonNull(query.absentEntry(), "no entry, and none to be made");
        query.insert(absent, query.wrapValueAsData(location));
    }

    /** Puts unless there is something; returns whether it did. */
    public boolean putIfAbsent(KeyHash hash, Location location) {
        requireMapped();
        return memory.put(hash, location, false)
                .orElseGet(() -> putElsewhere(hash, location, false))
                .isEmpty();
    }

    /** Removes; returns what was there. */
    public Optional<Location> remove(KeyHash hash) {
        return Optional.ofNullable(map.remove(hash));
    }

    /** Removes if exactly this is there. */
    public boolean remove(KeyHash hash, Location expected) {
        return map.remove(hash, expected);
    }

    /** Entries; reads a counter per segment. */
    public long size() {
        return map.longSize();
    }

    public long capacity() {
        return capacity;
    }

    /** Number of pieces that {@link #segment} takes. */
    public int segments() {
        return map.segments();
    }

    /**
     * A copy of the entries of one piece, some thousands; writers to that piece wait meanwhile, about a millisecond.
     */
    public List<Map.Entry<KeyHash, Location>> segment(int index) {
        requireMapped();
        return memory.copy(index).orElseGet(() -> segmentOfTiers(index));
    }

    private List<Map.Entry<KeyHash, Location>> segmentOfTiers(int index) {
        try (MapSegmentContext<KeyHash, Location, ?> segment = map.segmentContext(index)) {
            List<Map.Entry<KeyHash, Location>> entries = new ArrayList<>(Math.toIntExact(segment.size()));
            segment.forEachSegmentEntry(entry ->
                    entries.add(Map.entry(entry.key().get(), entry.value().get())));
            return entries;
        }
    }

    public Path file() {
        return file;
    }

    /** Bytes of the file that take blocks. */
    public long diskBytes() {
        return SparseFile.allocatedBytes(file);
    }

    /** Unmaps; the caller has seen to it that nobody is inside. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        retired = true;
        unmapped = true;
        try {
            map.close();
        } catch (ChronicleHashClosedException e) {
            throw new AssertionError("a map was closed behind our back", e);
        }
    }
}
