package dev.hayloft.log;

import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.VolumeEnd;
import dev.hayloft.log.format.VolumeMarkFormat;
import dev.hayloft.log.format.VolumeStart;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.Check;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Appends frames to the open volume and rolls to the next.
 *
 * <p><i>Order:</i> space is reserved before a byte is written; the next volume's file and space exist before the open
 * one gets its end frame: so a full disk refuses a frame and changes nothing.
 *
 * <p><i>Threads:</i> the writer thread alone, but for {@link #end()} and {@link #reservedBytes()}.
 */
final class LogWriter implements AutoCloseable {
    private static final Logger LOGGER = System.getLogger(LogWriter.class.getName());

    /** Chronicle's header and first index pages, before the first frame. */
    private static final long FILE_HEAD_BYTES = 80 << 10;

    private static final int WORD = Integer.BYTES;

    /** How the system says that a file system takes no more files. */
    private static final Set<String> NO_SPACE = Set.of("No space left on device", "Disk quota exceeded");

    private final Parts parts;
    private final VolumeLogConfig config;
    private final LogFlusher flusher;
    private final Health health;
    private final FrameEncoder marks = new FrameEncoder();
    private final ChronicleAppender chronicle;

    private Segment segment;
    private SpaceReserver reserver;
    private @Nullable SpaceReserver nextReserver;
    private long offsetEnd;
    private boolean hasFrames;

    /** Written by the writer after each append; read by any thread. */
    private volatile long end;

    private volatile long reservedBytes;

    /** What a log is made of, handed to its writer. */
    record Parts(
            VolumeLogConfig config,
            InstantSource clock,
            Folders folders,
            NavigableMap<Integer, VolumeFile> volumes,
            IdleHandles idle,
            LogFlusher flusher,
            Health health,
            Redundancy redundancy) {}

    private record Opened(VolumeFile file, FileChannel channel, SpaceReserver reserver) {}

    private LogWriter(Parts parts, ChronicleAppender chronicle, Opened opened, boolean isNew) {
        this.parts = parts;
        this.config = parts.config();
        this.flusher = parts.flusher();
        this.health = parts.health();
        this.chronicle = chronicle;
        this.segment = new Segment(opened.file(), opened.channel(), isNew);
        this.reserver = opened.reserver();
        flusher.add(segment);
    }

    /**
     * Goes on in the open volume, whose data ends at an offset; nothing, when Chronicle cannot open it or sees its end
     * elsewhere.
     */
    static Optional<LogWriter> resume(Parts parts, VolumeFile file, long offset) throws IOException {
        ChronicleAppender chronicle;
        try {
            chronicle = ChronicleAppender.open(parts.folders().log(), file.id());
        } catch (RuntimeException unreadable) {
            LOGGER.log(Level.WARNING, "Chronicle cannot open the volume " + file.path(), unreadable);
            return Optional.empty();
        }
        boolean isOpen = false;
        try {
            if (!isLast(parts, file, chronicle.lastEntry() + WORD, offset)) {
                return Optional.empty();
            }
            FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
            SpaceReserver reserver = reserver(parts.config(), file.path());
            LogWriter writer = new LogWriter(parts, chronicle, new Opened(file, channel, reserver), false);
            writer.hasFrames = true;
            writer.publish(offset);
            parts.flusher().startAt(writer.end);
            isOpen = true;
            return Optional.of(writer);
        } finally {
            if (!isOpen) {
                chronicle.close();
            }
        }
    }

    /** Whether a frame stands at an offset and ends at another. */
    private static boolean isLast(Parts parts, VolumeFile file, long frameOffset, long end) throws IOException {
        FrameScanner scanner = new FrameScanner(file, parts.idle(), file.writtenEnd(), FrameScanner.SMALL_WINDOW_SIZE);
        return scanner.isFrame(frameOffset) && scanner.behindFrame(frameOffset) == end;
    }

    /** Begins a volume; its start frame is on the disk at return. */
    static LogWriter begin(Parts parts, int volume, OptionalInt previous, long previousDataEnd) throws IOException {
        ChronicleAppender chronicle = ChronicleAppender.open(parts.folders().log(), volume);
        try {
            long now = parts.clock().millis();
            LogWriter writer = new LogWriter(parts, chronicle, create(parts, volume, now, 0), true);
            writer.appendStart(volume, previous, previousDataEnd, now);
            parts.flusher().force(writer::end);
            return writer;
        } catch (IOException | RuntimeException | Error failed) {
            chronicle.close();
            throw failed;
        }
    }

    /** Appends a frame, rolling first if the open volume has no room for it; returns its position. */
    long append(FrameEncoder frame) {
        health.check();
        Check.argument(frame.needleCount() > 0, "a frame has at least one needle");
        int size = frame.sizeBytes();
        if (hasFrames && behind(size) + VolumeMarkFormat.END_FRAME_SIZE + WORD > config.volumeSizeBytes()) {
            roll(size);
        }
        reserve(size);
        long offset = write(frame);
        hasFrames = true;
        return LogPosition.of(segment.file.id(), offset);
    }

    /** Ends the open volume, unless it has no frames, and begins the next; returns the new volume's position. */
    long seal() {
        health.check();
        if (hasFrames) {
            roll(0);
        }
        return LogPosition.of(segment.file.id(), 0);
    }

    long end() {
        return end;
    }

    long reservedBytes() {
        return reservedBytes;
    }

    @Override
    public void close() {
        chronicle.close();
        reserver.close();
        if (nextReserver != null) {
            nextReserver.close();
        }
    }

    private void roll(int nextFrameSize) {
        int volume = segment.file.id();
        long now = parts.clock().millis();
        Segment old = segment;
        Opened opened = attempt(() -> create(parts, volume + 1, now, nextFrameSize));
        Segment next = new Segment(opened.file(), opened.channel(), true);
        flusher.add(next); // Before the end can be in it.
        nextReserver = opened.reserver();
        VolumeMarkFormat.encode(marks, new VolumeEnd(volume, offsetEnd + WORD, now));
        write(marks);
        long dataEnd = offsetEnd;
        reserver.close();
        reserver = opened.reserver();
        nextReserver = null;
        segment = next;
        chronicle.rollTo(volume + 1);
        appendStart(volume + 1, OptionalInt.of(volume), dataEnd, now);
        old.isComplete = true; // Chronicle has written the word that ends the file: nobody writes to it any more.
    }

    private void appendStart(int volume, OptionalInt previous, long previousDataEnd, long now) {
        hasFrames = false;
        offsetEnd = -1;
        VolumeMarkFormat.encode(
                marks, new VolumeStart(config.storeId(), config.partition(), volume, previous, previousDataEnd, now));
        write(marks);
    }

    private long behind(int frameSize) {
        return FrameScanner.align(offsetEnd + WORD + frameSize);
    }

    private void reserve(int frameSize) {
        attempt(() -> {
            reserver.ensure(behind(frameSize) + ChronicleAppender.MARGIN_BYTES);
            reservedBytes = reserver.reservedBytes();
            return reserver;
        });
    }

    private long write(FrameEncoder frame) {
        return attempt(() -> {
            long offset = chronicle.append(frame, flusher.forcedUpTo());
            if (offset != offsetEnd + WORD && offsetEnd >= 0) {
                checkGap(offsetEnd, offset - WORD);
            }
            publish(FrameScanner.align(offset + frame.sizeBytes()));
            return offset;
        });
    }

    private void publish(long offset) {
        offsetEnd = offset;
        segment.file.dataEnd(offset);
        end = LogPosition.of(segment.file.id(), offset);
    }

    /** Between two frames there may be index pages of Chronicle, and nothing else. */
    private void checkGap(long from, long to) throws IOException {
        ByteBuffer word = ByteBuffer.allocate(WORD).order(ByteOrder.LITTLE_ENDIAN);
        long at = from;
        while (at < to) {
            segment.channel.read(word.clear(), at);
            int value = word.getInt(0);
            Check.invariant(FrameScanner.isOwnOfChronicle(value), "Chronicle left a gap between two frames");
            at = FrameScanner.align(at + WORD + FrameScanner.sizeOf(value));
        }
        Check.invariant(at == to, "Chronicle appended elsewhere than at the end");
    }

    /** Does what may fail: a full disk leaves the log as it was, anything else ends its writing. */
    private <T> T attempt(Step<T> step) {
        try {
            return step.run();
        } catch (CapacityException full) {
            throw full;
        } catch (
                Throwable failed) { // Chronicle throws checked exceptions past the compiler, and errors of the mapping.
            health.poison(failed);
            throw Health.readOnly(failed);
        }
    }

    private static Opened create(Parts parts, int volume, long now, int frameSize) throws IOException {
        Path path = parts.folders().openPath(volume);
        FileChannel channel = createFile(path);
        boolean isCreated = false;
        try {
            SpaceReserver reserver = reserver(parts.config(), path);
            try {
                reserver.ensure(FILE_HEAD_BYTES + ChronicleAppender.MARGIN_BYTES + frameSize);
                isCreated = true;
            } finally {
                if (!isCreated) {
                    reserver.close();
                }
            }
            VolumeFile file = new VolumeFile(volume, path, VolumeInfo.State.OPEN, 0, now);
            file.setRedundancy(parts.redundancy());
            parts.volumes().put(volume, file);
            return new Opened(file, channel, reserver);
        } finally {
            if (!isCreated) {
                channel.close();
                Files.delete(path);
            }
        }
    }

    /** A file system may be full of files before it is full of bytes. */
    private static FileChannel createFile(Path path) throws IOException {
        try {
            return FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (FileSystemException refused) {
            if (NO_SPACE.contains(String.valueOf(refused.getReason()))) {
                throw SpaceReserver.full();
            }
            throw refused;
        }
    }

    private static SpaceReserver reserver(VolumeLogConfig config, Path path) throws IOException {
        return new SpaceReserver(
                path, config.reserveStepBytes(), config.volumeSizeBytes() + ChronicleAppender.MARGIN_BYTES);
    }

    private interface Step<T> {
        T run() throws IOException;
    }
}
