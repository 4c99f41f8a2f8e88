package dev.hayloft.store;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.partition.Partition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the system partition's records say of buckets at a start, before the partitions open: whose needles are garbage,
 * and which ids there can be at all. A needle is garbage only if its bucket is known to be gone.
 *
 * <p><i>Threads:</i> immutable; any.
 */
final class KnownBuckets {
    private static final Logger LOG = System.getLogger(KnownBuckets.class.getName());

    private final Set<Integer> living;
    private final int lastGiven;
    private final boolean isDoubtful;

    private KnownBuckets(Set<Integer> living, int lastGiven, boolean isDoubtful) {
        this.living = Set.copyOf(living);
        this.lastGiven = lastGiven;
        this.isDoubtful = isDoubtful;
    }

    /**
     * Reads the records.
     *
     * @throws dev.hayloft.model.error.CorruptionException when one of them is lost or damaged
     */
    static KnownBuckets read(SystemRecords records) {
        Set<Integer> living = new HashSet<>();
        int lastGiven = BucketRegistry.lastGiven(records);
        for (Bucket bucket : BucketRecords.readAll(records)) {
            living.add(bucket.id());
            lastGiven = Math.max(lastGiven, bucket.id());
        }
        boolean isDoubtful = records.mayBeMissing();
        if (isDoubtful) {
            LOG.log(
                    Level.WARNING,
                    "The system partition is damaged, and may lack the record of a bucket: what belongs to no known"
                            + " bucket is kept. Put it back from a backup.");
        }
        return new KnownBuckets(living, lastGiven, isDoubtful);
    }

    /** Whether a bucket exists, or nobody can say that it does not. */
    boolean mayLive(int bucketId) {
        return isDoubtful || bucketId > lastGiven || living.contains(bucketId);
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return living.isEmpty();
    }

    /**
     * Makes sure that no partition holds anything of a bucket whose id was never given.
     *
     * @throws StoreClosedException when one does: then these are not the records of these partitions
     */
    void requireGiven(List<Partition> partitions) {
        for (Partition partition : partitions) {
            int last = partition.tallies().lastBucket();
            if (last > lastGiven) {
                throw new StoreClosedException(
                                ErrorCode.UNAVAILABLE,
                                "A partition holds objects of a bucket that the system partition does not know of: the"
                                        + " folder \"system\" was lost or is older than the partitions, or store.key is"
                                        + " another store's. Put the right one back. Nothing was deleted.")
                        .with("partition", partition.config().name())
                        .with("bucketId", last)
                        .with("lastKnownId", lastGiven);
            }
        }
    }
}
