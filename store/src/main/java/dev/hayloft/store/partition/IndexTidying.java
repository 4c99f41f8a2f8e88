package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.error.CorruptionException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Removes entries from the index that nothing speaks for: keys of a bucket that is gone, extents that no manifest
 * names. Walks the index in passes of bounded memory and takes the publication lock for small batches only.
 *
 * <p><i>Threads:</i> background.
 */
final class IndexTidying {
    private static final Logger LOG = System.getLogger(IndexTidying.class.getName());
    private static final int PASS_MAX = 1 << 19;
    private static final int BATCH = 256;
    private static final int ATTEMPTS_MAX = 16;

    private IndexTidying() {}

    static boolean dropBucket(Partition partition, int bucketId) {
        Predicate<Location> ofBucket = location -> location.bucketId() == bucketId;
        List<KeyHash> found;
        do {
            found = collect(partition, ofBucket);
            if (!drop(partition, found, ofBucket, () -> hash -> true)) {
                return false;
            }
        } while (found.size() == PASS_MAX);
        partition.directory().deleteBucket(bucketId);
        partition.directory().flush(); // Who asked for this forgets about the bucket then.
        return true;
    }

    /** Extents older than this start, less those that manifests name; false when some may be left. */
    static boolean dropLostExtents(Partition partition) {
        long firstVersion = partition.parts().firstVersion();
        return dropUnnamed(
                partition, (hash, location) -> location.version() < firstVersion && !location.isSharedContent());
    }

    /**
     * Drops extents that no manifest names.
     *
     * @param suspect of which extents to ask: none of an upload that is under way
     * @return false when some may be left, because it was stopped, or a manifest cannot be read or is not known
     */
    static boolean dropUnnamed(Partition partition, BiPredicate<KeyHash, Location> suspect) {
        if (!partition.parts().gaps().isEmpty()) {
            return false;
        }
        BiPredicate<KeyHash, Location> extent =
                (hash, location) -> (location.flags() & Location.EXTENT) != 0 && suspect.test(hash, location);
        long[] suspects = new long[1];
        partition.parts().index().forEach((hash, location) -> suspects[0] += extent.test(hash, location) ? 1 : 0);
        if (suspects[0] == 0) {
            return true;
        }
        long count = suspects[0] / PASS_MAX + 1;
        boolean isDone = true;
        for (long slice = 0; slice < count; slice++) {
            long mine = slice;
            Set<KeyHash> extents = new HashSet<>();
            partition.parts().index().forEach((hash, location) -> {
                if (extent.test(hash, location) && Long.remainderUnsigned(hash.low(), count) == mine) {
                    extents.add(hash);
                }
            });
            isDone &= extents.isEmpty() || dropUnnamed(partition, extents);
            if (partition.isStopping()) {
                return false;
            }
        }
        return isDone;
    }

    private static boolean dropUnnamed(Partition partition, Set<KeyHash> extents) {
        boolean[] isKnown = {true};
        List<Set<KeyHash>> moved = new ArrayList<>(1);
        partition.exclusively(() -> moved.add(partition.manifestWatch().begin()));
        try {
            return forEachManifest(partition, extents::remove)
                    && drop(partition, List.copyOf(extents), IndexTidying::isExtent, () -> {
                        boolean known =
                                moved.get(0).stream().allMatch(hash -> readManifest(partition, hash, extents::remove));
                        moved.get(0).clear();
                        isKnown[0] &= known;
                        return isKnown[0] ? extents::contains : hash -> false;
                    })
                    && isKnown[0];
        } finally {
            partition.exclusively(() -> partition.manifestWatch().end(moved.get(0)));
        }
    }

    private static boolean isExtent(Location location) {
        return (location.flags() & Location.EXTENT) != 0;
    }

    /** Answers false when it was stopped, or a manifest cannot be found: then nothing follows from what it told. */
    private static boolean forEachManifest(Partition partition, Consumer<KeyHash> named) {
        List<KeyHash> manifests = new ArrayList<>();
        partition.parts().index().forEach((hash, location) -> {
            if ((location.flags() & Location.MANIFEST) != 0) {
                manifests.add(hash);
            }
        });
        for (KeyHash hash : manifests) {
            if (partition.isStopping() || !readManifest(partition, hash, named)) {
                return false;
            }
        }
        return true;
    }

    /** False for a manifest that cannot be read: it may name any content, so none goes. */
    private static boolean readManifest(Partition partition, KeyHash hash, Consumer<KeyHash> named) {
        try {
            return readIntact(partition, hash, named);
        } catch (CorruptionException damaged) {
            LOG.log(
                    Level.WARNING,
                    "Partition " + partition.config().name()
                            + ": a manifest is damaged; content that nothing names stays until"
                            + " that is repaired and the server starts anew.",
                    damaged);
            return false;
        }
    }

    /** A volume may go between lookup and read: the index then says where the manifest went. */
    private static boolean readIntact(Partition partition, KeyHash hash, Consumer<KeyHash> named) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Location> location =
                    partition.parts().index().find(hash).filter(found -> (found.flags() & Location.MANIFEST) != 0);
            if (location.isEmpty()) {
                return true; // Replaced or deleted meanwhile: whoever did that sees to its extents.
            }
            Optional<OpenNeedle> needle = partition.reader().readAt(location.get());
            if (needle.isPresent()) {
                try (OpenNeedle open = needle.get()) {
                    int bucketId = location.get().bucketId();
                    boolean whole = new ManifestExtents(partition.reader(), bucketId)
                            .forEach(
                                    open.view().payload(),
                                    id -> named.accept(partition.hasher().extent(bucketId, id)));
                    if (whole) {
                        return true;
                    } // A list was replaced meanwhile: what names its content now stands in a newer manifest.
                }
            }
        }
        return false;
    }

    private static List<KeyHash> collect(Partition partition, Predicate<Location> wanted) {
        List<KeyHash> found = new ArrayList<>();
        partition.parts().index().current().forEach((hash, location) -> {
            if (found.size() < PASS_MAX && wanted.test(location)) {
                found.add(hash);
            }
        });
        return found;
    }

    /** With the publication lock held, each batch asks anew which of its hashes may go. */
    private static boolean drop(
            Partition partition, List<KeyHash> hashes, Predicate<Location> wanted, Supplier<Predicate<KeyHash>> mayGo) {
        for (int from = 0; from < hashes.size(); from += BATCH) {
            if (partition.isStopping()) {
                return false;
            }
            List<KeyHash> batch = hashes.subList(from, Math.min(hashes.size(), from + BATCH));
            partition.exclusively(() ->
                    dropBatch(partition, batch.stream().filter(mayGo.get()).toList(), wanted));
        }
        return true;
    }

    private static void dropBatch(Partition partition, List<KeyHash> batch, Predicate<Location> wanted) {
        PartitionParts parts = partition.parts();
        for (KeyHash hash : batch) {
            if (parts.index().find(hash).filter(wanted).isPresent()) {
                parts.index().remove(hash).ifPresent(parts.tallies()::dead);
            }
        }
    }
}
