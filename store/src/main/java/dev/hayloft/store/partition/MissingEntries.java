package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.model.error.CorruptionException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Finds versions that live by what stands in the volumes, and that the index does not know; and large objects of which
 * it does not know an extent. First each needle is looked up, by hint file where there is one. What the index does not
 * know is dead as a rule: for those keys alone everything is read again, into a small index of their own, which tells
 * by the rules of a rebuild. Compaction and rebuilds wait meanwhile; writers do not.
 *
 * <p><i>Threads:</i> any that may block.
 */
public final class MissingEntries {
    private static final Logger LOG = System.getLogger(MissingEntries.class.getName());

    /** Keys that are asked of at a time. */
    private static final int DOUBTFUL_MAX = 1 << 19;

    /** With more, the rest is missing just as well. */
    public static final int NAMED_MAX = 5000;

    private final Partition partition;
    private final IntPredicate isLiving;
    private final BooleanSupplier isStopping;
    private final List<Key> missing = new ArrayList<>();

    private MissingEntries(Partition partition, IntPredicate isLiving, BooleanSupplier isStopping) {
        this.partition = partition;
        this.isLiving = isLiving;
        this.isStopping = isStopping;
    }

    /** A key that readers do not find, or not whole. */
    public record Key(int bucketId, String key, long version) {}

    /**
     * Those of a partition, at most {@value #NAMED_MAX}.
     *
     * @param isLiving whether a bucket exists
     * @throws CancellationException when asked to stop
     */
    public static List<Key> find(Partition partition, IntPredicate isLiving, BooleanSupplier isStopping) {
        MissingEntries search = new MissingEntries(partition, isLiving, isStopping);
        partition.maintenance().during(isStopping, () -> {
            search.versions();
            search.extents();
            return search.missing.size();
        });
        if (!search.missing.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Partition {0}: the index does not know {1} living keys; rebuild it.",
                    partition.config().name(),
                    search.missing.size());
        }
        return List.copyOf(search.missing);
    }

    private void versions() {
        long publishedTo = partition.publishedPosition();
        long slices = 1;
        for (long slice = 0; slice < slices; slice++) {
            Set<KeyHash> doubtful = new HashSet<>();
            long[] skipped = new long[1];
            long mine = slice;
            long of = slices;
            needles(entry -> {
                boolean isMine = Long.remainderUnsigned(entry.hash().low(), of) == mine;
                if (isMine && isVersion(entry) && entry.location().position() < publishedTo && isUnknown(entry)) {
                    if (doubtful.size() < DOUBTFUL_MAX) {
                        doubtful.add(entry.hash());
                    } else {
                        skipped[0]++;
                    }
                }
            });
            if (skipped[0] > 0) { // Again, in more and smaller slices.
                slices = slices * 2 + skipped[0] / DOUBTFUL_MAX;
                slice = -1;
                missing.clear();
            } else if (!doubtful.isEmpty()) {
                judge(doubtful, publishedTo);
            }
        }
    }

    private static boolean isVersion(HintEntry entry) {
        Location location = entry.location();
        boolean isTombstone = location.has(Location.TOMBSTONE) && !location.has(Location.MARKER);
        return !isTombstone && !location.has(Location.EXTENT);
    }

    private boolean isUnknown(HintEntry entry) {
        if (!isLiving.test(entry.location().bucketId())) {
            return false;
        }
        long version = entry.location().version();
        Optional<Location> head = partition.parts().index().find(entry.hash());
        boolean isKnownOrReplaced = head.filter(known -> known.version() == version
                        || (known.version() > version && !entry.location().has(Location.KEPT)))
                .isPresent();
        return !isKnownOrReplaced
                && partition
                        .parts()
                        .index()
                        .find(partition.hasher().version(entry.hash(), version))
                        .isEmpty();
    }

    /** Hands on what stands in all volumes, up to the log's end at the time of the call. */
    private void needles(Consumer<HintEntry> entries) {
        PartitionMover volumes =
                new PartitionMover(partition, isLiving, bucketId -> true, (bucketId, needle) -> Optional.empty());
        for (VolumeInfo volume : partition.log().volumes()) {
            if (isStopping.getAsBoolean()) {
                throw new CancellationException("Stopped while the index was looked at.");
            }
            if (volume.state() == VolumeInfo.State.SEALED) {
                volumes.entries(volume.id(), entries);
            } else {
                partition.log().scanVolume(volume.id(), 0, frame -> partition
                        .parts()
                        .hints()
                        .entries(frame, entries));
            }
        }
    }

    private void judge(Set<KeyHash> doubtful, long publishedTo) {
        Path folder = partition.parts().folder().root().resolve("scrub");
        PartitionFolder.deleteTreeIfThere(folder);
        try (KeyIndex scratch = KeyIndex.open(IndexConfig.defaults(folder), KeyIndex.OpenMode.CREATE)) {
            IndexBuilder builder = new IndexBuilder(scratch, partition.hasher());
            needles(entry -> {
                if (doubtful.contains(entry.hash()) && !entry.location().has(Location.EXTENT)) {
                    builder.offer(entry.hash(), entry.location());
                }
            });
            builder.finish();
            scratch.forEach((hash, location) -> {
                boolean isOld = location.position() < publishedTo;
                boolean isUnknown = partition.parts().index().find(hash).isEmpty();
                if (isOld && isLiving.test(location.bucketId()) && isUnknown && !isHead(location)) {
                    add(location);
                }
            });
        } finally {
            PartitionFolder.deleteTreeIfThere(folder);
        }
    }

    /** Whether an older version has become its key's newest meanwhile, and stands under the key now. */
    private boolean isHead(Location location) {
        KeyHash key = partition.hasher().object(location.bucketId(), StandardCharsets.UTF_8.encode(name(location)));
        return partition
                .parts()
                .index()
                .find(key)
                .filter(head -> head.version() == location.version())
                .isPresent();
    }

    private void add(Location location) {
        if (missing.size() < NAMED_MAX) {
            missing.add(new Key(location.bucketId(), name(location), location.version()));
        }
    }

    private String name(Location location) {
        try {
            Optional<OpenNeedle> needle = partition.reader().readAt(location);
            if (needle.isEmpty()) {
                return "";
            }
            try (OpenNeedle open = needle.get()) {
                return StandardCharsets.UTF_8
                        .decode(open.view().key().duplicate())
                        .toString();
            }
        } catch (CorruptionException damaged) {
            return "";
        }
    }

    private void extents() {
        List<KeyHash> manifests = new ArrayList<>();
        partition.forEachEntry((hash, location) -> {
            if (location.has(Location.MANIFEST)) {
                manifests.add(hash);
            }
        });
        for (KeyHash hash : manifests) {
            if (isStopping.getAsBoolean()) {
                throw new CancellationException("Stopped while the index was looked at.");
            }
            Optional<Location> location = partition.parts().index().find(hash);
            if (location.filter(known -> known.has(Location.MANIFEST) && lacksExtent(known))
                            .isPresent()
                    && partition.parts().index().find(hash).equals(location)) {
                add(location.get());
            }
        }
    }

    private boolean lacksExtent(Location manifest) {
        try {
            Optional<OpenNeedle> needle = partition.reader().readAt(manifest);
            if (needle.isEmpty()) {
                return false; // Replaced since, or an orphan, which is counted as such.
            }
            try (OpenNeedle open = needle.get()) {
                int bucketId = manifest.bucketId();
                boolean[] lacks = new boolean[1];
                boolean isWhole = new ManifestExtents(partition.reader(), bucketId)
                        .forEach(
                                open.view().payload(),
                                id -> lacks[0] |= partition
                                        .reader()
                                        .findExtent(bucketId, id)
                                        .isEmpty());
                return lacks[0] || !isWhole;
            }
        } catch (CorruptionException damaged) {
            return false; // It is found as damage.
        }
    }
}
