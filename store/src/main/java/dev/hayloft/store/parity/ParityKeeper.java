package dev.hayloft.store.parity;

import dev.hayloft.erasure.shard.ShardFile;
import dev.hayloft.erasure.shard.ShardLayout;
import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.log.ExpectedVolume;
import dev.hayloft.log.Redundancy;
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
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * The shard sets of one partition, and what is known of damage to its volumes.
 *
 * <p><i>Threads:</i> any.
 */
public final class ParityKeeper implements Redundancy, AutoCloseable {
    private static final Logger LOG = System.getLogger(ParityKeeper.class.getName());

    private static final long WAIT_NANOS = 10_000_000;

    private final ShardFolders folders;
    private final IntFunction<Path> ownFile;
    private final IntConsumer onForgotten;
    private final Map<Integer, ShardSet> sets = new ConcurrentHashMap<>();
    private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();
    private final Set<Integer> lost = ConcurrentHashMap.newKeySet();
    private final Set<Integer> busy = ConcurrentHashMap.newKeySet();
    private final RangeCache cache = new RangeCache();
    private final LongAdder rebuiltRanges = new LongAdder();
    private final LongAdder rebuiltBytes = new LongAdder();
    private final LongAdder cachedRanges = new LongAdder();
    private final LongAdder lostRanges = new LongAdder();

    private ParityKeeper(ShardFolders folders, IntFunction<Path> ownFile, IntConsumer onForgotten) {
        this.folders = folders;
        this.ownFile = ownFile;
        this.onForgotten = onForgotten;
    }

    /** What it did since the start. */
    public record Figures(long rebuiltRanges, long rebuiltBytes, long cachedRanges, long lostRanges) {}

    /**
     * Opens the sets of a partition; finishes what a stop left half done.
     *
     * @param storeId of the store, whose shards alone count
     * @param partition its number
     * @param shardFolders one per disk; the first is the partition's own
     * @param ownFile where a volume's own file stands
     * @param onForgotten told that a volume goes, before its shards do
     */
    public static ParityKeeper open(
            UUID storeId, int partition, List<Path> shardFolders, IntFunction<Path> ownFile, IntConsumer onForgotten) {
        ParityKeeper keeper = new ParityKeeper(ShardFolders.open(shardFolders), ownFile, onForgotten);
        keeper.folders.find().forEach((volume, files) -> {
            List<ShardFile> ours = files.stream()
                    .filter(file -> file.layout().storeId().equals(storeId)
                            && file.layout().partition() == partition)
                    .toList();
            keeper.choose(ours).ifPresent(set -> keeper.load(volume, set));
        });
        return keeper;
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
        boolean isWhole = files.size() == layout.shards();
        if (!layout.inPlace() && Files.exists(ownFile.apply(volume))) {
            if (!isWhole) { // The volume's file went only after all shards were there: these were never finished.
                LOG.log(Level.WARNING, "Volume {0} has its own file and only a part of its shards: they go.", volume);
                folders.delete(volume);
                return;
            }
            deleteOwn(volume);
        }
        Map<Integer, Path> paths = paths(layout);
        files.forEach(file -> paths.put(file.shard(), file.path()));
        sets.put(volume, new ShardSet(layout, ownFile.apply(volume), paths));
    }

    private Map<Integer, Path> paths(ShardLayout layout) {
        Map<Integer, Path> paths = new HashMap<>();
        for (int shard = layout.inPlace() ? layout.dataShards() : 0; shard < layout.shards(); shard++) {
            paths.put(shard, folders.home(layout.volume(), shard));
        }
        return paths;
    }

    private void deleteOwn(int volume) {
        try {
            Files.deleteIfExists(ownFile.apply(volume));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
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
        ShardSet set = new ShardSet(layout, ownFile.apply(layout.volume()), paths(layout));
        closeQuietly(sets.put(layout.volume(), set));
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

    /** Bytes of a volume failed a check. */
    public void markDamaged(int volume) {
        damaged.add(volume);
    }

    /** Everything of a volume was checked and is right. */
    public void markWhole(int volume) {
        damaged.remove(volume);
        lost.remove(volume);
        cache.forget(volume);
    }

    /** Whether bytes of a volume, or of its parity, are known to be damaged. */
    public boolean isDamaged(int volume) {
        return damaged.contains(volume);
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
            lost.add(volume);
            lostRanges.increment();
        }
        return isMade;
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
        onForgotten.accept(volume);
        folders.delete(volume);
        closeQuietly(sets.remove(volume)); // Behind that: as long as it is found, COMPACTED names the volume.
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
