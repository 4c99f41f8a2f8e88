package dev.hayloft.store;

import dev.hayloft.index.IndexStatus;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.StoreStatus.IndexFigures;
import dev.hayloft.store.StoreStatus.LogFigures;
import dev.hayloft.store.StoreStatus.PartitionStatus;
import dev.hayloft.store.StoreStatus.VolumeCounts;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.DiskGuard;
import dev.hayloft.store.parity.ParityKeeper;
import dev.hayloft.store.partition.IndexGaps;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionFigures;
import dev.hayloft.store.partition.Tallies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Adds up what the partitions know of themselves.
 *
 * <p><i>Threads:</i> any; nothing blocks.
 */
final class StoreFigures {
    private final DataFolder folder;
    private final DiskGuard disk;
    private final BucketRegistry buckets;
    private final List<Partition> partitions;

    StoreFigures(DataFolder folder, DiskGuard disk, BucketRegistry buckets, List<Partition> partitions) {
        this.folder = folder;
        this.disk = disk;
        this.buckets = buckets;
        this.partitions = partitions;
    }

    BucketStatistics bucket(BucketState bucket) {
        Tallies.BucketTally tally = bucket.partition().tallies().bucket(bucket.id());
        return new BucketStatistics(
                tally.objects(),
                tally.versions(),
                tally.logicalBytes(),
                tally.storedBytes(),
                tally.savedBytes(),
                tally.liveBytes(),
                tally.deadBytes(),
                DictionaryStatistics.of(bucket.content().dictionaries().all()));
    }

    StoreStatus status() {
        int locked = 0;
        long objects = 0;
        long logicalBytes = 0;
        long storedBytes = 0;
        long savedBytes = 0;
        for (Bucket bucket : buckets.all()) {
            Optional<BucketState> state = buckets.find(bucket.name());
            if (state.isPresent()) {
                locked += bucket.settings().encrypt() && !state.get().content().isUnlocked() ? 1 : 0;
                BucketStatistics statistics = bucket(state.get());
                objects += statistics.objects();
                logicalBytes += statistics.logicalBytes();
                storedBytes += statistics.storedBytes();
                savedBytes += statistics.savedBytes();
            }
        }
        List<VolumeStatus> volumes = volumes();
        return new StoreStatus(
                folder.incarnation(),
                buckets.count(),
                locked,
                objects,
                logicalBytes,
                storedBytes,
                savedBytes,
                volumes.stream().mapToLong(VolumeStatus::liveBytes).sum(),
                volumes.stream().mapToLong(VolumeStatus::deadBytes).sum(),
                volumes.stream()
                        .flatMap(volume -> volume.shards().stream())
                        .filter(VolumeStatus.Shard::isParity)
                        .mapToLong(VolumeStatus.Shard::length)
                        .sum(),
                disk.freeBytes(),
                partitions.stream().map(StoreFigures::partition).toList(),
                new VolumeCounts(
                        count(volumes, VolumeStatus.State.OPEN),
                        count(volumes, VolumeStatus.State.SEALED),
                        count(volumes, VolumeStatus.State.ENCODED),
                        count(volumes, VolumeStatus.State.DAMAGED),
                        partitions.stream()
                                .mapToInt(partition -> IndexGaps.of(partition).size())
                                .sum()),
                readThrough(),
                buckets.compression());
    }

    private StoreStatus.ReadThrough readThrough() {
        long[] sums = new long[4];
        for (Partition partition : partitions) {
            ParityKeeper.Figures figures = partition.parity().figures();
            sums[0] += figures.rebuiltRanges();
            sums[1] += figures.rebuiltBytes();
            sums[2] += figures.cachedRanges();
            sums[3] += figures.lostRanges();
        }
        return new StoreStatus.ReadThrough(sums[0], sums[1], sums[2], sums[3]);
    }

    private static int count(List<VolumeStatus> volumes, VolumeStatus.State state) {
        return (int) volumes.stream().filter(volume -> volume.state() == state).count();
    }

    private static PartitionStatus partition(Partition partition) {
        PartitionFigures figures = partition.figures();
        IndexStatus index = figures.index();
        return new PartitionStatus(
                partition.config().id(),
                partition.problem(),
                name(partition, LogPosition.volume(partition.log().end())),
                figures.queueDepth(),
                figures.queueCapacity(),
                figures.unforcedBytes(),
                new IndexFigures(index.entries(), index.capacity(), index.diskBytes(), index.maps()),
                new LogFigures(
                        figures.mutations(),
                        figures.frames(),
                        figures.appendedBytes(),
                        figures.forces(),
                        figures.forceNanos(),
                        figures.forceNanosMax(),
                        figures.refused()));
    }

    List<VolumeStatus> volumes() {
        List<VolumeStatus> all = new ArrayList<>();
        for (Partition partition : partitions) {
            for (VolumeInfo volume : partition.log().volumes()) {
                all.add(volume(partition, volume));
            }
        }
        return all;
    }

    void scan(String id, long fromOffset, FrameVisitor visitor) {
        for (Partition partition : partitions) {
            for (VolumeInfo volume : partition.log().volumes()) {
                if (name(partition, volume.id()).equals(id)) {
                    partition.log().scanVolume(volume.id(), fromOffset, visitor);
                    return;
                }
            }
        }
        throw new RequestException(ErrorCode.NO_SUCH_VOLUME, "There is no such volume.").with("volume", id);
    }

    private static VolumeStatus volume(Partition partition, VolumeInfo volume) {
        Tallies.VolumeTally tally = partition.tallies().volume(volume.id());
        List<VolumeStatus.Shard> shards = ShardFigures.shards(partition.parity(), volume);
        return new VolumeStatus(
                name(partition, volume.id()),
                partition.config().id(),
                ShardFigures.state(partition.parity(), volume, shards),
                volume.dataEndBytes(),
                tally.liveBytes(),
                tally.deadBytes(),
                tally.needles(),
                Instant.ofEpochMilli(volume.createdAtMillis()),
                volume.sealedAtMillis().isPresent()
                        ? Optional.of(
                                Instant.ofEpochMilli(volume.sealedAtMillis().getAsLong()))
                        : Optional.empty(),
                volume.path(),
                shards);
    }

    private static String name(Partition partition, int volume) {
        return partition.config().name() + "-" + volume;
    }
}
