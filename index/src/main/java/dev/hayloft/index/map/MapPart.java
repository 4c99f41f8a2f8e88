package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import java.util.Optional;

/**
 * One table's place in the index: it serves the hashes whose top {@code depth} bits are {@code prefix}.
 *
 * <p><i>Threads:</i> any; the counter is moved by the mutator alone.
 */
public final class MapPart {
    private final int id;
    private final int depth;
    private final int prefix;
    private final MapFile map;
    private volatile Optional<MapGrowth> growth = Optional.empty(); // Set by the splitter, read by the mutator.
    private volatile long entries; // Written by the mutator, after the splitter has set its first value.

    public MapPart(int id, int depth, int prefix, MapFile map) {
        this.id = id;
        this.depth = depth;
        this.prefix = prefix;
        this.map = map;
        this.entries = map.size();
    }

    /** Names the file. */
    public int id() {
        return id;
    }

    /** How many top bits of a hash are given, 0..{@value MapTable#DEPTH_MAX}. */
    public int depth() {
        return depth;
    }

    /** Those bits, as a number from 0 to 2^depth - 1. */
    public int prefix() {
        return prefix;
    }

    public MapFile map() {
        return map;
    }

    public Optional<MapGrowth> growth() {
        return growth;
    }

    public void setGrowth(Optional<MapGrowth> growth) {
        this.growth = growth;
    }

    /** Entries, as the mutator counts them. */
    public long entries() {
        return entries;
    }

    /** The mutator has added or taken away entries. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    public void count(int change) {
        entries += change;
    }

    /** The splitter takes the map's own count, before the mutator goes on with it. */
    public void recount() {
        entries = map.size();
    }

    /** Entries over room. */
    public double load() {
        return (double) entries / map.capacity();
    }

    /** As {@link MapFile#touch}, also where the table is being replaced. */
    public long touch(KeyHash hash, boolean second) {
        Optional<MapGrowth> growing = growth;
        long read = growing.isPresent() ? growing.get().touch(hash, second) : 0;
        return read + map.touch(hash, second);
    }

    boolean serves(KeyHash hash) {
        return MapTable.prefix(hash, depth) == prefix;
    }
}
