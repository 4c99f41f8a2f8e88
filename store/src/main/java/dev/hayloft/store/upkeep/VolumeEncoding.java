package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.erasure.shard.ShardCuts;
import dev.hayloft.erasure.shard.ShardLayout;
import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.ShardWatcher;
import dev.hayloft.erasure.shard.VolumeEncoder;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.store.parity.ParityKeeper;
import dev.hayloft.store.parity.ShardFolders;
import dev.hayloft.store.partition.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Gives a sealed volume parity: cuts it between its frames, writes the shard files beside their names, checks all
 * frames as they pass by, and lets the whole set appear at once. With one disk the volume's file stays and holds the
 * data shards; with more, data shards become files too, all are read back, and the volume's own file goes last.
 *
 * <p><i>Threads:</i> any; under the volume's lock.
 */
final class VolumeEncoding {
    private static final long WORD = Integer.BYTES;

    private final ParityConfig config;
    private final long reserveBytes;
    private final ShardWatcher watcher;

    VolumeEncoding(ParityConfig config, long reserveBytes, ShardWatcher watcher) {
        this.config = config;
        this.reserveBytes = reserveBytes;
        this.watcher = watcher;
    }

    /**
     * Encodes it.
     *
     * @return bytes of the files that were written
     * @throws CorruptionException when the volume has damage, which parity would only preserve, or cannot be read
     * @throws CapacityException {@code storage-full} when a disk has no room
     */
    long encode(VolumeName volume) {
        Partition partition = volume.partition();
        try (VolumeLease lease = partition.log().lease(volume.id())) {
            ShardLayout layout = layout(volume, lease);
            ShardFolders folders = partition.parity().folders();
            Map<Integer, Path> targets = new HashMap<>();
            Map<Integer, Path> unfinished = new HashMap<>();
            for (int shard = layout.inPlace() ? layout.dataShards() : 0; shard < layout.shards(); shard++) {
                Path home = folders.home(volume.id(), shard);
                targets.put(shard, home);
                unfinished.put(shard, ShardFolders.unfinished(home));
            }
            return encode(volume, layout, targets, unfinished);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Writes the files of a set anew from the data shards, in the same layout, where no file of it says any more what
     * is right and all frames are.
     *
     * @throws CorruptionException when the volume cannot be read, or not without its parity
     * @throws CapacityException {@code storage-full} when a disk has no room
     */
    void encodeAgain(VolumeName volume, ShardSet set) throws IOException {
        Map<Integer, Path> targets = new HashMap<>();
        Map<Integer, Path> unfinished = new HashMap<>();
        for (ShardSet.Place place : set.places()) {
            if (set.hasFile(place.shard())) {
                targets.put(place.shard(), place.path());
                unfinished.put(place.shard(), ShardFolders.unfinished(place.path()));
            }
        }
        write(volume, set.layout(), targets, unfinished, (frames, seen) -> {
            VolumeEncoder.encodeAgain(set, unfinished, frames, seen);
        });
        set.reopen();
    }

    private interface Encoder {
        void encode(PassingFrames frames, ShardWatcher seen) throws IOException;
    }

    private long encode(
            VolumeName volume, ShardLayout layout, Map<Integer, Path> targets, Map<Integer, Path> unfinished)
            throws IOException {
        ParityKeeper parity = volume.partition().parity();
        Path own = volume.info().path();
        write(volume, layout, targets, unfinished, (frames, seen) -> {
            VolumeEncoder.encode(layout, own, unfinished, frames, seen);
        });
        parity.adopt(layout);
        parity.markWhole(volume.id());
        if (!layout.inPlace()) {
            volume.partition().log().reopen(volume.id(), true);
            Files.deleteIfExists(own);
        }
        long written = 0;
        for (Path file : targets.values()) {
            written += Files.size(file);
        }
        return written;
    }

    /** Writes the files beside their names, checks what goes into them, and lets all of them appear at once. */
    private void write(
            VolumeName volume,
            ShardLayout layout,
            Map<Integer, Path> targets,
            Map<Integer, Path> unfinished,
            Encoder encoder)
            throws IOException {
        ParityKeeper parity = volume.partition().parity();
        checkRoom(layout, targets);
        boolean isDone = false;
        PassingFrames frames = new PassingFrames(layout);
        try {
            encoder.encode(frames, bytes -> {
                if (frames.isNewDoubt()) {
                    check(volume);
                }
                watcher.advance(bytes);
            });
            if (!frames.areWhole()) {
                check(volume);
            }
            isDone = true;
        } finally {
            if (frames.isUnreadable()) {
                parity.markUnreadable(volume.id());
            }
            if (!isDone) {
                for (Path file : unfinished.values()) {
                    Files.deleteIfExists(file);
                }
            }
        }
        parity.folders().commit(volume.id(), targets.values());
    }

    private ShardLayout layout(VolumeName volume, VolumeLease lease) throws IOException {
        long volumeBytes = size(volume);
        ShardCuts cuts = new ShardCuts(volumeBytes, config.dataShards());
        for (ShardCuts.Stretch stretch : cuts.stretches()) {
            volume.partition().log().frameStarts(volume.id(), stretch.from() + WORD, stretch.to() + WORD, offset -> {
                cuts.boundary(offset - WORD);
                return offset - WORD < stretch.even();
            });
        }
        return new ShardLayout(
                volume.partition().config().storeId(),
                volume.partition().config().id(),
                volume.id(),
                UUID.randomUUID(),
                volume.partition().parity().folders().count() == 1,
                volumeBytes,
                lease.dataEnd(),
                volume.info().createdAtMillis(),
                volume.info().sealedAtMillis(),
                cuts.cuts(),
                CodingMatrix.preferred(config.dataShards(), config.parityShards()));
    }

    private static long size(VolumeName volume) {
        try {
            return Files.size(volume.info().path());
        } catch (IOException unreadable) {
            volume.partition().parity().markUnreadable(volume.id());
            throw new CorruptionException("A volume's file cannot be read.", unreadable)
                    .with("volume", volume.text())
                    .with("cause", String.valueOf(unreadable));
        }
    }

    /** Looks closely, when the frames that passed by were not as expected. */
    private void check(VolumeName volume) {
        ParityKeeper parity = volume.partition().parity();
        ParityKeeper.Figures before = parity.figures();
        volume.partition().log().scanVolume(volume.id(), 0, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                watcher.advance(frame.sizeBytes());
            }

            @Override
            public void damaged(DamagedRange range) {
                refuse(volume, range);
            }
        });
        if (parity.find(volume.id()).isPresent() && !parity.figures().equals(before)) {
            // What the old parity made good stands wrong in its place, and new parity would be made of that.
            throw new CorruptionException("A volume that is read by the help of its parity is not encoded anew.")
                    .with("volume", volume.text());
        }
    }

    private static void refuse(VolumeName volume, DamagedRange damaged) {
        volume.partition().parity().markDamaged(volume.id());
        throw new CorruptionException("A damaged volume is not encoded.")
                .with("volume", volume.text())
                .with("offset", damaged.fromOffset())
                .with("reason", damaged.reason());
    }

    private void checkRoom(ShardLayout layout, Map<Integer, Path> targets) throws IOException {
        ShardRoom room = new ShardRoom(reserveBytes);
        for (Map.Entry<Integer, Path> target : targets.entrySet()) {
            if (!room.take(target.getValue(), layout.length(target.getKey()))) {
                throw new CapacityException(
                                ErrorCode.STORAGE_FULL, "There is no room for parity above the disk's reserve.")
                        .with("folder", ShardRoom.folder(target.getValue()))
                        .with("neededBytes", layout.length(target.getKey()))
                        .with("freeBytes", ShardRoom.free(target.getValue()));
            }
        }
    }
}
