package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintFile;
import dev.hayloft.index.HintHeader;
import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.store.folder.SmallFiles;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Opens a partition: finds the end of its log and brings every view up to it.
 *
 * <ul>
 *   <li>After a clean stop the views are taken as they are.
 *   <li>After the death of the process the maps are as it left them: they are mended and the tail is replayed.
 *   <li>Otherwise the maps are thrown away and built from hint files, and from volumes that have none.
 * </ul>
 *
 * <p><i>Threads:</i> one per partition.
 */
public final class Recovery {
    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    private static final long RESERVE_STEP_MIN = 256 << 10;
    private static final long RESERVE_STEP_MAX = 128 << 20;

    private final PartitionConfig config;
    private final PartitionFolder folder;
    private final VolumeLog log;
    private final CompactionLedger ledger;
    private final HintWriting hints;
    private final IntPredicate isLiving;
    private Tallies tallies = new Tallies(); // Or those that the last process noted.
    private long countedTo = LogPosition.START; // What stands up to here is in the tallies already.
    private final ProducerTable producers;
    private final ProducerSearch producerSearch;
    private final ParityKeeper parity;
    private final List<Integer> withoutHint = new ArrayList<>();
    private final Set<Integer> hinted = new HashSet<>();
    private final Set<Integer> unread = new HashSet<>(); // Damaged, and the index was to learn what stood there.
    private final IndexGaps gaps;
    private final boolean areGapsKnown;
    private long knownTo = LogPosition.START; // What stands before this is in the index already.
    private boolean mayHaveLostExtents = true;
    private long lastSequence;
    private long frameSequence; // Of the frame that is being read.
    private long lastVersion;
    private long end = LogPosition.START;

    private Recovery(
            PartitionConfig config,
            PartitionFolder folder,
            VolumeLog log,
            CompactionLedger ledger,
            HintWriting hints,
            ParityKeeper parity,
            IntPredicate isLiving) {
        this.parity = parity;
        this.config = config;
        this.folder = folder;
        Optional<IndexGaps> noted = IndexGaps.open(folder.indexGaps());
        this.areGapsKnown = noted.isPresent();
        this.gaps = noted.orElseGet(() -> IndexGaps.none(folder.indexGaps()));
        this.log = log;
        this.ledger = ledger;
        this.lastSequence = ledger.record().lastSequence();
        this.lastVersion = ledger.record().lastVersion();
        this.hints = hints;
        this.isLiving = isLiving;
        this.producers = ProducerTable.forVolumesOf(config.volumeSizeBytes());
        this.producerSearch = new ProducerSearch(producers);
    }

    /**
     * What every partition of a store is opened with.
     *
     * @param lastStop how the last process left the folder
     * @param hasher from keys to hashes
     * @param clock stamps mutations
     * @param versions numbers them
     * @param background for hint files and other long work
     */
    public record Context(
            LastStop lastStop, KeyHasher hasher, InstantSource clock, VersionClock versions, Executor background) {}

    /**
     * Opens a partition and starts it.
     *
     * @param isLiving whether a bucket exists; needles of others are garbage
     */
    public static Partition open(PartitionConfig config, Context context, IntPredicate isLiving) {
        PartitionFolder folder = new PartitionFolder(config.folder());
        folder.create();
        CompactionLedger ledger = CompactionLedger.open(folder);
        ParityKeeper parity = ParityKeeper.open(config.storeId(), config.id(), config.shardFolders(), ledger);
        VolumeLog log = VolumeLog.open(
                new VolumeLogConfig(
                        config.folder(),
                        config.storeId(),
                        config.id(),
                        Math.min(config.volumeSizeBytes(), VolumeLogConfig.VOLUME_SIZE_MAX),
                        Math.max(RESERVE_STEP_MIN, Math.min(RESERVE_STEP_MAX, config.volumeSizeBytes() / 8))),
                context.clock(),
                ExpectedVolumes.of(config, folder, parity),
                parity);
        boolean opened = false;
        try {
            ledger.finish(log);
            Recovery recovery = new Recovery(
                    config, folder, log, ledger, new HintWriting(config, folder, context.hasher()), parity, isLiving);
            PartitionParts parts = recovery.open(context);
            parts.gaps().tell(config.name(), parity);
            context.versions().observe(recovery.lastVersion);
            Partition partition = Partition.start(config, parts, context.clock(), context.versions());
            HintKeeping.start(partition, context.background(), recovery.withoutHint);
            if (recovery.mayHaveLostExtents) {
                partition.findLostExtents(context.background());
            }
            opened = true;
            return partition;
        } finally {
            if (!opened) {
                log.close();
                parity.close();
            }
        }
    }

    private PartitionParts open(Context context) {
        Optional<ClosingFigures> figures = ClosingFigures.read(folder.closingFigures());
        SmallFiles.delete(folder.closingFigures()); // It speaks of the last stop; the next crash must not find it.
        Optional<AppliedMark.Applied> applied = AppliedMark.read(folder.appliedMark());
        boolean hasIndex = folder.hasIndex() && areGapsKnown;
        boolean clean = context.lastStop() == LastStop.CLEAN && figures.isPresent() && hasIndex;
        boolean killed = context.lastStop() == LastStop.KILLED && applied.isPresent() && hasIndex;
        Optional<KeyIndex> kept = clean
                ? openKept(KeyIndex.OpenMode.TRUST)
                : killed ? openKept(KeyIndex.OpenMode.RECOVER) : Optional.empty();
        KeyIndex index;
        if (clean && kept.isPresent()) {
            index = kept.get();
            end = figures.get().end();
            take(figures.get());
            mayHaveLostExtents = figures.get().lostExtents(); // A clean stop gives up what was not committed.
            noteMissingHints();
        } else if (kept.isPresent()) {
            index = kept.get();
            lastSequence = Math.max(lastSequence, applied.get().sequence());
            takeRunningFigures();
            replay(index, applied.get().position());
        } else {
            SmallFiles.delete(folder.appliedMark()); // It may be ahead of a log that lost its end.
            index = rebuild();
        }
        if (countedTo == LogPosition.START) {
            SmallFiles.delete(folder.runningFigures()); // They must not be taken for this run's.
        }
        boolean opened = false;
        try {
            if (countedTo == LogPosition.START && (!clean || kept.isEmpty())) {
                producerSearch.run(log, end); // Noted figures have them, and what follows those was read.
            }
            folder.removeOtherIndexes();
            log.startAppending(end, clean, ledger.record().nextVolume());
            PointIndex points = new PointIndex(index);
            if (!clean || kept.isEmpty()) {
                NeedleReader reader = new NeedleReader(log, points, context.hasher());
                new SharedRecount(index, context.hasher(), reader, gaps.isEmpty()).count(tallies);
            }
            PartitionParts parts = new PartitionParts(
                    folder,
                    log,
                    points,
                    DirectoryOpening.open(
                            config,
                            folder,
                            directory -> new DirectoryReplay(log, index, hints.hasher(), directory).run(lastSequence),
                            lastSequence),
                    context.hasher(),
                    tallies,
                    AppliedMark.open(folder.appliedMark()),
                    new RunningFigures(folder.runningFigures(), producers.copy()),
                    hints,
                    producers,
                    ledger,
                    gaps,
                    parity,
                    lastSequence + 1,
                    Math.max(context.versions().last(), lastVersion) + 1);
            opened = true;
            return parts;
        } finally {
            if (!opened) {
                index.close();
            }
        }
    }

    private void take(ClosingFigures figures) {
        lastSequence = Math.max(lastSequence, figures.lastSequence());
        lastVersion = Math.max(lastVersion, figures.lastVersion());
        tallies = figures.tallies();
        figures.producers().forEach(entry -> producers.note(entry.bucketId(), entry.name(), entry.nextRecord()));
    }

    /** What the process that was killed had noted last, so that the log before that need not be read. */
    private void takeRunningFigures() {
        RunningFigures.read(folder.runningFigures(), log.volumes()).ifPresent(noted -> {
            take(noted);
            countedTo = noted.end();
        });
    }

    /** The maps of the last run; empty when they are damaged, and then they are built anew. */
    private Optional<KeyIndex> openKept(KeyIndex.OpenMode mode) {
        try {
            return Optional.of(KeyIndex.open(IndexConfig.defaults(folder.index()), mode));
        } catch (CorruptionException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "The index of partition " + config.name() + " is damaged; building it anew.", e);
            return Optional.empty();
        }
    }

    private void noteMissingHints() {
        log.volumes().forEach(this::noteMissingHint);
    }

    private void noteMissingHint(VolumeInfo volume) {
        if (volume.state() == VolumeInfo.State.SEALED && !Files.exists(folder.hint(volume.id()))) {
            withoutHint.add(volume.id());
        }
    }

    /**
     * The maps stand at {@code from} or a little behind: apply what follows, which does no harm twice. What stands
     * behind the noted figures is read too, also where a hint file counts it: only frames tell of producers.
     */
    private void replay(KeyIndex index, long from) {
        knownTo = from;
        IndexBuilder builder = IndexBuilder.over(index, hints.hasher());
        MoveReplay moves = new MoveReplay(index, hints.hasher());
        int firstNotCounted = LogPosition.volume(countedTo);
        long known = LogPosition.compare(countedTo, from) < 0 ? countedTo : from;
        int firstRead = LogPosition.volume(countedTo == LogPosition.START ? from : known);
        for (VolumeInfo volume : complete()) {
            boolean counted =
                    volume.id() < firstNotCounted || volume.state() == VolumeInfo.State.SEALED && countByHint(volume);
            if (!counted || volume.id() >= firstRead) {
                boolean isKnownInPart = counted && volume.id() == LogPosition.volume(known);
                long begin = isKnownInPart ? LogPosition.offset(known) : 0;
                scan(volume, begin, entry -> replay(builder, moves, entry, from, !counted));
            } else if (volume.id() < firstNotCounted) {
                noteMissingHint(volume);
            }
        }
        scanTail(known, entry -> {
            boolean count = LogPosition.compare(entry.location().position(), countedTo) > 0;
            replay(builder, moves, entry, from, count);
        });
        builder.finish();
        gaps.add(unread);
        index.recovered();
    }

    private void replay(IndexBuilder builder, MoveReplay moves, HintEntry entry, long from, boolean count) {
        if (count) {
            countAppended(entry);
        }
        if (LogPosition.compare(entry.location().position(), from) >= 0) {
            replay(builder, moves, entry);
        }
    }

    private void replay(IndexBuilder builder, MoveReplay moves, HintEntry entry) {
        Location location = entry.location();
        boolean isVersion = !location.has(Location.TOMBSTONE) || location.has(Location.MARKER);
        if (entry.sequence() < frameSequence && isVersion) {
            moves.replay(entry);
        } else {
            offer(builder, entry); // A moved tombstone says what it always said.
        }
    }

    /** Builds the maps from nothing. */
    private KeyIndex rebuild() {
        if (!log.volumes().isEmpty()) {
            LOG.log(Level.INFO, "Partition {0}: building the index from its volumes.", config.name());
        }
        Path generation = folder.nextIndex();
        KeyIndex index = KeyIndex.open(IndexConfig.defaults(generation), KeyIndex.OpenMode.CREATE);
        IndexBuilder builder = new IndexBuilder(index, hints.hasher());
        for (VolumeInfo volume : complete()) {
            if (volume.state() != VolumeInfo.State.SEALED || !offerByHint(volume, builder)) {
                scan(volume, 0, entry -> countAndOffer(builder, entry));
            }
        }
        scanTail(LogPosition.START, entry -> countAndOffer(builder, entry));
        builder.finish();
        gaps.add(unread);
        folder.adoptIndex(generation);
        gaps.set(unread);
        return index;
    }

    private void countAndOffer(IndexBuilder builder, HintEntry entry) {
        countAppended(entry);
        offer(builder, entry);
    }

    private void offer(IndexBuilder builder, HintEntry entry) {
        if (isLiving.test(entry.location().bucketId())) {
            builder.offer(entry.hash(), entry.location());
        }
    }

    private boolean offerByHint(VolumeInfo volume, IndexBuilder builder) {
        return readHint(volume, entry -> offer(builder, entry));
    }

    private boolean countByHint(VolumeInfo volume) {
        return readHint(volume, entry -> {});
    }

    private boolean readHint(VolumeInfo info, Consumer<HintEntry> visitor) {
        int volume = info.id();
        if (!Files.exists(folder.hint(volume))) {
            return false;
        }
        try {
            Map<Integer, Long> deletions = new TreeMap<>();
            HintHeader header = HintFile.read(folder.hint(volume), entry -> {
                if (entry.location().has(Location.TOMBSTONE)
                        && !entry.location().has(Location.MARKER)) {
                    deletions.merge(
                            entry.location().bucketId(), (long) entry.location().needleSize(), Long::sum);
                }
                lastVersion = Math.max(lastVersion, entry.location().version());
                visitor.accept(entry);
            });
            if (header.dataEndBytes() > info.dataEndBytes()) {
                parity.markDamaged(volume); // It was cut: the hint file knows what stood behind.
            }
            if (!header.storeId().equals(config.storeId())
                    || header.volume() != volume
                    || header.dataEndBytes() < info.dataEndBytes()) {
                LOG.log(
                        Level.WARNING,
                        "The hint file of volume {0} is of another state of it; the volume is read instead.",
                        volume);
                return false;
            }
            header.tallies()
                    .forEach(tally -> tallies.appended(volume, tally.bucketId(), tally.needles(), tally.bytes()));
            tallies.deletions(volume, deletions);
            lastSequence = Math.max(lastSequence, header.lastSequence());
            end = LogPosition.of(volume, header.dataEndBytes());
            hinted.add(volume);
            return true;
        } catch (CorruptionException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "The hint file of volume " + volume + " is damaged; the volume is read instead.", e);
            return false;
        }
    }

    /** The volumes up to the last sealed one: nothing in them can be a torn tail. */
    private List<VolumeInfo> complete() {
        List<VolumeInfo> all = log.volumes();
        int count = all.size();
        while (count > 0 && all.get(count - 1).state() != VolumeInfo.State.SEALED) {
            count--;
        }
        return all.subList(0, count);
    }

    private void scan(VolumeInfo volume, long fromOffset, Consumer<HintEntry> entries) {
        finish(log.scanVolume(volume.id(), fromOffset, visitor(entries)));
        noteHint(volume);
    }

    /**
     * The volumes behind the last sealed one, as one: where the first of them is torn, the others end too.
     *
     * @param known what stands before this needs no look
     */
    private void scanTail(long known, Consumer<HintEntry> entries) {
        List<VolumeInfo> all = log.volumes();
        List<VolumeInfo> tail = all.subList(complete().size(), all.size());
        if (!tail.isEmpty()) {
            long begin = LogPosition.of(tail.get(0).id(), 0);
            finish(log.scan(LogPosition.compare(begin, known) < 0 ? known : begin, visitor(entries)));
            tail.forEach(this::noteHint);
        }
    }

    private FrameVisitor visitor(Consumer<HintEntry> entries) {
        return new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                frameSequence = frame.firstSequence();
                producerSearch.note(frame);
                hints.entries(frame, this::take);
            }

            @Override
            public void remains(FrameView frame) {
                frameSequence = frame.firstSequence();
                hints.remains(frame, (entry, needle) -> take(entry));
            }

            private void take(HintEntry entry) {
                lastSequence = Math.max(lastSequence, entry.sequence());
                lastVersion = Math.max(lastVersion, entry.location().version());
                entries.accept(entry);
            }

            @Override
            public void damaged(DamagedRange range) {
                parity.markUnreadable(range.volume());
                if (range.volume() > LogPosition.volume(knownTo)
                        || range.volume() == LogPosition.volume(knownTo)
                                && range.toOffset() > LogPosition.offset(knownTo)) {
                    unread.add(range.volume());
                }
                LOG.log(
                        Level.WARNING,
                        "Damage in partition {0}, volume {1}, bytes {2} to {3}: {4}",
                        config.name(),
                        range.volume(),
                        range.fromOffset(),
                        range.toOffset(),
                        range.reason());
            }
        };
    }

    private void finish(ScanReport report) {
        end = report.end();
        if (report.tornBytes() > 0) {
            LOG.log(
                    Level.WARNING,
                    "Partition {0}, volume {1}: {2} bytes behind its last whole frame were never acknowledged and are cut.",
                    config.name(),
                    LogPosition.volume(report.end()),
                    report.tornBytes());
        }
    }

    private void noteHint(VolumeInfo volume) {
        if (!hinted.contains(volume.id())) {
            withoutHint.add(volume.id()); // Sealed already, or cut by startAppending after this.
        }
    }

    private void countAppended(HintEntry entry) {
        Location location = entry.location();
        tallies.appended(LogPosition.volume(location.position()), location.bucketId(), 1, location.needleSize());
    }
}
