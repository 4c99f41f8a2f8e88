package dev.hayloft.log;

import dev.hayloft.log.format.VolumeEnd;
import dev.hayloft.model.LogPosition;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * Brings what was appended to the disk, volume by volume, and puts away those that are complete.
 *
 * <p><i>Order:</i> the end is read first, then whether a volume is complete, then its file is forced: so a returned
 * force covers all that it claims.
 *
 * <p><i>Threads:</i> {@link #force} the flusher thread alone; {@link #add} the writer; {@link #forcedUpTo()} any.
 */
final class LogFlusher {
    private static final Logger LOGGER = System.getLogger(LogFlusher.class.getName());

    private final Folders folders;
    private final IdleHandles idle;
    private final Health health;
    private final ConcurrentLinkedQueue<Segment> segments = new ConcurrentLinkedQueue<>();

    /** Volumes that were put away and not told of yet; of the flusher. */
    private final ArrayDeque<Integer> sealed = new ArrayDeque<>();

    /** Written by the flusher alone after the disk has it. */
    private volatile long forcedUpTo;

    private volatile IntConsumer onSealed = volume -> {};

    LogFlusher(Folders folders, IdleHandles idle, Health health) {
        this.folders = folders;
        this.idle = idle;
        this.health = health;
    }

    void onSealed(IntConsumer listener) {
        onSealed = listener;
    }

    void add(Segment segment) {
        segments.add(segment);
    }

    long forcedUpTo() {
        return forcedUpTo;
    }

    void startAt(long position) {
        forcedUpTo = position;
    }

    /** Forces all that was appended before the call; returns the end that it covered. */
    long force(LongSupplier end) {
        health.check();
        long target = end.getAsLong();
        try {
            for (Segment segment : segments) {
                force(segment);
                if (segment.file.id() == LogPosition.volume(target)) {
                    break;
                }
            }
        } catch (IOException | RuntimeException | Error failed) {
            health.poison(failed);
            throw Health.readOnly(failed);
        }
        forcedUpTo = target;
        tellSealed();
        return target;
    }

    /** What the listener does is its own: its failure says nothing about the log. */
    private void tellSealed() {
        while (!sealed.isEmpty()) {
            int volume = sealed.remove();
            try {
                onSealed.accept(volume);
            } catch (RuntimeException failed) {
                LOGGER.log(Level.ERROR, "The listener for sealed volumes failed at volume " + volume, failed);
            }
        }
    }

    private void force(Segment segment) throws IOException {
        boolean isComplete = segment.isComplete;
        segment.channel.force(false);
        if (segment.isNew) {
            folders.forceLog();
            segment.isNew = false;
        }
        if (isComplete) {
            putAway(segment);
            segments.remove(segment);
            sealed.add(segment.file.id());
        }
    }

    private void putAway(Segment segment) throws IOException {
        try (FileChannel channel = segment.channel) {
            putAway(segment.file, channel, segment.file.dataEnd());
        }
    }

    /**
     * Cuts a file at the end of its data, gives back what was reserved behind, and moves it; durable at return. The
     * word that ends the file stands there all the time: a process that dies in here leaves a complete volume.
     */
    void putAway(VolumeFile file, FileChannel channel, long dataEnd) throws IOException {
        Optional<VolumeEnd> mark = Marks.readEnd(file, idle, dataEnd);
        if (mark.isPresent()) {
            ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(word.putInt(0, FrameScanner.END_WORD), dataEnd);
            channel.truncate(dataEnd + Integer.BYTES);
        } else {
            channel.truncate(dataEnd);
        }
        channel.force(true);
        file.moveTo(folders.sealedPath(file.id()));
        folders.forceMove();
        file.sealed(
                dataEnd,
                mark.isPresent()
                        ? OptionalLong.of(mark.get().sealedAtMillis())
                        : file.info().sealedAtMillis());
    }

    /** Closes what is left open; nothing is forced. */
    void close() throws IOException {
        for (Segment segment = segments.poll(); segment != null; segment = segments.poll()) {
            segment.channel.close();
        }
    }
}
