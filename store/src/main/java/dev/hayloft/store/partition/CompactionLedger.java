package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.store.parity.ParityKeeper;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The partition's {@link CompactionRecord}, kept up.
 *
 * <p><i>Threads:</i> changed by one compaction at a time; read by any.
 */
final class CompactionLedger {
    private static final Logger LOG = System.getLogger(CompactionLedger.class.getName());

    private final PartitionFolder folder;
    private final ParityKeeper parity;
    private volatile CompactionRecord record; // Replaced once the new one is durable.

    private CompactionLedger(PartitionFolder folder, ParityKeeper parity, CompactionRecord record) {
        this.folder = folder;
        this.parity = parity;
        this.record = record;
    }

    /**
     * Reads the record, and deletes what a stop kept from being deleted. Then the record names it no more: should a
     * volume ever get that number again, it is not taken for the one that went.
     */
    static CompactionLedger open(PartitionFolder folder, VolumeLog log, ParityKeeper parity) {
        CompactionRecord record = CompactionRecord.read(folder.compactionRecord())
                .orElseGet(() -> {
                    LOG.log(Level.WARNING, "A COMPACTED file is damaged and is begun anew: {0}", folder.root());
                    return CompactionRecord.NOTHING;
                });
        for (VolumeInfo volume : log.volumes()) {
            if (record.gone().contains(volume.id())) {
                LOG.log(Level.INFO, "Volume {0} was compacted away; its file goes now.", volume.id());
                log.delete(volume.id());
            }
        }
        record.gone().forEach(folder::deleteHint);
        CompactionLedger ledger = new CompactionLedger(folder, parity, record);
        if (!record.gone().isEmpty()) {
            ledger.write(
                    record.lastSequence(), record.lastVersion(), record.lastDroppedDeletion(), ledger.stillThere());
        }
        return ledger;
    }

    CompactionRecord record() {
        return record;
    }

    /** From now on, and after a crash too, the volume is gone. */
    void gone(int volume, long lastSequence, long lastVersion, long lastDroppedDeletion) {
        NavigableSet<Integer> gone = stillThere();
        gone.add(volume);
        write(
                Math.max(record.lastSequence(), lastSequence),
                Math.max(record.lastVersion(), lastVersion),
                Math.max(record.lastDroppedDeletion(), lastDroppedDeletion),
                gone);
    }

    /** Gone volumes of which anything is left; a hint file alone would speak of a lost volume. */
    private NavigableSet<Integer> stillThere() {
        NavigableSet<Integer> gone = new TreeSet<>();
        record.gone().stream()
                .filter(each -> Files.exists(file(each))
                        || Files.exists(folder.hint(each))
                        || parity.find(each).isPresent())
                .forEach(gone::add);
        return gone;
    }

    private void write(long lastSequence, long lastVersion, long lastDroppedDeletion, NavigableSet<Integer> gone) {
        CompactionRecord next = new CompactionRecord(lastSequence, lastVersion, lastDroppedDeletion, gone);
        CompactionRecord.write(folder.compactionRecord(), next);
        record = next;
    }

    private Path file(int volume) {
        return folder.volume(volume);
    }
}
