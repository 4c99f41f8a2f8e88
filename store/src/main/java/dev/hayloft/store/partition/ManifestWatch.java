package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where manifests may have come to stand while somebody walks all of them: an object that was renamed, a version that
 * was put under a newer one or has come up again. Who asked every hash once has not asked those.
 *
 * <p><i>Threads:</i> under the partition's publication lock.
 */
final class ManifestWatch {
    private final KeyHasher hasher;
    private final List<Set<KeyHash>> walks = new ArrayList<>(1);

    ManifestWatch(KeyHasher hasher) {
        this.hasher = hasher;
    }

    /** From here on what changes is noted in the set, until {@link #end}. */
    Set<KeyHash> begin() {
        Set<KeyHash> noted = new HashSet<>();
        walks.add(noted);
        return noted;
    }

    void end(Set<KeyHash> noted) {
        walks.removeIf(walk -> walk == noted);
    }

    /** A key has changed; before stood what is given. */
    void changed(KeyHash key, Optional<Location> before) {
        for (Set<KeyHash> noted : walks) {
            noted.add(key);
            before.ifPresent(location -> noted.add(hasher.version(key, location.version())));
        }
    }
}
