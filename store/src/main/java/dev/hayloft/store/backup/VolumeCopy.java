package dev.hayloft.store.backup;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.VolumeAssembly;
import dev.hayloft.store.folder.SmallFiles;
import dev.hayloft.store.partition.PartitionCut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/**
 * Brings one volume into a backup: its file, linked or copied. One that has none any more, because its shards are
 * spread over the disks, or that is known to be damaged, is put together from its shards. Of what nothing makes up for,
 * all that can be read comes along, with zeros for the rest, which no checksum of a frame takes for data.
 *
 * <p><i>Threads:</i> any, each volume on one.
 */
final class VolumeCopy {
    private static final Logger LOG = System.getLogger(VolumeCopy.class.getName());
    private static final int STEP = 64 << 10;

    /** What a disk refuses to read at once, and a page of the system's. */
    private static final int PIECE = 4 << 10;

    private final PartitionCut.Volume volume;
    private final Path target;
    private final LongConsumer progress;

    private VolumeCopy(PartitionCut.Volume volume, Path target, LongConsumer progress) {
        this.volume = volume;
        this.target = target;
        this.progress = progress;
    }

    /**
     * What came of it.
     *
     * @param entry of what was written; empty when nothing of the volume is left, and nothing was written
     * @param lostBytes that came as zeros, or not at all
     * @param isWhole whether nothing is known to be damaged in it
     */
    record Result(Optional<BackupList.Entry> entry, long lostBytes, boolean isWhole) {}

    /**
     * Does it.
     *
     * @param progress told of bytes, may throw to end the work
     * @throws UncheckedIOException when the target cannot be written
     */
    static Result copy(PartitionCut.Volume volume, Path target, LongConsumer progress) {
        return new VolumeCopy(volume, target, progress).copy();
    }

    private Result copy() {
        Optional<ShardSet> shards = volume.parity().find(volume.id());
        boolean isDamaged = volume.parity().isDamaged(volume.id());
        if (shards.filter(set -> isDamaged || !set.layout().inPlace()).isPresent()) {
            return assemble(shards.get());
        }
        try {
            return judge(FileCopy.link(volume.path(), target, progress));
        } catch (UncheckedIOException failed) { // It may have been encoded meanwhile, which takes its file.
            Optional<ShardSet> meanwhile = volume.parity().find(volume.id());
            return meanwhile.isPresent() ? assemble(meanwhile.get()) : salvage(failed);
        }
    }

    /**
     * Looks whether what came is what was written: by the checksums of its blocks, which shards know, else by those of
     * its frames. What its shards make up for is put together from them.
     */
    private Result judge(BackupList.Entry linked) {
        OptionalInt right = CopiedVolume.rightCrc(volume);
        if (right.isEmpty()) {
            return result(linked, CopiedVolume.damagedBytes(volume, progress), Long.MAX_VALUE);
        }
        if (linked.crc() == right.getAsInt()) {
            return result(linked, 0, volume.bytes());
        }
        CopiedVolume.noteDamage(volume);
        return assemble(volume.parity().find(volume.id()).orElseThrow());
    }

    private Result assemble(ShardSet shards) {
        long[] lost = new long[1];
        BackupList.Entry entry =
                FileCopy.write(target, sink -> lost[0] = VolumeAssembly.assemble(shards, sink::write), progress);
        return result(entry, lost[0], shards.layout().volumeBytes());
    }

    private Result salvage(UncheckedIOException failed) {
        try (FileChannel source = FileChannel.open(volume.path(), StandardOpenOption.READ)) {
            long size = source.size();
            long[] lost = new long[1];
            BackupList.Entry entry =
                    FileCopy.write(target, sink -> lost[0] = salvage(source::read, size, sink), progress);
            return result(entry, lost[0], size);
        } catch (IOException unreadable) { // Of the source: what the target refuses is another exception.
            unreadable.addSuppressed(failed);
            LOG.log(Level.WARNING, "A volume's file is gone or cannot be read: " + volume.path(), unreadable);
            return nothing(volume.bytes());
        }
    }

    /** Reads at a place of a file, as a channel does. */
    @FunctionalInterface
    interface Reader {
        /** Answers how many bytes, -1 behind the end. */
        int read(ByteBuffer into, long offset) throws IOException;
    }

    /** Hands on a file, with zeros for what cannot be read; answers how many those are. */
    static long salvage(Reader source, long size, FileCopy.Sink sink) throws IOException {
        ByteBuffer step = ByteBuffer.allocateDirect(STEP);
        long lost = 0;
        for (long at = 0; at < size; at += STEP) {
            int length = (int) Math.min(STEP, size - at);
            if (!fill(source, at, step.clear().limit(length))) {
                for (int piece = 0; piece < length; piece += PIECE) {
                    ByteBuffer part = step.slice(piece, Math.min(PIECE, length - piece));
                    if (!fill(source, at + piece, part)) {
                        part.clear().put(new byte[part.capacity()]);
                        lost += part.capacity();
                    }
                }
            }
            sink.write(step.clear().limit(length));
        }
        return lost;
    }

    private static boolean fill(Reader source, long offset, ByteBuffer into) throws IOException {
        long begin = offset - into.position();
        try {
            while (into.hasRemaining()) {
                if (source.read(into, begin + into.position()) < 0) {
                    return false;
                }
            }
            return true;
        } catch (ClosedChannelException interrupted) {
            throw interrupted; // Says nothing of the file.
        } catch (IOException unreadable) {
            return false;
        }
    }

    private Result result(BackupList.Entry entry, long lostBytes, long ofBytes) {
        if (lostBytes == 0) {
            return new Result(Optional.of(entry), 0, !volume.parity().isLost(volume.id()));
        }
        if (lostBytes >= ofBytes) {
            return nothing(lostBytes);
        }
        volume.parity().markDamaged(volume.id());
        LOG.log(
                Level.WARNING,
                "Volume {0} is damaged beyond its parity: the backup lacks {1} bytes of it.",
                volume.id(),
                lostBytes);
        return new Result(Optional.of(entry), lostBytes, false);
    }

    /** A file of zeros would hide the volume from a start, which its hint file alone tells of it. */
    private Result nothing(long lostBytes) {
        volume.parity().markDamaged(volume.id());
        LOG.log(Level.WARNING, "Nothing of volume {0} can be read: the backup lacks it.", volume.id());
        SmallFiles.delete(FileCopy.unfinished(target));
        SmallFiles.delete(target);
        return new Result(Optional.empty(), lostBytes, false);
    }
}
