package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.Manifest;
import dev.hayloft.log.format.ManifestFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Removes entries from the index that nothing speaks for: keys of a bucket that is gone, extents that no manifest
 * names. Walks the index in passes of bounded memory and takes the publication lock for small batches only.
 *
 * <p><i>Threads:</i> background.
 */
final class IndexTidying {
    private static final int PASS_MAX = 1 << 19;
    private static final int BATCH = 256;

    private IndexTidying() {}

    static boolean dropBucket(Partition partition, int bucketId) {
        Predicate<Location> ofBucket = location -> location.bucketId() == bucketId;
        List<KeyHash> found;
        do {
            found = collect(partition, ofBucket);
            if (!drop(partition, found, ofBucket)) {
                return false;
            }
        } while (found.size() == PASS_MAX);
        partition.directory().deleteBucket(bucketId);
        return true;
    }

    /** Extents older than this start, less those that manifests name. */
    static void dropLostExtents(Partition partition, long firstVersion) {
        Predicate<Location> ofEarlierStart =
                location -> (location.flags() & Location.EXTENT) != 0 && location.version() < firstVersion;
        long[] slices = {1};
        partition.parts().index().forEach((hash, location) -> slices[0] += ofEarlierStart.test(location) ? 1 : 0);
        long count = slices[0] / PASS_MAX + 1;
        for (long slice = 0; slice < count && !partition.isStopping(); slice++) {
            long mine = slice;
            Set<KeyHash> extents = new HashSet<>();
            partition.parts().index().forEach((hash, location) -> {
                if (ofEarlierStart.test(location) && Long.remainderUnsigned(hash.low(), count) == mine) {
                    extents.add(hash);
                }
            });
            if (!extents.isEmpty()) {
                forEachManifest(partition, extents::remove);
                drop(partition, List.copyOf(extents), ofEarlierStart);
            }
        }
    }

    private static void forEachManifest(Partition partition, Consumer<KeyHash> named) {
        List<Location> manifests = new ArrayList<>();
        partition.parts().index().forEach((hash, location) -> {
            if ((location.flags() & Location.MANIFEST) != 0) {
                manifests.add(location);
            }
        });
        for (Location location : manifests) {
            partition.reader().readAt(location).ifPresent(needle -> {
                try (needle) {
                    Manifest manifest = ManifestFormat.parse(needle.view().payload());
                    for (int i = 0; i < manifest.count(); i++) {
                        named.accept(partition.hasher().extent(location.bucketId(), manifest.id(i)));
                    }
                }
            });
        }
    }

    private static List<KeyHash> collect(Partition partition, Predicate<Location> wanted) {
        List<KeyHash> found = new ArrayList<>();
        partition.parts().index().forEach((hash, location) -> {
            if (found.size() < PASS_MAX && wanted.test(location)) {
                found.add(hash);
            }
        });
        return found;
    }

    private static boolean drop(Partition partition, List<KeyHash> hashes, Predicate<Location> wanted) {
        for (int from = 0; from < hashes.size(); from += BATCH) {
            if (partition.isStopping()) {
                return false;
            }
            List<KeyHash> batch = hashes.subList(from, Math.min(hashes.size(), from + BATCH));
            partition.exclusively(() -> dropBatch(partition, batch, wanted));
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
