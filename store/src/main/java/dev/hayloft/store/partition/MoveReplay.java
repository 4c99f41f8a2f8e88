package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Needles that compaction moved, in the tail that is replayed after a kill. Where the index knows such a needle, it is
 * sent to the copy. Where it does not, the needle was dead when its copy was published: sending an entry to the copy
 * writes over it, and an index that has lost an entry in the middle of that is never replayed but built anew.
 *
 * <p><i>Threads:</i> one.
 */
final class MoveReplay {
    private final KeyIndex index;
    private final KeyHasher hasher;

    MoveReplay(KeyIndex index, KeyHasher hasher) {
        this.index = index;
        this.hasher = hasher;
    }

    /** A copy of a version or an extent was found. */
    void replay(HintEntry entry) {
        Location copy = entry.location();
        Stream<KeyHash> places = copy.isSharedContent()
                ? Stream.of(hasher.extent(copy.bucketId(), copy.version()))
                : Stream.of(entry.hash(), hasher.version(entry.hash(), copy.version()));
        places.forEach(hash -> replay(hash, copy));
    }

    private void replay(KeyHash hash, Location copy) {
        Optional<Location> known = index.find(hash)
                .filter(location -> location.version() == copy.version() && location.position() < copy.position());
        if (known.isPresent()) {
            index.put(hash, known.get().movedTo(copy.position(), copy.needleOffset(), copy.needleSize()));
        }
    }
}
