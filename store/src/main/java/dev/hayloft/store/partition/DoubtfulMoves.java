package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintFile;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.model.LogPosition;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Needles that compaction moved, in the tail that is replayed after a kill. Where the index knows such a needle, it is
 * sent to the copy. Where it does not, either the needle was dead when its copy was published, or the process died in
 * the middle of sending the entry to the copy, and the map's recovery has dropped the entry because its checksum was
 * wrong: nothing else changes an entry in place without standing in the tail itself. For extents that does not matter:
 * one that no manifest names is dropped after the start anyway. For versions of keys everything that any volume says of
 * these keys decides, as in a rebuild.
 *
 * <p><i>Threads:</i> one.
 */
final class DoubtfulMoves {
    private final KeyIndex index;
    private final KeyHasher hasher;
    private final Set<KeyHash> keys = new HashSet<>();

    DoubtfulMoves(KeyIndex index, KeyHasher hasher) {
        this.index = index;
        this.hasher = hasher;
    }

    /** A copy of a version or an extent was found. */
    void replay(HintEntry entry) {
        Location copy = entry.location();
        if (copy.isSharedContent()) {
            replayShared(entry);
            return;
        }
        boolean isKnown = false;
        for (KeyHash hash : List.of(entry.hash(), hasher.version(entry.hash(), copy.version()))) {
            Optional<Location> known = index.find(hash).filter(location -> location.version() == copy.version());
            isKnown |= known.isPresent();
            if (known.filter(location -> location.position() < copy.position()).isPresent()) {
                index.put(hash, known.get().movedTo(copy.position(), copy.needleOffset(), copy.needleSize()));
                return;
            }
        }
        if (!isKnown && copy.has(Location.EXTENT)) {
            index.put(entry.hash(), copy);
        } else if (!isKnown) {
            keys.add(entry.hash());
        }
    }

    /** What nothing names goes when it is counted. */
    private void replayShared(HintEntry entry) {
        Location copy = entry.location();
        KeyHash extent = hasher.extent(copy.bucketId(), copy.version());
        Optional<Location> known = index.find(extent);
        if (known.isEmpty()) {
            index.put(extent, copy);
        } else if (known.get().position() < copy.position()) {
            index.put(extent, known.get().movedTo(copy.position(), copy.needleOffset(), copy.needleSize()));
        }
        if (index.find(entry.hash()).isEmpty()) {
            index.put(entry.hash(), PointIndex.alias(copy));
        }
    }

    /**
     * Hands on every needle of the keys in doubt.
     *
     * @param isHinted whether a volume has a hint file that can be read
     */
    void settle(
            VolumeLog log,
            PartitionFolder folder,
            HintWriting hints,
            IntPredicate isHinted,
            Consumer<HintEntry> needles) {
        if (keys.isEmpty()) {
            return;
        }
        Consumer<HintEntry> inDoubt = entry -> {
            if (keys.contains(entry.hash()) && !entry.location().has(Location.EXTENT)) {
                needles.accept(entry);
            }
        };
        int behindSealed = 0;
        for (VolumeInfo volume : log.volumes()) {
            if (volume.state() == VolumeInfo.State.SEALED) {
                behindSealed = volume.id() + 1;
            }
        }
        for (VolumeInfo volume : log.volumes()) {
            if (isHinted.test(volume.id())) {
                HintFile.read(folder.hint(volume.id()), inDoubt);
            } else if (volume.id() < behindSealed) {
                log.scanVolume(volume.id(), 0, frame -> hints.entries(frame, inDoubt));
            }
        }
        log.scan(LogPosition.of(behindSealed, 0), frame -> hints.entries(frame, inDoubt));
    }
}
