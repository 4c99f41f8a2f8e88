package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Fills an index from needles in any order. Versions decide, never positions, because compaction moves old needles
 * behind newer ones. What lives of a key does not depend on the order: a version lives unless a tombstone ends it, or
 * it is not kept and a higher one that is not kept either was ever there.
 *
 * <p>While needles come, a key's chain may hold its versions in any order behind the newest, ended ones among them, and
 * beside it stands the highest version up to which a tombstone ended all: each needle costs a few steps, however long
 * the chain. {@link #finish} sorts such chains and takes out what is dead.
 *
 * <p><i>Threads:</i> any; each call takes the builder's lock.
 */
final class IndexBuilder {
    private static final int BATCH = 1024;
    private static final int PASS_MAX = 1 << 20;

    // Flags that no finished index has.
    /** A version that a tombstone names. */
    private static final int DEAD = 1 << 10;
    /** No version: all of the key up to this entry's version is ended. */
    private static final int FLOOR = 1 << 11;
    /** Of a newest version: a floor stands beside it. */
    private static final int FLOORED = 1 << 12;
    /** Of a newest version: its chain is to be sorted, or has dead versions. */
    private static final int MIXED = 1 << 13;

    private static final int OF_HEAD = FLOORED | MIXED;
    private static final int UNFINISHED = DEAD | FLOOR | FLOORED | MIXED;

    /** The floor stands under this version of the key, which no needle has. */
    private static final long FLOOR_VERSION = 0;

    private final KeyIndex target;
    private final KeyHasher hasher;
    private final Optional<Set<KeyHash>> touched; // Guarded by this.
    private final Set<KeyHash> ended = new HashSet<>(); // Guarded by this; filled only beside the other.

    private IndexBuilder(KeyIndex target, KeyHasher hasher, Optional<Set<KeyHash>> touched) {
        this.target = target;
        this.hasher = hasher;
        this.touched = touched;
    }

    /** Of an index that is empty. */
    IndexBuilder(KeyIndex target, KeyHasher hasher) {
        this(target, hasher, Optional.empty());
    }

    /** Of an index that has all but the last needles, or those too; it remembers what it touches. */
    static IndexBuilder over(KeyIndex index, KeyHasher hasher) {
        return new IndexBuilder(index, hasher, Optional.of(new HashSet<>()));
    }

    /** A needle was seen. */
    synchronized void offer(KeyHash hash, Location location) {
        if (location.has(Location.EXTENT)) {
            if (location.has(Location.SHARED)) {
                offerExtent(hasher.extent(location.bucketId(), location.version()), location);
                offerExtent(hash, PointIndex.alias(location));
            } else {
                offerExtent(hash, location);
            }
            return;
        }
        touched.ifPresent(set -> set.add(hash));
        if (!location.has(Location.TOMBSTONE) || location.has(Location.MARKER)) {
            offerVersion(hash, location);
        } else if (location.link() == 0) {
            offerFloor(hash, location);
        } else if (location.has(Location.UP_TO)) {
            offerFloor(hash, at(location, location.link(), location.flags()));
        } else {
            offerVersion(hash, at(location, location.link(), location.flags() & Location.KEPT | DEAD));
            if (touched.isPresent()) {
                ended.add(hasher.version(hash, location.link()));
            }
        }
    }

    private void offerExtent(KeyHash hash, Location location) {
        Optional<Location> known = target.find(hash);
        if (known.isEmpty()) {
            target.put(hash, location);
        } else if (isNewer(location, known.get())) {
            target.put(hash, location.withLink(known.get().link()));
        }
    }

    /** Shared content, if it is known, is referred to so often. */
    synchronized void relink(KeyHash extent, long link) {
        target.find(extent).ifPresent(known -> target.put(extent, known.withLink(link)));
    }

    private static boolean isNewer(Location location, Location known) {
        return location.version() > known.version()
                || (location.version() == known.version() && location.position() > known.position());
    }

    private static Location at(Location location, long version, int flags) {
        return new Location(
                location.position(),
                location.needleOffset(),
                location.needleSize(),
                version,
                0,
                flags,
                location.bucketId(),
                location.timeMillis());
    }

    private void offerFloor(KeyHash hash, Location tombstone) {
        Location floor = tombstone.withLink(0).withFlags(FLOOR);
        Optional<Location> head = target.find(hash);
        if (head.isEmpty()) {
            target.put(hash, floor);
        } else if (head.get().has(FLOOR)) {
            if (floor.version() > head.get().version()) {
                target.put(hash, floor);
            }
        } else if (head.get().link() == 0
                && !head.get().has(FLOORED)
                && head.get().version() <= floor.version()) {
            target.put(hash, floor);
        } else {
            raiseFloor(hash, floor);
            target.put(hash, head.get().withFlags(head.get().flags() | FLOORED | MIXED));
        }
    }

    private void raiseFloor(KeyHash hash, Location floor) {
        KeyHash slot = hasher.version(hash, FLOOR_VERSION);
        Optional<Location> known = target.find(slot);
        if (known.isEmpty() || known.get().version() < floor.version()) {
            target.put(slot, floor.withFlags(FLOOR | Location.OLDER));
        }
    }

    private void offerVersion(KeyHash hash, Location version) {
        Optional<Location> known = target.find(hash);
        if (known.isEmpty()) {
            target.put(hash, version);
            return;
        }
        Location head = known.get();
        if (head.has(FLOOR)) {
            if (version.version() > head.version()) {
                raiseFloor(hash, head);
                target.put(hash, version.withFlags(version.flags() | FLOORED));
            }
        } else if (version.version() == head.version()) {
            target.put(hash, better(version, head).withLink(head.link()));
        } else if (!version.has(Location.KEPT) && !head.has(Location.KEPT)) {
            if (version.version() > head.version()) {
                target.put(
                        hash,
                        version.withFlags(version.flags() | head.flags() & OF_HEAD)
                                .withLink(head.link()));
            }
        } else {
            insert(hash, head, version);
        }
    }

    /** Of two needles of one version: dead is dead, and else the one behind, which compaction moved there. */
    private static Location better(Location one, Location known) {
        if (known.has(DEAD) || (!one.has(DEAD) && one.position() <= known.position())) {
            return known;
        }
        return one.withFlags(one.flags() | known.flags() & (OF_HEAD | Location.OLDER));
    }

    private void insert(KeyHash hash, Location head, Location version) {
        KeyHash slot = hasher.version(hash, version.version());
        Optional<Location> known = target.find(slot);
        if (known.isPresent()) {
            target.put(slot, better(version, known.get()).withLink(known.get().link()));
            target.put(hash, head.withFlags(head.flags() | MIXED));
        } else if (version.version() > head.version()) {
            int mixed = version.has(Location.KEPT) && !head.has(DEAD) ? 0 : MIXED;
            target.put(hasher.version(hash, head.version()), head.withFlags(head.flags() & ~OF_HEAD | Location.OLDER));
            target.put(
                    hash,
                    version.withFlags(version.flags() | head.flags() & OF_HEAD | mixed)
                            .withLink(head.version()));
        } else {
            target.put(slot, version.withFlags(version.flags() | Location.OLDER).withLink(head.link()));
            target.put(hash, head.withFlags(head.flags() | MIXED).withLink(version.version()));
        }
    }

    /** Nothing speaks for this entry any more. */
    synchronized void drop(KeyHash hash) {
        target.remove(hash);
    }

    /** Leaves nothing but what lives, in bounded passes and batches: nobody waits long and memory stays flat. */
    void finish() {
        if (touched.isPresent()) {
            finishTouched(touched.get());
            return;
        }
        List<KeyHash> unfinished = new ArrayList<>();
        do {
            unfinished.clear();
            target.forEach((hash, location) -> {
                boolean older = location.has(Location.OLDER);
                if (!older && (location.flags() & UNFINISHED) != 0 && unfinished.size() < PASS_MAX) {
                    unfinished.add(hash);
                }
            });
            for (int from = 0; from < unfinished.size(); from += BATCH) {
                finish(unfinished.subList(from, Math.min(unfinished.size(), from + BATCH)));
            }
        } while (unfinished.size() == PASS_MAX);
    }

    private synchronized void finish(List<KeyHash> hashes) {
        hashes.forEach(this::finish);
    }

    private synchronized void finishTouched(Set<KeyHash> hashes) {
        for (KeyHash hash : hashes) {
            finish(hash);
            // A process that was killed while a version came up may have left it in its old place too.
            target.find(hash).ifPresent(head -> target.remove(hasher.version(hash, head.version())));
        }
        hashes.clear();
        ended.forEach(
                slot -> { // Or an ended one in its place, though no chain led there any more.
                    if (target.find(slot).filter(entry -> entry.has(DEAD)).isPresent()) {
                        target.remove(slot);
                    }
                });
        ended.clear();
    }

    private void finish(KeyHash hash) {
        Optional<Location> head = target.find(hash);
        if (head.isEmpty() || (head.get().flags() & UNFINISHED) == 0) {
            return;
        }
        if (head.get().has(FLOOR)) {
            target.remove(hash);
            return;
        }
        KeyHash floorSlot = hasher.version(hash, FLOOR_VERSION);
        long floor = head.get().has(FLOORED)
                ? target.find(floorSlot).map(Location::version).orElse(0L)
                : 0;
        List<Location> living = new ArrayList<>();
        List<Location> gone = new ArrayList<>();
        sort(chain(hash, head.get()), floor, living, gone);
        for (int i = living.size() - 1; i >= 0; i--) {
            Location entry = living.get(i);
            long link = i + 1 < living.size() ? living.get(i + 1).version() : 0;
            int flags = entry.flags() & ~UNFINISHED & ~Location.OLDER;
            if (i == 0) {
                target.put(hash, entry.withFlags(flags).withLink(link));
                target.remove(hasher.version(hash, entry.version()));
            } else {
                target.put(
                        hasher.version(hash, entry.version()),
                        entry.withFlags(flags | Location.OLDER).withLink(link));
            }
        }
        if (living.isEmpty()) {
            target.remove(hash);
        }
        gone.forEach(entry -> target.remove(hasher.version(hash, entry.version())));
        if (head.get().has(FLOORED)) {
            target.remove(floorSlot);
        }
    }

    private List<Location> chain(KeyHash hash, Location head) {
        List<Location> entries = new ArrayList<>();
        Optional<Location> entry = Optional.of(head);
        while (entry.isPresent()) {
            entries.add(entry.get());
            long next = entry.get().link();
            entry = next == 0 ? Optional.empty() : target.find(hasher.version(hash, next));
        }
        entries.sort(Comparator.comparingLong(Location::version).reversed());
        return entries;
    }

    private static void sort(List<Location> chain, long floor, List<Location> living, List<Location> gone) {
        boolean unkeptSeen = false;
        for (Location entry : chain) {
            boolean replaced = !entry.has(Location.KEPT) && unkeptSeen;
            unkeptSeen |= !entry.has(Location.KEPT);
            boolean lives = entry.version() > floor && !replaced && !entry.has(DEAD);
            (lives ? living : gone).add(entry);
        }
    }

    KeyIndex target() {
        return target;
    }
}
