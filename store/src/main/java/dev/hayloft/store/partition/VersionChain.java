package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The versions of a key as entries of an index: the newest under the key's hash, each older one under the hash of its
 * version, from newer to older by {@link Location#link()}. A delete marker is an entry like any version.
 *
 * <p><i>Order:</i> of the single steps, so that whatever a killed process leaves is put right by doing the change
 * again: an entry stands in its new place before it leaves the old one, and a chain is taken away from its old end.
 *
 * <p><i>Threads:</i> changes by one at a time; {@link #walk} any, and it may meet a chain that is just being changed.
 */
final class VersionChain {
    /** The index that is changed. */
    interface Slots {
        Optional<Location> find(KeyHash hash);

        void put(KeyHash hash, Location location);

        void remove(KeyHash hash);
    }

    /** Told of what comes and goes for good; moving within the chain is neither. */
    interface Watcher {
        Watcher NONE = new Watcher() {
            @Override
            public void came(Location location) {}

            @Override
            public void went(Location location) {}
        };

        void came(Location location);

        void went(Location location);
    }

    private final KeyHasher hasher;
    private final Slots slots;
    private final Watcher watcher;

    VersionChain(KeyHasher hasher, Slots slots, Watcher watcher) {
        this.hasher = hasher;
        this.slots = slots;
        this.watcher = watcher;
    }

    /** The newest version, a marker too. */
    Optional<Location> head(KeyHash key) {
        return slots.find(key);
    }

    /** The entry of a version. */
    Optional<Location> find(KeyHash key, long version) {
        Optional<Location> head = slots.find(key);
        return head.isEmpty() || head.get().version() == version ? head : older(key, version);
    }

    private Optional<Location> older(KeyHash key, long version) {
        return slots.find(hasher.version(key, version));
    }

    /** Hands on the entries from the newest to the oldest, until the visitor has enough. */
    void walk(KeyHash key, Predicate<Location> visitor) {
        Optional<Location> entry = slots.find(key);
        while (entry.isPresent() && visitor.test(entry.get())) {
            long next = entry.get().link();
            entry = next == 0 ? Optional.empty() : older(key, next);
        }
    }

    /** The numbers of all versions, the newest first. */
    List<Long> versions(KeyHash key) {
        List<Long> versions = new ArrayList<>();
        walk(key, entry -> versions.add(entry.version()));
        return versions;
    }

    /** Puts a version or a marker on top; one that is not kept takes the place of such a one. */
    void push(KeyHash key, Location location) {
        Optional<Location> head = slots.find(key);
        if (head.isEmpty()) {
            slots.put(key, location.withLink(0));
        } else if (!isKept(location) && !isKept(head.get())) {
            slots.put(key, location.withLink(head.get().link()));
            watcher.went(head.get());
        } else {
            putOlder(key, head.get());
            slots.put(key, location.withLink(head.get().version()));
        }
        watcher.came(location);
    }

    private static boolean isKept(Location location) {
        return location.has(Location.KEPT);
    }

    private void putOlder(KeyHash key, Location location) {
        slots.put(hasher.version(key, location.version()), location.withFlags(location.flags() | Location.OLDER));
    }

    private void removeOlder(KeyHash key, Location location) {
        slots.remove(hasher.version(key, location.version()));
    }

    /** Takes out one version, if it is there. */
    void end(KeyHash key, long version) {
        Optional<Location> head = slots.find(key);
        if (head.isEmpty()) {
            return;
        }
        if (head.get().version() == version) {
            endHead(key, head.get());
            return;
        }
        Optional<Location> entry = older(key, version);
        if (entry.isEmpty()) {
            return;
        }
        Location newer = head.get();
        while (newer.link() != version) {
            Optional<Location> next = newer.link() == 0 ? Optional.empty() : older(key, newer.link());
            if (next.isEmpty()) {
                break; // Left over by a killed process: no chain has it.
            }
            newer = next.get();
        }
        if (newer.link() == version) {
            relink(key, newer, entry.get().link());
        }
        removeOlder(key, entry.get());
        watcher.went(entry.get());
    }

    private void endHead(KeyHash key, Location head) {
        Optional<Location> next = head.link() == 0 ? Optional.empty() : older(key, head.link());
        if (next.isPresent()) {
            slots.put(key, next.get().withFlags(next.get().flags() & ~Location.OLDER));
            removeOlder(key, next.get());
        } else {
            slots.remove(key);
        }
        watcher.went(head);
    }

    private void relink(KeyHash key, Location entry, long link) {
        Location changed = entry.withLink(link);
        if (entry.has(Location.OLDER)) {
            putOlder(key, changed);
        } else {
            slots.put(key, changed);
        }
    }

    /**
     * Takes out a version and all older ones.
     *
     * @param newer the version that is the oldest then, if the caller knows it; saves walking to it
     */
    void endUpTo(KeyHash key, long version, long newer) {
        Optional<Location> head = slots.find(key);
        if (head.isEmpty()) {
            return;
        }
        if (head.get().version() <= version) {
            endFrom(key, head);
            return;
        }
        Location last = newer == 0 ? head.get() : find(key, newer).orElse(head.get());
        while (last.link() > version) {
            Optional<Location> next = older(key, last.link());
            if (next.isEmpty()) {
                break;
            }
            last = next.get();
        }
        if (last.link() != 0) {
            endFrom(key, older(key, last.link()));
            relink(key, last, 0);
        }
    }

    /** Takes out all versions. */
    void endAll(KeyHash key) {
        endFrom(key, slots.find(key));
    }

    private void endFrom(KeyHash key, Optional<Location> first) {
        List<Location> entries = new ArrayList<>();
        Optional<Location> entry = first;
        while (entry.isPresent()) {
            entries.add(entry.get());
            long next = entry.get().link();
            entry = next == 0 ? Optional.empty() : older(key, next);
        }
        for (int i = entries.size() - 1; i >= 0; i--) {
            Location gone = entries.get(i);
            if (gone.has(Location.OLDER)) {
                removeOlder(key, gone);
            } else {
                slots.remove(key);
            }
            watcher.went(gone);
        }
    }
}
