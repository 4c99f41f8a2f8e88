package dev.hayloft.store.backup;

import dev.hayloft.erasure.shard.VolumeContent;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.partition.PartitionCut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/** Whether a volume in a backup is what was written to the store. Threads: any. */
final class CopiedVolume {
    private static final Logger LOG = System.getLogger(CopiedVolume.class.getName());

    /** Of a frame this many bytes are compared. */
    private static final int FRAME_PART = 4096;

    private CopiedVolume() {}

    /** The checksum that the volume's file has when it is right, if its shards know that. */
    static OptionalInt rightCrc(PartitionCut.Volume volume) {
        return volume.parity().find(volume.id()).map(VolumeContent::crc).orElse(OptionalInt.empty());
    }

    /**
     * Whether what the last backup has of a volume may stay. It was copied when nothing knew yet that it was damaged,
     * or it is a link, and shares the damage that its volume has got since.
     */
    static boolean isGood(PartitionCut.Volume volume, Path file, BackupList.Entry entry) {
        if (!hasItsFirstFrame(volume, file)) {
            return false;
        }
        OptionalInt right = rightCrc(volume);
        if (right.isEmpty()) {
            return true; // Nothing better is at hand.
        }
        boolean sharesDamage = volume.parity().isDamaged(volume.id()) && isLink(volume, file);
        return right.getAsInt() == entry.crc() && (!sharesDamage || isAsListed(file, entry));
    }

    /**
     * Whether a file begins with the first whole frame of the volume, as far as that can be read. Numbers of volumes
     * come again when an older folder of a partition was put back; the first frame bears the time.
     */
    private static boolean hasItsFirstFrame(PartitionCut.Volume volume, Path file) {
        FirstFrame first = new FirstFrame();
        try (VolumeLease lease = volume.log().lease(volume.id());
                FileChannel copy = FileChannel.open(file, StandardOpenOption.READ)) {
            volume.log().scanVolume(volume.id(), 0, first);
            ByteBuffer original = ByteBuffer.allocate(first.length);
            lease.read(first.offset, original);
            ByteBuffer copied = ByteBuffer.allocate(first.length);
            while (copied.hasRemaining()) {
                if (copy.read(copied, first.offset + copied.position()) < 0) {
                    return false;
                }
            }
            return copied.flip().equals(original.flip());
        } catch (IOException unreadable) { // The copy is: it is made anew.
            return false;
        } catch (HayloftException unknown) { // The volume is, or compaction has taken it meanwhile.
            return true;
        }
    }

    /** Where it stands. */
    private static final class FirstFrame implements FrameVisitor {
        private long offset;
        private int length;

        @Override
        public void frame(FrameView frame) {
            offset = LogPosition.offset(frame.position());
            length = Math.min(frame.sizeBytes(), FRAME_PART);
        }

        @Override
        public boolean isEnough() {
            return length > 0;
        }
    }

    /** The damage may be in a shard beside it. */
    private static boolean isAsListed(Path file, BackupList.Entry entry) {
        try {
            return FileCopy.read(file, bytes -> {}).equals(entry);
        } catch (UncheckedIOException unreadable) {
            return false;
        }
    }

    private static boolean isLink(PartitionCut.Volume volume, Path file) {
        try {
            return Files.exists(volume.path()) && Files.isSameFile(volume.path(), file);
        } catch (IOException e) {
            return false; // It has gone to its shards meanwhile.
        }
    }

    /** Bytes of a volume in frames that are damaged; for one that nothing else can judge. */
    static long damagedBytes(PartitionCut.Volume volume, LongConsumer progress) {
        long damaged;
        try {
            ScanReport report = volume.log().scanVolume(volume.id(), 0, new FrameVisitor() {
                @Override
                public void frame(FrameView frame) {
                    progress.accept(0);
                }
            });
            damaged = report.damaged().stream().mapToLong(CopiedVolume::bytes).sum();
        } catch (RequestException taken) { // Compaction has; the cut's lease keeps the file, and the log forgets it.
            return 0;
        } catch (CorruptionException | StoreClosedException unreadable) {
            damaged = volume.bytes();
        }
        if (damaged > 0) {
            noteDamage(volume);
        }
        return damaged;
    }

    private static long bytes(DamagedRange range) {
        return range.toOffset() - range.fromOffset();
    }

    /** Tells the store and its operator what the copying has found. */
    static void noteDamage(PartitionCut.Volume volume) {
        if (!volume.parity().isDamaged(volume.id())) {
            volume.parity().markDamaged(volume.id());
            LOG.log(Level.WARNING, "A backup has found damage in {0}; repair the volume.", volume.path());
        }
    }
}
