package dev.hayloft.store.partition;

import dev.hayloft.compactor.NeededDeletions;
import dev.hayloft.compactor.VolumeCompaction;
import dev.hayloft.compactor.VolumeLoad;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Compaction of one partition.
 *
 * <p><i>Threads:</i> {@link #compact} one at a time; {@link #loads} any.
 */
public final class PartitionCompactor {
    /** Makes needles shorter. */
    @FunctionalInterface
    public interface Shortening {
        /** A needle of a bucket, as a whole, that says the same and is shorter; memory of its own. */
        Optional<ByteBuffer> shorter(int bucketId, NeedleView needle);
    }

    private final Partition partition;
    private final PartitionMover mover;
    private final NeededDeletions deletions;

    /**
     * Of this partition.
     *
     * @param isLiving whether a bucket exists
     * @param mayHaveOlder whether keys of a bucket may have more than one version
     * @param shortening how needles become shorter on their way
     */
    public PartitionCompactor(
            Partition partition, IntPredicate isLiving, IntPredicate mayHaveOlder, Shortening shortening) {
        this.partition = partition;
        this.mover = new PartitionMover(partition, isLiving, mayHaveOlder, shortening);
        this.deletions = new NeededDeletions(mover);
    }

    public Partition partition() {
        return partition;
    }

    /**
     * The sealed volumes that can be compacted: those of which bytes are lost for good only if a hint file tells what
     * stood there, and those of which the index may lack needles not at all, since it would take them for dead.
     * Deletions count as living while a follower of the changes may ask for them.
     *
     * @param deletionsKeptFromMillis those of volumes that were sealed at this time or later are kept
     */
    public List<VolumeLoad> loads(long deletionsKeptFromMillis) {
        List<VolumeLoad> loads = new ArrayList<>();
        for (VolumeInfo volume : partition.log().volumes()) {
            boolean isKnown = !partition.parts().gaps().contains(volume.id())
                    && (!partition.parity().isLost(volume.id())
                            || Files.exists(partition.parts().folder().hint(volume.id())));
            if (volume.state() == VolumeInfo.State.SEALED && isKnown) {
                Tallies.VolumeTally tally = partition.tallies().volume(volume.id());
                long sealedAt = volume.sealedAtMillis().orElse(volume.createdAtMillis());
                boolean areKept = sealedAt >= deletionsKeptFromMillis
                        || !partition
                                .parts()
                                .gaps()
                                .isEmpty(); // Then every deletion is needed, and would move for ever.
                long deletions = areKept ? tally.deletionBytes() : 0;
                long live = Math.min(tally.liveBytes() + deletions, tally.bytes());
                loads.add(new VolumeLoad(volume.id(), volume.dataEndBytes(), live, tally.bytes() - live, sealedAt));
            }
        }
        return loads;
    }

    /** Whether a volume holds a needle of this bucket. */
    public boolean holds(int volume, int bucketId) {
        return partition.tallies().bytesByBucket(volume).containsKey(bucketId);
    }

    /** Bytes in the open volume that nobody can ask for. */
    public long openDeadBytes() {
        return mover.openVolume().stream()
                .mapToLong(volume -> partition.tallies().volume(volume).deadBytes())
                .sum();
    }

    /**
     * Compacts one sealed volume.
     *
     * @param deletionsKeptFromMillis deletions of this time or later are kept
     * @return bytes that were moved
     * @throws CancellationException when asked to stop: the volume stays
     * @throws CorruptionException when the volume is damaged, or the index may not know all of it: it stays
     */
    public long compact(
            int volume, long deletionsKeptFromMillis, VolumeCompaction.Pace pace, BooleanSupplier isStopping) {
        return partition.maintenance().during(isStopping, () -> {
            if (partition.parts().gaps().contains(volume)) {
                throw new CorruptionException("The index may lack needles of this volume; rebuild it first.")
                        .with("volume", volume);
            }
            mover.awaitPublished(); // A volume is sealed a moment before the last needles in it are published.
            return new VolumeCompaction(mover, deletions, volume, deletionsKeptFromMillis, pace).run();
        });
    }
}
