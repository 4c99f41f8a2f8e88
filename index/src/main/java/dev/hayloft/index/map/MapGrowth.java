package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import java.util.List;

/**
 * A table that is being replaced by one larger table, or by several with more bits of the hash each.
 *
 * <p>While it is copied, the mutator writes to the successors first and then to the old table, and leaves a mark where
 * it removed something, so that the copy, which only fills in what is absent, cannot bring it back. When all is copied
 * the marks are taken out, and from then on removing means removing.
 */
public final class MapGrowth {
    /** Stands for "removed" in a successor; no needle can stand there. */
    private static final Location REMOVED =
            new Location(Long.MAX_VALUE, Integer.MAX_VALUE, 0, 0, 0, Location.FLAGS_MAX, 0, 0);

    private final List<MapPart> successors;
    private volatile boolean copied; // Set by the splitter, which then waits until the mutator must have seen it.
    private volatile boolean marked; // Set by the mutator.

    public MapGrowth(List<MapPart> successors) {
        this.successors = List.copyOf(successors);
    }

    public List<MapPart> successors() {
        return successors;
    }

    /** The mutator's write, before the one to the old table. */
    public void put(KeyHash hash, Location location) {
        successor(hash).map().put(hash, location);
    }

    /** The mutator's removal, before the one from the old table. */
    public void remove(KeyHash hash) {
        MapFile map = successor(hash).map();
        if (copied) {
            map.remove(hash);
        } else {
            marked = true;
            map.put(hash, REMOVED);
        }
    }

    /** The splitter's copy of what the old table held after the growth had begun. */
    public void copy(KeyHash hash, Location location) {
        successor(hash).map().putIfAbsent(hash, location);
    }

    /** All is copied: no marks from now on. */
    public void setCopied() {
        copied = true;
    }

    /** Takes the marks out, once the mutator leaves no more of them. */
    public void sweep() {
        if (!marked) {
            return;
        }
        for (MapPart part : successors) {
            for (int segment = 0; segment < part.map().segments(); segment++) {
                part.map().segment(segment).stream()
                        .filter(entry -> entry.getValue().equals(REMOVED))
                        .forEach(entry -> part.map().remove(entry.getKey(), REMOVED));
            }
        }
    }

    long touch(KeyHash hash, boolean second) {
        return successor(hash).map().touch(hash, second);
    }

    private MapPart successor(KeyHash hash) {
        for (MapPart part : successors) {
            if (part.serves(hash)) {
                return part;
            }
        }
        throw new AssertionError("a hash belongs to none of the successors");
    }
}
