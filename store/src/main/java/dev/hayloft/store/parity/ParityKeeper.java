package dev.hayloft.store.parity;

import dev.hayloft.erasure.shard.ShardFile;
import dev.hayloft.erasure.shard.ShardLayout;
import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.VolumeComparison;
import dev.hayloft.log.ExpectedVolume;
import dev.hayloft.log.Redundancy;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The shard sets of one partition, and what is known of damage to its volumes.
 *
 * <p><i>Threads:</i> any.
 */
public final class ParityKeeper implements Redundancy, AutoCloseable {
    private static final Logger LOG = System.getLogger(ParityKeeper.class.getName());

    /** What the name of a volume's file ends with that is not read. */
    private static final String ASIDE = ".aside";

    private static final long WAIT_NANOS = 10_000_000;
    private static final String NOTES = "DAMAGED";
    private static final String LAYOUTS = "encoded";

    private final ShardFolders folders;
    private final DamageNotes notes;
    private final LayoutNotes layouts;
    private final UUID storeId;
    private final int partition;
    private final Volumes volumes;
    private final Map<Integer, ShardSet> sets = new ConcurrentHashMap<>();
    private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();
    private final Set<Integer> lost = ConcurrentHashMap.newKeySet();
    private final Set<Integer> busy = ConcurrentHashMap.newKeySet();
    private final RangeCache cache = new RangeCache();
    private final LongAdder rebuiltRanges = new LongAdder();
    private final LongAdder rebuiltBytes = new LongAdder();
    private final LongAdder cachedRanges = new LongAdder();
    private final LongAdder lostRanges = new LongAdder();

    private ParityKeeper(UUID storeId, int partition, List<Path> shardFolders, Volumes volumes) {
        this.storeId = storeId;
        this.partition = partition;
        this.folders = ShardFolders.open(shardFolders);
        this.notes = DamageNotes.open(shardFolders.get(0).resolveSibling(NOTES));
        this.layouts = LayoutNotes.in(shardFolders.get(0).resolveSibling(LAYOUTS));
        this.volumes = volumes;
    }

    /** What a partition knows of its volumes. Threads: any. */
    public interface Volumes {
        /** Where a volume's own file stands, or stood. */
        Path ownFile(int volume);

        /** Whether compaction took a volume: a shard of it that turns up was on a disk that was away then. */
        boolean isTaken(int volume);

        /** A volume goes; told before its shards do. */
        void forgotten(int volume);
    }

    /** What it did since the start. */
    public record Figures(long rebuiltRanges, long rebuiltBytes, long cachedRanges, long lostRanges) {}

    /**
     * Opens the sets of a partition; finishes what a stop left half done.
     *
     * @param storeId of the store, whose shards alone count
     * @param partition its number
     * @param shardFolders one per disk; the first is the partition's own, and beside it stands what is known of damage
     *     and of what was encoded
     * @param volumes knows them
     */
    public static ParityKeeper open(UUID storeId, int partition, List<Path> shardFolders, Volumes volumes) {
        ParityKeeper keeper = new ParityKeeper(storeId, partition, shardFolders, volumes);
        keeper.notes.noted().forEach((volume, isLost) -> {
            keeper.damaged.add(volume);
            if (isLost) {
                keeper.lost.add(volume);
            }
        });
        keeper.find(volume -> true).forEach((volume, files) -> {
            if (volumes.isTaken(volume)) {
                deleteTaken(volume, files);
            } else {
                keeper.choose(files).ifPresent(set -> keeper.load(volume, set));
            }
        });
        keeper.compareLayouts();
        return keeper;
    }

    /** A volume of which all parity is gone is an encoded one all the same; what was not noted is noted now. */
    private void compareLayouts() {
        Map<Integer, ShardLayout> noted = layouts.read();
        noted.forEach((volume, layout) -> {
            boolean isOurs = layout.storeId().equals(storeId) && layout.partition() == partition;
            if (volumes.isTaken(volume)) {
                layouts.forget(volume);
            } else if (isOurs && !sets.containsKey(volume)) {
                LOG.log(Level.WARNING, "All parity of volume {0} is gone; repair makes it anew.", volume);
                sets.put(volume, new ShardSet(layout, volumes.ownFile(volume), paths(layout)));
            }
        });
        sets.forEach((volume, set) -> {
            if (set.layout().inPlace() && !set.layout().equals(noted.get(volume))) {
                layouts.note(set.layout());
            }
        });
    }

    /** The shard files of this partition. */
    private Map<Integer, List<ShardFile>> find(IntPredicate isWanted) {
        Map<Integer, List<ShardFile>> found = folders.find(isWanted);
        found.values()
                .forEach(
                        files -> files.removeIf(file -> !file.layout().storeId().equals(storeId)
                                || file.layout().partition() != partition));
        return found;
    }

    /** Deletes shards of volumes that compaction took while a disk with them was away; what fails is tried again. */
    public void deleteTaken() {
        IntPredicate isLeft = volume -> !sets.containsKey(volume) && volumes.isTaken(volume);
        find(isLeft).forEach((volume, files) -> {
            if (isLeft.test(volume)) { // By its header too.
                deleteTaken(volume, files);
            }
        });
    }

    private static void deleteTaken(int volume, List<ShardFile> files) {
        if (files.isEmpty()) {
            return;
        }
        LOG.log(
                Level.INFO,
                "Volume {0} was compacted away; shards of it that could not be deleted then go now: {1}",
                volume,
                files.stream().map(ShardFile::path).toList());
        for (ShardFile file : files) {
            try {
                SmallFiles.delete(file.path());
            } catch (UncheckedIOException undeletable) {
                LOG.log(
                        Level.WARNING,
                        "A shard cannot be deleted; the next start or scrub tries again: " + file.path(),
                        undeletable);
            }
        }
    }

    /** Of several generations the one with most of its shards. */
    private Optional<List<ShardFile>> choose(List<ShardFile> files) {
        Map<UUID, List<ShardFile>> generations = new HashMap<>();
        for (ShardFile file : files) {
            generations
                    .computeIfAbsent(file.layout().generation(), unused -> new ArrayList<>())
                    .add(file);
        }
        return generations.values().stream()
                .max(Comparator.<List<ShardFile>>comparingInt(List::size)
                        .thenComparing(list -> list.get(0).layout().generation()));
    }

    private void load(int volume, List<ShardFile> files) {
        ShardLayout layout = files.get(0).layout();
        Map<Integer, Path> paths = paths(layout);
        files.forEach(file -> paths.put(file.shard(), file.path()));
        ShardSet set = new ShardSet(layout, volumes.ownFile(volume), paths);
        if (layout.inPlace() || !Files.exists(volumes.ownFile(volume)) || standsForItsFile(set, files.size())) {
            sets.put(volume, set);
        } else {
            closeQuietly(set);
        }
    }

    /**
     * Decides between a volume's own file and a set of shards that both are there: a stop came before the file went, or
     * somebody put it back. What goes is there once more, by its bytes; what is neither stays.
     */
    private boolean standsForItsFile(ShardSet set, int count) {
        int volume = set.layout().volume();
        Path own = volumes.ownFile(volume);
        VolumeComparison.Verdict verdict = VolumeComparison.judge(set, own);
        if (verdict == VolumeComparison.Verdict.SAME && count == set.layout().shards()) {
            deleteOwn(volume);
            return true;
        }
        if (verdict != VolumeComparison.Verdict.OTHER) {
            LOG.log(Level.WARNING, "Volume {0} has its own file, and shards that are not whole: they go.", volume);
            deleteShards(volume);
            return false;
        }
        if (count < set.layout().dataShards()) {
            LOG.log(Level.WARNING, "Volume {0} has its own file; too few shards to replace it are left alone.", volume);
            return false;
        }
        return isPutAside(own);
    }

    private static boolean isPutAside(Path own) {
        Path aside = own.resolveSibling(own.getFileName() + ASIDE);
        try {
            Files.move(own, aside); // Never over another one.
            LOG.log(
                    Level.WARNING,
                    "A volume''s own file holds other bytes than its shards, which are read; it is kept as {0}",
                    aside);
            return true;
        } catch (IOException failed) {
            LOG.log(
                    Level.WARNING,
                    "A volume's own file holds other bytes than its shards, and cannot be put aside: it is read, and"
                            + " the shards are left alone: " + own,
                    failed);
            return false;
        }
    }

    private Map<Integer, Path> paths(ShardLayout layout) {
        Map<Integer, Path> paths = new HashMap<>();
        for (int shard = layout.inPlace() ? layout.dataShards() : 0; shard < layout.shards(); shard++) {
            paths.put(shard, folders.home(layout.volume(), shard));
        }
        return paths;
    }

    /** What cannot be deleted is passed over: should the volume be one that compaction took, it goes later. */
    private void deleteShards(int volume) {
        try {
            folders.delete(volume);
        } catch (UncheckedIOException undeletable) {
            LOG.log(Level.WARNING, "A shard of volume " + volume + " cannot be deleted; it is left.", undeletable);
        }
    }

    private void deleteOwn(int volume) {
        try {
            Files.deleteIfExists(volumes.ownFile(volume));
        } catch (IOException undeletable) {
            LOG.log(Level.WARNING, "The file of an encoded volume cannot be deleted: " + volume, undeletable);
        }
    }

    /** Where new shards go. */
    public ShardFolders folders() {
        return folders;
    }

    /** What the shard sets know of volumes, for a log that may have lost their files. */
    public List<ExpectedVolume> expected() {
        return sets.values().stream()
                .map(ShardSet::layout)
                .map(layout -> new ExpectedVolume(
                        layout.volume(),
                        layout.dataEndBytes(),
                        layout.createdAtMillis(),
                        layout.sealedAtMillis(),
                        !layout.inPlace()))
                .toList();
    }

    /** The shards of a volume, when it is encoded. */
    public Optional<ShardSet> find(int volume) {
        return Optional.ofNullable(sets.get(volume));
    }

    /** A set that was just committed stands for its volume from here on. */
    public ShardSet adopt(ShardLayout layout) {
        ShardSet set = new ShardSet(layout, volumes.ownFile(layout.volume()), paths(layout));
        closeQuietly(sets.put(layout.volume(), set));
        if (layout.inPlace()) {
            layouts.note(layout);
        } else {
            layouts.forget(layout.volume());
        }
        lost.remove(layout.volume());
        cache.forget(layout.volume());
        return set;
    }

    private static void closeQuietly(@org.jspecify.annotations.Nullable ShardSet set) {
        if (set == null) {
            return;
        }
        try {
            set.close();
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "A shard's file could not be closed.", failed);
        }
    }

    /**
     * Runs work on a volume that must be the only one of its kind.
     *
     * @param waiting called again and again while another one is at work; may throw
     */
    public void exclusively(int volume, Runnable waiting, Runnable work) {
        while (!busy.add(volume)) {
            waiting.run();
            LockSupport.parkNanos(WAIT_NANOS);
        }
        try {
            work.run();
        } finally {
            busy.remove(volume);
        }
    }

    /** Files of a volume are not there; the next start looks by itself whether they are back. */
    public void markAbsent(int volume) {
        damaged.add(volume);
    }

    /** Bytes of a volume failed a check, or cannot be read: that is known until all of it was found right. */
    public void markDamaged(int volume) {
        damaged.add(volume);
        notes.note(volume, lost.contains(volume));
    }

    /** A volume does not give its bytes, be its file there or away. */
    public void markUnreadable(int volume) {
        damaged.add(volume);
        noteIfThere(volume);
    }

    /** Everything of a volume was checked and is right. */
    public void markWhole(int volume) {
        damaged.remove(volume);
        lost.remove(volume);
        notes.forget(volume);
        cache.forget(volume);
    }

    /** Whether bytes of a volume, or of its parity, are known to be damaged. */
    public boolean isDamaged(int volume) {
        return damaged.contains(volume);
    }

    /** Whether any volume is known to be damaged. */
    public boolean isAnyDamaged() {
        return !damaged.isEmpty();
    }

    /** Whether bytes of a volume are known to be lost for good: no shards make up for them. */
    public boolean isLost(int volume) {
        return damaged.contains(volume) && (lost.contains(volume) || !sets.containsKey(volume));
    }

    public Figures figures() {
        return new Figures(rebuiltRanges.sum(), rebuiltBytes.sum(), cachedRanges.sum(), lostRanges.sum());
    }

    @Override
    public boolean rebuild(int volume, long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
        Optional<byte[]> cached = cache.find(volume, offset, target.remaining());
        if (cached.isPresent()) {
            target.duplicate().put(cached.get());
            if (isRight.test(target.duplicate())) {
                cachedRanges.increment();
                return true;
            }
        }
        boolean wasKnown = !damaged.add(volume);
        ShardSet set = sets.get(volume);
        boolean isMade = set != null
                && (isRight == BY_ITS_CHECKSUMS
                        ? set.rebuildChecked(offset, target)
                        : set.rebuild(offset, target, isRight));
        if (!wasKnown) {
            LOG.log(
                    Level.WARNING,
                    "Volume {0} is damaged at byte {1}: {2}",
                    volume,
                    Long.toString(offset),
                    isMade ? "the bytes were made again from its other shards; repair it." : "the bytes are lost.");
        }
        if (isMade) {
            rebuiltRanges.increment();
            rebuiltBytes.add(target.remaining());
            cache.keep(volume, offset, target);
        } else {
            lostRanges.increment();
        }
        boolean isNewlyLost = !isMade && lost.add(volume);
        if (!wasKnown || isNewlyLost) {
            noteIfThere(volume);
        }
        return isMade;
    }

    /** Notes damage that a reader met, where it is not only that a file is away. */
    private void noteIfThere(int volume) {
        ShardSet set = sets.get(volume);
        boolean isThere = set == null
                ? Files.exists(volumes.ownFile(volume))
                : set.places().stream().allMatch(place -> Files.exists(place.path()));
        if (isThere) {
            notes.note(volume, lost.contains(volume));
        }
    }

    @Override
    public int readSome(int volume, long offset, ByteBuffer target) throws IOException {
        ShardSet set = sets.get(volume);
        if (set == null) {
            throw new IOException("the volume has no shards");
        }
        return set.readSome(offset, target);
    }

    @Override
    public void forget(int volume) {
        volumes.forgotten(volume);
        notes.forget(volume); // Before its files: COMPACTED names it, and a new volume may get its number.
        layouts.forget(volume);
        deleteShards(volume);
        closeQuietly(sets.remove(volume)); // Behind that: what is in here is not looked for as left over.
        damaged.remove(volume);
        lost.remove(volume);
        cache.forget(volume);
    }

    /** Closes every file. */
    @Override
    public void close() {
        sets.values().forEach(ParityKeeper::closeQuietly);
    }
}
