package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The one place that decides whether an entry of the index speaks of a needle: by where it stands, exactly. Whatever
 * keeps needles alive has an entry under a hash that is named here.
 *
 * <p><i>Threads:</i> any.
 */
final class Liveness {
    private final PointIndex index;
    private final KeyHasher hasher;

    Liveness(PointIndex index, KeyHasher hasher) {
        this.index = index;
        this.hasher = hasher;
    }

    /** An entry and the hash it stands under. */
    record Entry(KeyHash hash, Location location) {}

    /**
     * The entry that speaks of this needle.
     *
     * @param bucketId of the needle
     * @param hash as its hint says it
     * @param version of the needle
     * @param position of its frame
     * @param offset in the frame
     */
    Optional<Entry> find(int bucketId, KeyHash hash, long version, long position, int offset) {
        return entry(hash, position, offset)
                .or(() -> entry(hasher.version(hash, version), position, offset))
                .or(() -> entry(hasher.extent(bucketId, version), position, offset));
    }

    private Optional<Entry> entry(KeyHash hash, long position, int offset) {
        return index.find(hash)
                .filter(location -> !location.has(Location.ALIAS)
                        && location.position() == position
                        && location.needleOffset() == offset)
                .map(location -> new Entry(hash, location));
    }

    /**
     * Whether any entry speaks of a needle as hint files know it: its flags say where such an entry would stand, and
     * the dead cost no more than one question in most buckets.
     *
     * @param mayHaveOlder whether keys of a bucket may have more than one version
     */
    boolean isLive(HintEntry needle, IntPredicate mayHaveOlder) {
        Location place = needle.location();
        if (place.has(Location.EXTENT)) {
            boolean isShared = place.has(Location.SHARED);
            KeyHash extent = isShared ? hasher.extent(place.bucketId(), place.version()) : needle.hash();
            return isOf(index.find(extent), place);
        }
        Optional<Location> head = index.find(needle.hash());
        // Asked after the head: a key that gets a second version meanwhile has it in its new place before.
        while (!isOf(head, place) && mayHaveOlder.test(place.bucketId())) {
            if (isOf(index.find(hasher.version(needle.hash(), place.version())), place)) {
                return true;
            }
            Optional<Location> again = index.find(needle.hash());
            if (again.equals(head)) {
                return false;
            }
            head = again; // It may just have come up from among the older ones.
        }
        return isOf(head, place);
    }

    private static boolean isOf(Optional<Location> entry, Location place) {
        return entry.isPresent()
                && !entry.get().has(Location.ALIAS)
                && entry.get().position() == place.position()
                && entry.get().needleOffset() == place.needleOffset();
    }
}
