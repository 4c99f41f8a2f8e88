package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import dev.hayloft.model.error.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Which table serves which hash: extendible hashing over the top bits.
 *
 * <p><i>Source:</i> R. Fagin et al., "Extendible hashing: a fast access method for dynamic files", ACM TODS 4 (1979).
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Invariant:</i> the parts' prefixes cover every hash once.
 */
public final class MapTable {
    /** Top bits that may be used: 65,536 tables. */
    public static final int DEPTH_MAX = 16;

    private final List<MapPart> parts;
    private final int depth;
    private final MapPart[] slots;

    /**
     * A table of these parts.
     *
     * @throws dev.hayloft.model.error.CorruptionException when they leave a gap or overlap
     */
    public MapTable(List<MapPart> parts) {
        this.parts = List.copyOf(parts);
        this.depth = parts.stream().mapToInt(MapPart::depth).max().orElse(0);
        Check.intact(covers(parts), "the index maps do not cover every hash once");
        this.slots = new MapPart[1 << depth];
        for (MapPart part : parts) {
            int width = 1 << (depth - part.depth());
            java.util.Arrays.fill(slots, part.prefix() * width, (part.prefix() + 1) * width, part);
        }
    }

    private static boolean covers(List<MapPart> parts) {
        long at = 0;
        List<MapPart> sorted = new ArrayList<>(parts);
        sorted.sort((left, right) -> Long.compare(start(left), start(right)));
        for (MapPart part : sorted) {
            if (start(part) != at) {
                return false;
            }
            at += 1L << (DEPTH_MAX - part.depth());
        }
        return at == 1L << DEPTH_MAX;
    }

    private static long start(MapPart part) {
        return (long) part.prefix() << (DEPTH_MAX - part.depth());
    }

    /** The top bits as a number. */
    static int prefix(KeyHash hash, int depth) {
        return (int) (hash.high() >>> 1 >>> (Long.SIZE - 1 - depth)); // Two steps: a shift by 64 would be one by 0.
    }

    public MapPart part(KeyHash hash) {
        return slots[prefix(hash, depth)];
    }

    /**
     * Whoever works through many hashes by this number, as unsigned, is done with one piece of one table before the
     * next: so its slots are read from the processor's cache. The lowest bits say nothing.
     */
    public long order(KeyHash hash) {
        long piece = Long.reverse(HashData.spread(hash));
        return depth == 0 ? piece : hash.high() >>> (Long.SIZE - depth) << (Long.SIZE - depth) | piece >>> depth;
    }

    public List<MapPart> parts() {
        return parts;
    }

    /** The table with a part replaced by its successors. */
    public MapTable with(MapPart old, List<MapPart> successors) {
        List<MapPart> next = new ArrayList<>(parts);
        Check.invariant(next.remove(old), "the part that grew is not in the table");
        next.addAll(successors);
        return new MapTable(next);
    }
}
