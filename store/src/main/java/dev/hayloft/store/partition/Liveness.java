package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import java.util.List;
import java.util.Optional;

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
        List<KeyHash> candidates = List.of(hash, hasher.version(hash, version), hasher.extent(bucketId, version));
        for (KeyHash candidate : candidates) {
            Optional<Location> entry = index.find(candidate)
                    .filter(location -> !location.has(Location.ALIAS)
                            && location.position() == position
                            && location.needleOffset() == offset);
            if (entry.isPresent()) {
                return Optional.of(new Entry(candidate, entry.get()));
            }
        }
        return Optional.empty();
    }

    /** The same of a needle as hint files know it. */
    Optional<Entry> find(HintEntry needle) {
        Location place = needle.location();
        return find(place.bucketId(), needle.hash(), place.version(), place.position(), place.needleOffset());
    }
}
