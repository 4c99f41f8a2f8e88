package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.store.folder.SmallFiles;
import dev.hayloft.store.parity.ParityKeeper;

/**
 * What recovery opened and the partition works with.
 *
 * @param folder where everything stands
 * @param log open for appending
 * @param index every key of the log
 * @param directory what listings show
 * @param hasher from keys to hashes
 * @param tallies figures of volumes and buckets
 * @param applied how far the index follows the log
 * @param running figures of the partition at work
 * @param hints writes a hint file per sealed volume
 * @param producers how far the idempotent producers have come
 * @param ledger what compaction has taken from the log
 * @param gaps volumes of which the index may lack needles
 * @param parity shards of sealed volumes, and what is known of damage
 * @param nextSequence the sequence that the next needle gets
 * @param firstVersion no needle of an earlier start has this version or a higher one
 */
record PartitionParts(
        PartitionFolder folder,
        VolumeLog log,
        PointIndex index,
        Directory directory,
        KeyHasher hasher,
        Tallies tallies,
        AppliedMark applied,
        RunningFigures running,
        HintWriting hints,
        ProducerTable producers,
        CompactionLedger ledger,
        IndexGaps gaps,
        ParityKeeper parity,
        long nextSequence,
        long firstVersion) {
    /** Closes everything; when all is well, leaves the figures that let the next start skip recovery. */
    @SuppressWarnings("try") // Named only to be closed, from the last to the first, each whatever the others throw.
    void close(boolean healthy, boolean lostExtents, long lastSequence, long lastVersion) {
        long end = log.end();
        try (ParityKeeper last = parity;
                VolumeLog first = log;
                AppliedMark second = applied;
                KeyIndex third = index.current();
                Directory fourth = directory) {}
        if (healthy) {
            SmallFiles.forceTree(folder.index()); // A clean mark outlives a power cut, so what it vouches for must too.
            ClosingFigures.write(
                    folder.closingFigures(),
                    new ClosingFigures(end, lastSequence, lastVersion, tallies, producers.entries(), lostExtents));
        } else {
            SmallFiles.delete(folder.appliedMark()); // Index and log may differ: the next start builds the maps anew.
        }
    }
}
