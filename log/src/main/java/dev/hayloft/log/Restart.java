package dev.hayloft.log;

import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Brings the two folders into order before appending starts. Chronicle never sees a file that was not closed in order:
 * it would append behind a hole, where nobody can read. Each step is durable before the next, and all can be repeated,
 * so a crash between any two leaves what the next start understands:
 *
 * <ol>
 *   <li>Chronicle's own table and discarded files go, and files that are in both folders go from {@code log/}.
 *   <li>Volumes before the end's are put away; the end's volume is cut and put away, unless the stop was clean.
 *   <li>Files behind the end go.
 *   <li>The open volume goes on, or the next begins.
 * </ol>
 */
final class Restart {
    private static final Logger LOGGER = System.getLogger(Restart.class.getName());

    /** Bytes behind the end of a clean log that are looked at: more than Chronicle may leave there. */
    private static final int ZEROS_CHECKED = 8 << 10;

    private static final long ROOM_MIN = 512 << 10;

    private final LogWriter.Parts parts;
    private final Folders folders;
    private final NavigableMap<Integer, VolumeFile> volumes;
    private final IdleHandles idle;

    Restart(LogWriter.Parts parts) {
        this.parts = parts;
        this.folders = parts.folders();
        this.volumes = parts.volumes();
        this.idle = parts.idle();
    }

    LogWriter start(long end, boolean clean, int nextVolume) throws IOException {
        folders.sweep();
        checkRoom();
        for (Integer volume : folders.listSealed().keySet()) {
            if (folders.listOpen().containsKey(volume)) {
                folders.delete(folders.openPath(volume));
            }
        }
        int endVolume = LogPosition.volume(end);
        long endOffset = LogPosition.offset(end);
        putAwayBefore(endVolume);
        VolumeFile last = volumes.get(endVolume);
        if (clean && last != null) {
            Optional<LogWriter> writer = resume(last, endOffset);
            if (writer.isPresent()) {
                return writer.get();
            }
            LOGGER.log(
                    Level.WARNING,
                    "The log does not end where the last stop left it, at {0}: it is cut there, and a new volume begins.",
                    LogPosition.toString(end));
        }
        if (last != null && !last.isSealed() && endOffset > 0) {
            putAway(last, endOffset);
        }
        deleteFrom(endOffset > 0 ? endVolume + 1 : endVolume);
        return begin(Math.max(nextVolume, endOffset > 0 ? endVolume + 1 : endVolume));
    }

    /** Chronicle makes its table through a mapping, where a full disk is a fault of memory: so there must be room. */
    private void checkRoom() throws IOException {
        if (Files.getFileStore(folders.log()).getUsableSpace() < ROOM_MIN) {
            throw SpaceReserver.full();
        }
    }

    private Optional<LogWriter> resume(VolumeFile last, long endOffset) throws IOException {
        if (last.isSealed() || Marks.readStart(last, idle).isEmpty() || !isEnd(last, endOffset)) {
            return Optional.empty();
        }
        deleteFrom(last.id() + 1);
        Optional<LogWriter> writer = LogWriter.resume(parts, last, endOffset);
        if (writer.isEmpty()) {
            folders.sweep();
        }
        return writer;
    }

    /** Complete volumes that a crash kept from being moved: the next one knows where their data ends. */
    private void putAwayBefore(int endVolume) throws IOException {
        for (VolumeFile file : volumes.headMap(endVolume, false).values()) {
            if (!file.isSealed()) {
                putAway(
                        file,
                        new LogScan(volumes, idle, deleted -> {}, false, FrameScanner.WINDOW_SIZE, frame -> {})
                                .endOf(file));
            }
        }
    }

    private void putAway(VolumeFile file, long dataEnd) throws IOException {
        file.closeHandles(idle);
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            parts.flusher().putAway(file, channel, dataEnd);
        }
        if (file.info().sealedAtMillis().isEmpty()) {
            file.sealed(dataEnd, OptionalLong.of(parts.clock().millis()));
        }
    }

    private void deleteFrom(int volume) throws IOException {
        for (Map.Entry<Integer, VolumeFile> behind :
                volumes.tailMap(volume, true).entrySet()) {
            Check.argument(!behind.getValue().isSealed(), "the log cannot end before a sealed volume");
            behind.getValue().closeHandles(idle);
            volumes.remove(behind.getKey());
        }
        for (Path file : folders.listOpen().tailMap(volume, true).values()) {
            folders.delete(file);
        }
    }

    private LogWriter begin(int volume) throws IOException {
        Map.Entry<Integer, VolumeFile> previous = volumes.lastEntry();
        if (previous == null) {
            return LogWriter.begin(parts, volume, OptionalInt.empty(), 0);
        }
        long dataEnd = previous.getValue().dataEnd();
        parts.flusher().startAt(LogPosition.of(previous.getKey(), dataEnd));
        return LogWriter.begin(parts, volume, OptionalInt.of(previous.getKey()), dataEnd);
    }

    /** Whether nothing but pages of Chronicle's own follows an offset, and then zeros. */
    private boolean isEnd(VolumeFile file, long offset) throws IOException {
        FrameScanner scanner = new FrameScanner(file, idle, file.writtenEnd(), FrameScanner.SMALL_WINDOW_SIZE);
        long at = offset;
        while (scanner.judge(at) == FrameScanner.Place.OWN_OF_CHRONICLE) {
            at = scanner.next(at);
        }
        if (at == 0) {
            return false;
        }
        ByteBuffer behind = ByteBuffer.allocate(ZEROS_CHECKED).order(ByteOrder.LITTLE_ENDIAN);
        while (behind.hasRemaining() && file.readSome(at + behind.position(), behind, idle) > 0) {
            // Again until the buffer is full or the file ends.
        }
        for (int i = 0; i < behind.position(); i++) {
            if (behind.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
