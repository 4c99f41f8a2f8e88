package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintFile;
import dev.hayloft.index.HintHeader;
import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Builds index and directory anew from the volumes while the partition serves. The new index gets every mutation that
 * is published meanwhile and takes the old one's place in one step; the directory is put right entry by entry.
 *
 * <p><i>Threads:</i> one background thread; takes the publication lock for small batches.
 */
final class IndexRebuild {
    private static final int BATCH = 256;
    private static final int REVIVED_MAX = 1 << 20;

    private final Partition partition;
    private final PartitionParts parts;
    private final IntPredicate isLiving;
    private final RebuildWatcher watcher;
    private final Set<KeyHash> revived = new HashSet<>();

    IndexRebuild(Partition partition, IntPredicate isLiving, RebuildWatcher watcher) {
        this.partition = partition;
        this.parts = partition.parts();
        this.isLiving = isLiving;
        this.watcher = watcher;
    }

    /**
     * Rebuilds both; returns how many entries the index has then.
     *
     * @throws CorruptionException when nothing tells all that stands in a volume: index and directory stay as they were
     * @throws CancellationException when the watcher cancelled; index and directory are then as good as before
     */
    long run() {
        Path generation = parts.folder().nextIndex();
        KeyIndex next = KeyIndex.open(IndexConfig.defaults(generation), KeyIndex.OpenMode.CREATE);
        boolean adopted = false;
        try {
            IndexBuilder builder = new IndexBuilder(next, parts.hasher());
            partition.exclusively(() -> parts.index().attach(builder));
            for (VolumeInfo volume : parts.log().volumes()) {
                offer(volume, builder);
            }
            awaitPublication();
            builder.finish();
            findRevived(next);
            carryLinks(next);
            adopt(builder, generation);
            adopted = true;
        } finally {
            if (!adopted) {
                partition.exclusively(parts.index()::detach);
                next.close();
                PartitionFolder.deleteTree(generation);
            }
        }
        long firstVersion = parts.firstVersion(); // What is older is of no upload that is under way.
        partition.lookedForLostExtents(IndexTidying.dropUnnamed(
                partition,
                (hash, location) ->
                        revived.contains(hash) || (location.version() < firstVersion && !location.isSharedContent())));
        addMissingLines();
        removeStaleLines();
        parts.directory().flush(); // No replay of the log would bring these lines again.
        return next.size();
    }

    /**
     * The scan sees what is appended, readers may see only what is published: and a needle that the new index has
     * before it is published would take itself for its own predecessor then, and have its extents dropped.
     */
    private void awaitPublication() {
        try {
            partition
                    .submitPatiently(new Mutation.Barrier(Durability.DISK))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HayloftException cause ? cause : e;
        }
    }

    /**
     * Extents of this run that the log has and the old index has not: of large objects that were replaced, unless a
     * manifest says otherwise. Those of uploads under way are in both.
     */
    private void findRevived(KeyIndex next) {
        next.forEach((hash, location) -> {
            boolean isOfRun = location.has(Location.EXTENT) && location.version() >= parts.firstVersion();
            boolean isSuspect = isOfRun || location.isSharedContent();
            if (isSuspect
                    && !location.has(Location.ALIAS)
                    && revived.size() < REVIVED_MAX
                    && parts.index().find(hash).isEmpty()) {
                revived.add(hash);
            }
        });
    }

    /**
     * Shared content is named as often as the old index says; from here on both are told of every change. What the old
     * one has lost is not counted, and stays until somebody counts.
     */
    private void carryLinks(KeyIndex next) {
        long[] count = new long[1];
        next.forEach((hash, location) -> count[0] += location.has(Location.EXTENT | Location.SHARED) ? 1 : 0);
        long slices = count[0] / REVIVED_MAX + 1;
        for (long slice = 0; slice < slices; slice++) {
            long mine = slice;
            List<KeyHash> shared = new ArrayList<>();
            next.forEach((hash, location) -> {
                boolean isShared = location.has(Location.EXTENT | Location.SHARED);
                if (isShared && Long.remainderUnsigned(hash.low(), slices) == mine) {
                    shared.add(hash);
                }
            });
            for (int from = 0; from < shared.size(); from += BATCH) {
                checkGoOn();
                List<KeyHash> batch = shared.subList(from, Math.min(shared.size(), from + BATCH));
                partition.exclusively(() -> batch.forEach(hash -> carryLink(next, hash)));
            }
        }
    }

    private void carryLink(KeyIndex next, KeyHash hash) {
        Optional<Location> known = next.find(hash);
        Optional<Location> old = parts.index().find(hash);
        if (known.isEmpty()) {
            return; // Dropped meanwhile.
        }
        if (known.get().has(Location.ALIAS)) {
            // What the old index has lost is not to be found: nobody may begin to share what may be dropped below.
            old.ifPresentOrElse(alias -> next.put(hash, alias), () -> next.remove(hash));
        } else {
            next.put(hash, known.get().withLink(old.map(Location::link).orElse(Location.UNCOUNTED)));
        }
    }

    private void checkGoOn() {
        if (watcher.isCancelled() || partition.isStopping()) {
            throw new CancellationException("The rebuild was cancelled.");
        }
    }

    /**
     * What cannot be read of a volume stands in its hint file, which is offered besides: an entry that comes twice does
     * no harm. Without those needles an older version would come up, or what a tombstone ended.
     */
    private void offer(VolumeInfo volume, IndexBuilder builder) {
        Consumer<HintEntry> offerLiving = entry -> {
            if (isLiving.test(entry.location().bucketId())) {
                builder.offer(entry.hash(), entry.location());
            }
        };
        ScanReport report = scan(volume, frame -> parts.hints().entries(frame, offerLiving));
        Optional<HintHeader> hint = parts.hints().find(volume);
        boolean isCut = hint.filter(header -> header.dataEndBytes() > volume.dataEndBytes())
                .isPresent();
        if (isCut || !report.damaged().isEmpty()) {
            if (hint.isEmpty()) {
                throw nobodyKnows(report.damaged().get(0));
            }
            HintFile.read(parts.folder().hint(volume.id()), offerLiving);
        }
    }

    private CorruptionException nobodyKnows(DamagedRange range) {
        return new CorruptionException("A volume is damaged, and no hint file says what stood there. The index in use"
                        + " stays, since it knows more than a new one could. Run repair, or bring the volume's disk"
                        + " back; what neither brings back is in the last backup.")
                .with("volume", partition.config().name() + "-" + range.volume())
                .with("offset", range.fromOffset())
                .with("reason", range.reason());
    }

    private ScanReport scan(VolumeInfo volume, FrameVisitor visitor) {
        return parts.log().scanVolume(volume.id(), 0, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                checkGoOn();
                visitor.frame(frame);
                watcher.advance(frame.sizeBytes());
            }
        });
    }

    private void adopt(IndexBuilder builder, Path generation) {
        KeyIndex[] old = new KeyIndex[1];
        Path oldFolder = parts.folder().index();
        partition.exclusively(() -> {
            builder.finish(); // What came since.
            boolean differs = builder.target().size() != parts.index().current().size();
            parts.folder().adoptIndex(generation);
            old[0] = parts.index().adopt(builder.target());
            if (differs) {
                parts.tallies().clearLive();
                parts.index().forEach((hash, location) -> parts.tallies().recount(location));
            }
        });
        partition.retireIndex(old[0], oldFolder);
        parts.gaps().set(Set.of()); // Everything was read, or stood in hint files.
    }

    /** Every needle that the index points at has its line. */
    private void addMissingLines() {
        for (VolumeInfo volume : parts.log().volumes()) {
            scan(volume, this::addLines);
        }
    }

    private void addLines(FrameView frame) {
        List<DirectoryEntry> lines = new ArrayList<>();
        frame.forEachNeedle(needle -> {
            if (needle.type() == NeedleType.OBJECT || needle.isMarker()) {
                lines.add(DirectoryReplay.entry(frame.bucketId(), needle));
            }
        });
        partition.exclusively(() -> {
            List<DirectoryChange> changes = new ArrayList<>();
            long sequence = partition.publishedSequence();
            for (DirectoryEntry line : lines) {
                if (versionOf(line).filter(version -> version == line.version()).isPresent()) {
                    changes.add(new DirectoryChange.Put(line, sequence));
                } else if (line.expiresAtMillis().isPresent() && isThere(line)) {
                    changes.add(new DirectoryChange.Expires(
                            new DirectoryExpiry(
                                    line.expiresAtMillis().getAsLong(), line.version(), line.bucketId(), line.key()),
                            sequence));
                }
            }
            submit(changes);
        });
    }

    private boolean isThere(DirectoryEntry line) {
        KeyHash hash = parts.hasher().object(line.bucketId(), line.key());
        return partition.reader().findVersion(hash, line.version()).isPresent();
    }

    private Optional<Long> versionOf(DirectoryEntry line) {
        KeyHash hash = parts.hasher().object(line.bucketId(), line.key());
        return parts.index().find(hash).map(Location::version);
    }

    private void submit(List<DirectoryChange> changes) {
        if (!changes.isEmpty()) {
            parts.directory().submit(changes, partition.publishedSequence(), partition.publishedPosition());
        }
    }

    /** No line without an entry in the index. */
    private void removeStaleLines() {
        Directory directory = parts.directory();
        for (int bucketId : List.copyOf(parts.tallies().buckets().keySet())) {
            try (DirectoryCursor cursor = directory.cursorOfAll(bucketId)) {
                List<DirectoryEntry> batch = new ArrayList<>();
                while (cursor.hasNext()) {
                    batch.add(cursor.next());
                    if (batch.size() == BATCH) {
                        removeStale(batch);
                        batch.clear();
                    }
                }
                removeStale(batch);
            }
        }
    }

    private void removeStale(List<DirectoryEntry> lines) {
        checkGoOn();
        partition.exclusively(() -> {
            List<DirectoryChange> changes = new ArrayList<>();
            for (DirectoryEntry line : lines) {
                if (versionOf(line).isEmpty()) {
                    changes.add(new DirectoryChange.Delete(line.bucketId(), line.key(), partition.publishedSequence()));
                }
            }
            submit(changes);
        });
    }
}
