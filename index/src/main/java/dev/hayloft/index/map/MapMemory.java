package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.error.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.hash.impl.BigSegmentHeader;
import net.openhft.chronicle.hash.impl.CompactOffHeapLinearHashTable;
import net.openhft.chronicle.hash.impl.HashSplitting;
import net.openhft.chronicle.hash.impl.VanillaChronicleHash;
import net.openhft.chronicle.hash.impl.stage.entry.ChecksumHashing;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.VanillaChronicleMap;

/**
 * The memory of a Chronicle map: puts do what the map's query context does, under the same locks and in the same order,
 * without the context, whose keeping of books is most of what its put costs. The map's own get reads memory likewise.
 * Only the first tier of a segment is known here: for what stands in another, or finds no room, the caller asks the
 * map.
 *
 * <p><i>Order of an insert:</i> chunk taken, entry and checksum written, slot set. A reader under its read lock sees
 * the slot last; after a kill the map's recovery finds a whole entry, or a chunk that no slot names, and frees it.
 *
 * <p><i>Threads:</i> as {@link MapFile}, which sees to it that the map is not unmapped meanwhile.
 */
final class MapMemory {
    /** Nothing was there, and it was put. */
    private static final Optional<Optional<Location>> ABSENT = Optional.of(Optional.empty());

    private static final Memory MEMORY = OS.memory();
    private static final BigSegmentHeader HEADER = BigSegmentHeader.INSTANCE;
    private static final long LOCK_PAUSE_NANOS = 20_000;
    private static final int LOCK_PAUSES_MAX = 100_000;

    private final HashSplitting splitting;
    private final CompactOffHeapLinearHashTable slots;
    private final long headers; // Address of the first segment's.
    private final long headerSize;
    private final long segments; // Address of the first.
    private final long segmentSize;
    private final long freeList; // Offsets in a segment.
    private final long entries;
    private final int chunkSize;
    private final long chunks;
    private final long entriesMax;

    private MapMemory(VanillaChronicleMap<?, ?, ?> map) {
        splitting = map.hashSplitting;
        slots = map.hashLookup;
        headers = map.segmentHeaderAddress(0);
        headerSize = map.segmentHeaderAddress(1) - headers;
        segments = map.segmentBaseAddr(0);
        segmentSize = map.tierSize;
        freeList = map.tierHashLookupOuterSize + VanillaChronicleHash.TIER_COUNTERS_AREA_SIZE;
        entries = freeList + map.tierFreeListOuterSize + map.tierEntrySpaceInnerOffset;
        chunkSize = (int) map.chunkSize;
        chunks = map.actualChunksPerSegmentTier;
        entriesMax = map.maxEntriesPerHashLookup;
    }

    /** The memory of a map of hashes and locations, one chunk an entry. */
    static MapMemory of(ChronicleMap<KeyHash, Location> map) {
        VanillaChronicleMap<?, ?, ?> vanilla = (VanillaChronicleMap<?, ?, ?>) map;
        Check.invariant(
                vanilla.constantlySizedEntry
                        && vanilla.checksumEntries
                        && vanilla.alignment == 1
                        && vanilla.chunkSize == KeyHash.SIZE + LocationData.SIZE + Integer.BYTES,
                "the map's entries are not laid out as ours");
        return new MapMemory(vanilla);
    }

    /**
     * Puts, over what is there only if so asked.
     *
     * @return what was there; empty when that cannot be said here: then nothing is changed, and the map has to be asked
     */
    Optional<Optional<Location>> put(KeyHash hash, Location location, boolean replaces) {
        long spread = HashData.spread(hash);
        int segment = splitting.segmentIndex(spread);
        long header = headers + segment * headerSize;
        lock(header);
        boolean writing = false;
        try {
            if (HEADER.nextTierIndex(header) != 0) {
                return Optional.empty();
            }
            long base = segments + segment * segmentSize;
            long key = slots.maskUnsetKey(splitting.segmentHash(spread));
            long slot = slots.hlPos(key);
            for (long value = slots.readEntry(base, slot); !slots.empty(value); value = slots.readEntry(base, slot)) {
                long entry = base + entries + slots.value(value) * chunkSize;
                if (slots.key(value) == key && holds(entry, hash)) {
                    Optional<Location> previous = Optional.of(LocationData.read(MEMORY, entry + KeyHash.SIZE));
                    if (replaces) {
                        HEADER.upgradeUpdateToWriteLock(header);
                        writing = true;
                        write(entry, spread, location);
                    }
                    return Optional.of(previous);
                }
                slot = slots.step(slot);
            }
            return insert(header, base, slot, key, spread, hash, location) ? ABSENT : Optional.empty();
        } finally {
            if (writing) {
                HEADER.writeUnlock(header);
            } else {
                HEADER.updateUnlock(header);
            }
        }
    }

    /** Copies the entries of a segment, whose writers wait meanwhile; empty when it has more tiers than one. */
    Optional<List<Map.Entry<KeyHash, Location>>> copy(int segment) {
        long header = headers + segment * headerSize;
        lock(header);
        try {
            if (HEADER.nextTierIndex(header) != 0) {
                return Optional.empty();
            }
            List<Map.Entry<KeyHash, Location>> copy = new ArrayList<>(Math.toIntExact(HEADER.entries(header)));
            long base = segments + segment * segmentSize;
            for (long from = 0; from < chunks; from += Long.SIZE) {
                long taken = MEMORY.readLong(base + freeList + (from >>> 6 << 3));
                for (; taken != 0; taken &= taken - 1) {
                    long entry = base + entries + (from + Long.numberOfTrailingZeros(taken)) * chunkSize;
                    KeyHash hash = new KeyHash(MEMORY.readLong(entry), MEMORY.readLong(entry + Long.BYTES));
                    copy.add(Map.entry(hash, LocationData.read(MEMORY, entry + KeyHash.SIZE)));
                }
            }
            return Optional.of(copy);
        } finally {
            HEADER.updateUnlock(header);
        }
    }

    private boolean insert(long header, long base, long slot, long key, long spread, KeyHash hash, Location location) {
        long count = HEADER.entries(header);
        long chunk = count >= entriesMax ? chunks : takeChunk(base + freeList, HEADER.lowestPossiblyFreeChunk(header));
        if (chunk >= chunks) {
            return false;
        }
        HEADER.entries(header, count + 1);
        HEADER.lowestPossiblyFreeChunk(header, chunk + 1);
        long entry = base + entries + chunk * chunkSize;
        MEMORY.writeLong(entry, hash.high());
        MEMORY.writeLong(entry + Long.BYTES, hash.low());
        write(entry, spread, location);
        slots.writeEntryVolatile(base, slot, key, chunk);
        return true;
    }

    private static boolean holds(long entry, KeyHash hash) {
        return MEMORY.readLong(entry) == hash.high() && MEMORY.readLong(entry + Long.BYTES) == hash.low();
    }

    private static void write(long entry, long spread, Location location) {
        long value = entry + KeyHash.SIZE;
        LocationData.write(MEMORY, value, location);
        long checksum =
                ChecksumHashing.hash8To16Bytes(KeyHash.SIZE, spread, XxHash.ofMemory(MEMORY, value, LocationData.SIZE));
        MEMORY.writeInt(value + LocationData.SIZE, (int) (checksum >>> 32 ^ checksum));
    }

    /** Takes the first free chunk from one on; none is free: a number that is too large. */
    private long takeChunk(long list, long from) {
        long at = from;
        while (at < chunks) {
            long address = list + (at >>> 6 << 3);
            long word = MEMORY.readLong(address);
            long free = ~word >>> at; // By its lowest six bits.
            if (free != 0) {
                at += Long.numberOfTrailingZeros(free);
                if (at < chunks) {
                    MEMORY.writeLong(address, word | 1L << at);
                }
                return at;
            }
            at = (at | Long.SIZE - 1) + 1;
        }
        return chunks;
    }

    /** Whoever copies a piece may hold its lock without having a processor: the map would spin meanwhile. */
    private static void lock(long header) {
        for (int pauses = 0; !HEADER.tryUpdateLock(header); pauses++) {
            if (pauses == LOCK_PAUSES_MAX) {
                HEADER.updateLock(header); // Nobody holds it that long: the map will say so.
                return;
            }
            LockSupport.parkNanos(LOCK_PAUSE_NANOS);
        }
    }

    /**
     * Reads what a put of this hash will read first. Such reads do not wait for each other, puts do: so many at a time
     * cost little more than one. The first round reads headers and slots, the second what they point at.
     *
     * @return something made of what was read, for the reads not to be left out
     */
    long touch(KeyHash hash, boolean second) {
        long spread = HashData.spread(hash);
        int segment = splitting.segmentIndex(spread);
        long header = headers + segment * headerSize;
        long base = segments + segment * segmentSize;
        long value = slots.readEntry(base, slots.hlPos(slots.maskUnsetKey(splitting.segmentHash(spread))));
        long chunk = HEADER.lowestPossiblyFreeChunk(header);
        if (!second) {
            return value + chunk;
        }
        long next = MEMORY.readLong(base + freeList + (Math.min(chunk, chunks - 1) >>> 6 << 3));
        long entry = slots.empty(value) ? Math.max(chunk - 1, 0) : slots.value(value);
        return next + MEMORY.readLong(base + entries + entry * chunkSize);
    }
}
