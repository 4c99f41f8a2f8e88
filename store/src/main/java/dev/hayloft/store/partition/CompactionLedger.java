package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The partition's {@link CompactionRecord}, kept up.
 *
 * <p><i>Threads:</i> changed by one compaction at a time; read by any.
 */
final class CompactionLedger implements ParityKeeper.Volumes {
    private static final Logger LOG = System.getLogger(CompactionLedger.class.getName());

    private final PartitionFolder folder;
    private volatile CompactionRecord record; // Replaced once the new one is durable.

    private CompactionLedger(PartitionFolder folder, CompactionRecord record) {
        this.folder = folder;
        this.record = record;
    }

    /** Reads the record. Hint files of what is gone go at once: they would speak of lost volumes. */
    static CompactionLedger open(PartitionFolder folder) {
        CompactionRecord record = CompactionRecord.read(folder.compactionRecord())
                .orElseGet(() -> {
                    LOG.log(Level.WARNING, "A COMPACTED file is damaged and is begun anew: {0}", folder.root());
                    return CompactionRecord.NOTHING;
                });
        record.gone().forEach(folder::deleteHint);
        return new CompactionLedger(folder, record);
    }

    /** Deletes the files that a stop kept from being deleted. One that cannot be is tried again by the next start. */
    void finish(VolumeLog log) {
        for (VolumeInfo volume : log.volumes()) {
            if (record.gone().contains(volume.id())) {
                LOG.log(Level.INFO, "Volume {0} was compacted away; its file goes now.", volume.id());
                delete(log, volume.id());
            }
        }
        if (!record.gone().isEmpty()) {
            write(record.lastSequence(), record.lastVersion(), record.lastDroppedDeletion(), stillThere());
        }
    }

    private void delete(VolumeLog log, int volume) {
        try {
            log.delete(volume);
        } catch (UncheckedIOException | StoreClosedException undeletable) {
            LOG.log(
                    Level.WARNING,
                    "The file of a volume that was compacted away cannot be deleted; the next start tries again: "
                            + folder.volume(volume),
                    undeletable);
        }
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

    /** Gone volumes of which a file is left in the partition; a hint file alone would speak of a lost volume. */
    private NavigableSet<Integer> stillThere() {
        NavigableSet<Integer> gone = new TreeSet<>();
        record.gone().stream().filter(this::hasFile).forEach(gone::add);
        return gone;
    }

    private boolean hasFile(int volume) {
        return Files.exists(folder.volume(volume)) || Files.exists(folder.hint(volume));
    }

    private void write(long lastSequence, long lastVersion, long lastDroppedDeletion, NavigableSet<Integer> gone) {
        BitSet taken = record.taken();
        CompactionRecord next = new CompactionRecord(lastSequence, lastVersion, lastDroppedDeletion, gone, taken);
        CompactionRecord.write(folder.compactionRecord(), next);
        record = next;
    }

    @Override
    public Path ownFile(int volume) {
        return folder.volume(volume);
    }

    /** A number is given once, so a volume that has a file or a hint file lives, whatever the record says. */
    @Override
    public boolean isTaken(int volume) {
        CompactionRecord now = record;
        return now.gone().contains(volume) || now.isTaken(volume) && !hasFile(volume);
    }

    @Override
    public void forgotten(int volume) {
        folder.deleteHint(volume);
    }
}
