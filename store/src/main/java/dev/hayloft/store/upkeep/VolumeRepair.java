package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.BlockTable;
import dev.hayloft.erasure.shard.ShardCheck;
import dev.hayloft.erasure.shard.ShardRepair;
import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Mends one volume by what is left of its shards; the volume keeps its id and its places.
 *
 * <p><i>Threads:</i> any; under the volume's lock.
 */
final class VolumeRepair {
    private static final Logger LOG = System.getLogger(VolumeRepair.class.getName());

    private final VolumeEncoding encoding;
    private final long reserveBytes;
    private final Progress watcher;
    private final UnwrittenShards unwritten = new UnwrittenShards();

    /**
     * For any number of volumes.
     *
     * @param encoding makes parity anew where none is left
     * @param reserveBytes left free on every disk
     */
    VolumeRepair(VolumeEncoding encoding, long reserveBytes, Progress watcher) {
        this.encoding = encoding;
        this.reserveBytes = reserveBytes;
        this.watcher = watcher;
    }

    /**
     * What became of it.
     *
     * @param repaired shards that were damaged and are whole now
     * @param isWritten whether all that was made is on the disk
     * @param lost what stays damaged
     */
    record Result(int repaired, boolean isWritten, List<VolumeCheck.Finding> lost) {
        Result {
            lost = List.copyOf(lost);
        }

        boolean isWhole() {
            return isWritten && lost.isEmpty();
        }
    }

    /** Shards of all volumes so far that could be made and not be written. */
    UnwrittenShards unwritten() {
        return unwritten;
    }

    Result repair(VolumeName volume) {
        ParityKeeper parity = volume.partition().parity();
        VolumeCheck.Result before = VolumeCheck.check(volume, watcher);
        Optional<ShardSet> set = parity.find(volume.id());
        if (before.findings().isEmpty() || set.isEmpty()) {
            return new Result(0, true, before.findings());
        }
        watcher.more(volume, 3 * Progress.checked(volume)); // Checked and made again, then checked once more.
        long damagedBefore = damagedShards(before);
        boolean isWritten;
        try (VolumeLease lease = volume.partition().log().lease(volume.id())) {
            isWritten = mend(volume, set.get(), before);
            boolean isElsewhere = !set.get().layout().inPlace();
            volume.partition().log().reopen(lease.volume(), isElsewhere);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        VolumeCheck.Result after = VolumeCheck.check(volume, watcher);
        if (!isWritten) {
            parity.markDamaged(volume.id()); // A write that failed may look well for as long as it is in the cache.
        }
        return new Result((int) Math.max(0, damagedBefore - damagedShards(after)), isWritten, after.findings());
    }

    private static long damagedShards(VolumeCheck.Result result) {
        return result.findings().stream()
                .map(VolumeCheck.Finding::shard)
                .distinct()
                .count();
    }

    /** Answers whether all that was made was written. */
    private boolean mend(VolumeName volume, ShardSet set, VolumeCheck.Result before) throws IOException {
        Optional<BlockTable> table = set.table();
        if (table.isPresent()) {
            BitSet damaged = ShardCheck.check(set, watcher).damagedShards();
            BitSet fitting = fitting(set, damaged);
            List<ShardRepair.Unwritten> failed =
                    ShardRepair.repair(set, table.get(), fitting, watcher).unwritten();
            failed.forEach(each -> unwritten.add(each.place().path(), each.reason()));
            return failed.isEmpty() && fitting.equals(damaged);
        }
        boolean isDataRight = before.findings().stream().noneMatch(VolumeCheck.Finding::hitsData);
        return !isDataRight || encodeAgain(volume, set); // No file has a table, and every frame is right.
    }

    private boolean encodeAgain(VolumeName volume, ShardSet set) {
        try {
            encoding.encodeAgain(volume, set);
            return true;
        } catch (CorruptionException refused) {
            LOG.log(Level.WARNING, "Volume " + volume.text() + " was not encoded anew.", refused);
            return true; // It is checked once more, and stays what it is.
        } catch (IOException | CapacityException failed) {
            Path any = set.places().get(set.layout().shards() - 1).path();
            unwritten.add(any, String.valueOf(failed.getMessage()));
            return false;
        }
    }

    /** The shards for which there is room: each needs it beside its old file, which goes last. */
    private BitSet fitting(ShardSet set, BitSet damaged) {
        ShardRoom room = new ShardRoom(reserveBytes);
        BitSet fitting = new BitSet();
        for (int shard : damaged.stream().toArray()) {
            ShardSet.Place place = set.places().get(shard);
            boolean isInPlace = !set.hasFile(shard) && Files.exists(place.path());
            try {
                if (isInPlace || room.take(place.path(), place.length())) {
                    fitting.set(shard);
                } else {
                    unwritten.add(place.path(), "There is no room for it above the disk's reserve.");
                }
            } catch (IOException failed) {
                unwritten.add(place.path(), String.valueOf(failed));
            }
        }
        return fitting;
    }
}
