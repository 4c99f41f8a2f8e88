package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fills an index from needles in any order: the highest version of a key wins, a tombstone too, and at the end the
 * tombstones go. Versions decide, never positions, because compaction moves old needles behind newer ones.
 *
 * <p><i>Threads:</i> any; each call takes the builder's lock.
 */
final class IndexBuilder {
    private static final int SWEEP_BATCH = 4096;
    private static final int SWEEP_PASS_MAX = 1 << 20;

    private final KeyIndex target;

    IndexBuilder(KeyIndex target) {
        this.target = target;
    }

    /** A needle of this key was seen: live or, with the tombstone flag, dead. */
    synchronized void offer(KeyHash hash, Location location) {
        Optional<Location> known = target.find(hash);
        if (known.isEmpty() || wins(location, known.get())) {
            target.put(hash, location);
        }
    }

    private static boolean wins(Location location, Location known) {
        return location.version() > known.version()
                || (location.version() == known.version() && location.position() > known.position());
    }

    /** Nothing speaks for this key any more. */
    synchronized void drop(KeyHash hash) {
        target.remove(hash);
    }

    /** Removes the tombstones, in bounded passes and batches, so that nobody waits long and memory stays flat. */
    void sweepTombstones() {
        List<KeyHash> dead = new ArrayList<>();
        do {
            dead.clear();
            target.forEach((hash, location) -> {
                if ((location.flags() & Location.TOMBSTONE) != 0 && dead.size() < SWEEP_PASS_MAX) {
                    dead.add(hash);
                }
            });
            for (int from = 0; from < dead.size(); from += SWEEP_BATCH) {
                removeIfTombstone(dead.subList(from, Math.min(dead.size(), from + SWEEP_BATCH)));
            }
        } while (dead.size() == SWEEP_PASS_MAX);
    }

    private synchronized void removeIfTombstone(List<KeyHash> hashes) {
        for (KeyHash hash : hashes) {
            if (target.find(hash)
                    .filter(location -> (location.flags() & Location.TOMBSTONE) != 0)
                    .isPresent()) {
                target.remove(hash);
            }
        }
    }

    KeyIndex target() {
        return target;
    }
}
