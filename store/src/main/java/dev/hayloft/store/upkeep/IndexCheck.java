package dev.hayloft.store.upkeep;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.model.LogPosition;
import dev.hayloft.store.partition.Partition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

/** Compares a partition's index with its volumes. Threads: any. */
final class IndexCheck {
    private static final Logger LOG = System.getLogger(IndexCheck.class.getName());

    private IndexCheck() {}

    /** Entries that point into volumes which are not there. */
    static long orphans(Partition partition) {
        Set<Integer> before = volumes(partition);
        long[] count = new long[1];
        partition.forEachEntry((hash, location) -> {
            if (!before.contains(LogPosition.volume(location.position()))
                    && partition.reader().find(hash).filter(location::equals).isPresent()
                    && !volumes(partition).contains(LogPosition.volume(location.position()))) {
                count[0]++;
            }
        });
        if (count[0] > 0) {
            LOG.log(
                    Level.WARNING,
                    "Partition {0}: {1} index entries point at volumes that are gone; rebuild the index.",
                    partition.config().name(),
                    count[0]);
        }
        return count[0];
    }

    private static Set<Integer> volumes(Partition partition) {
        Set<Integer> ids = new HashSet<>();
        for (VolumeInfo info : partition.log().volumes()) {
            ids.add(info.id());
        }
        return ids;
    }
}
