package dev.hayloft.store.partition;

import dev.hayloft.index.IndexStatus;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The partition's point index, with room beside it for one that is being built: while a rebuild runs, every change goes
 * to both, and at its end the new one takes the place of the old.
 *
 * <p><i>Threads:</i> {@link #find} any; changes by one thread at a time, under the partition's publication lock.
 */
final class PointIndex {
    private volatile KeyIndex current; // Replaced by adopt; readers of the old one finish on it.
    private final Object groups = new Object();
    private volatile long stamp; // Odd while a group is being published; written under the lock of groups.
    private Optional<IndexBuilder> builder = Optional.empty(); // Guarded by the publication lock.

    PointIndex(KeyIndex current) {
        this.current = current;
    }

    /** As of a moment at which no group was half published; waits for one that is being published. */
    Optional<Location> find(KeyHash hash) {
        long before = stamp;
        if ((before & 1) == 0) {
            Optional<Location> found = current.find(hash);
            if (stamp == before) {
                return found;
            }
        }
        synchronized (groups) {
            return current.find(hash);
        }
    }

    /** Whether {@link #find} would have to wait for a group right now. */
    boolean isMidGroup() {
        return (stamp & 1) != 0;
    }

    /** Runs changes of which a reader sees all or none. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One publisher at a time.
    void together(Runnable changes) {
        synchronized (groups) {
            stamp++;
            try {
                changes.run();
            } finally {
                stamp++;
            }
        }
    }

    /** Where a hash should come among others that are put one after the other. */
    long order(KeyHash hash) {
        return current.order(hash);
    }

    /** Fetches into the processor's cache what puts of these hashes will look at. */
    void touch(KeyHash[] hashes, int count) {
        current.touch(hashes, count);
    }

    /** Puts what a needle says. */
    Optional<Location> put(KeyHash hash, Location location) {
        offer(hash, location);
        return current.put(hash, location);
    }

    /**
     * Puts content that may be shared.
     *
     * @param content its hash by what it is, which hints say too
     * @param extent its hash as an extent
     */
    void putShared(KeyHash content, KeyHash extent, Location location) {
        offer(content, location);
        current.put(extent, location);
        current.put(content, alias(location));
    }

    /** The entry that leads from what content is to its extent. */
    static Location alias(Location content) {
        return new Location(
                0,
                0,
                0,
                content.version(),
                content.contentSize(),
                Location.EXTENT | Location.SHARED | Location.ALIAS,
                content.bucketId(),
                content.timeMillis());
    }

    /** Changes how often shared content is referred to. */
    void relink(KeyHash extent, Location changed) {
        builder.ifPresent(other -> other.relink(extent, changed.link()));
        current.put(extent, changed);
    }

    /**
     * Puts the same needle's new place where its old one stands.
     *
     * @param needle the hash as the needle's hint has it
     * @param entry the hash under which it stands now
     */
    void move(KeyHash needle, KeyHash entry, Location moved) {
        offer(needle, moved.withLink(0).withFlags(moved.flags() & ~Location.OLDER));
        current.put(entry, moved);
    }

    /** Removes an entry because a tombstone, which stands there, says so. */
    Optional<Location> bury(KeyHash hash, Location tombstone) {
        offer(hash, tombstone);
        return current.remove(hash);
    }

    /** Puts into the current index alone. */
    Optional<Location> replace(KeyHash hash, Location location) {
        return current.put(hash, location);
    }

    /** Removes from the current index alone. */
    Optional<Location> takeOut(KeyHash hash) {
        return current.remove(hash);
    }

    /** Tells the index that is being built of a needle; the current one is changed by the caller. */
    void offer(KeyHash hash, Location location) {
        builder.ifPresent(other -> other.offer(hash, location));
    }

    /** The entries of the current index, which alone is changed. */
    VersionChain.Slots slots() {
        return new VersionChain.Slots() {
            @Override
            public Optional<Location> find(KeyHash hash) {
                return current.find(hash);
            }

            @Override
            public void put(KeyHash hash, Location location) {
                current.put(hash, location);
            }

            @Override
            public void remove(KeyHash hash) {
                current.remove(hash);
            }
        };
    }

    /** Removes an entry that no needle speaks of: an extent that nobody refers to, a key of a deleted bucket. */
    Optional<Location> remove(KeyHash hash) {
        builder.ifPresent(other -> other.drop(hash));
        return current.remove(hash);
    }

    /** Shows the entries of needles. */
    void forEach(BiConsumer<KeyHash, Location> visitor) {
        current.forEach((hash, location) -> {
            if ((location.flags() & Location.ALIAS) == 0) {
                visitor.accept(hash, location);
            }
        });
    }

    IndexStatus status() {
        return current.status();
    }

    KeyIndex current() {
        return current;
    }

    void attach(IndexBuilder newBuilder) {
        builder = Optional.of(newBuilder);
    }

    void detach() {
        builder = Optional.empty();
    }

    /** Makes another index the current one and returns the old, which is still open. */
    KeyIndex adopt(KeyIndex next) {
        KeyIndex old = current;
        current = next;
        builder = Optional.empty();
        return old;
    }
}
