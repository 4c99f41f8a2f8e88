package dev.hayloft.log;

import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.log.format.VolumeEnd;
import dev.hayloft.log.format.VolumeMarkFormat;
import dev.hayloft.log.format.VolumeStart;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Reads the frames that start and end a volume from its file. */
final class Marks {
    /** From the end frame's start to the file's end: the frame, aligned, and the word that ends the file. */
    private static final long END_FRAME_FROM_DATA_END = FrameScanner.align(VolumeMarkFormat.END_FRAME_SIZE);

    private Marks() {}

    /** What the volume's first frame says; empty when it is not there or damaged. */
    static Optional<VolumeStart> readStart(VolumeFile file, IdleHandles idle) throws IOException {
        FrameScanner scanner = new FrameScanner(file, idle, file.writtenEnd(), FrameScanner.SMALL_WINDOW_SIZE);
        long offset = 0;
        FrameScanner.Place place = scanner.judge(offset);
        while (place == FrameScanner.Place.OWN_OF_CHRONICLE) {
            offset = scanner.next(offset);
            place = scanner.judge(offset);
        }
        if (place != FrameScanner.Place.FRAME) {
            return Optional.empty();
        }
        return parse(
                file, scanner.frame(offset + Integer.BYTES), NeedleType.VOLUME_START, VolumeMarkFormat::parseStart);
    }

    /** What the volume's end frame says, if it is the last before an end of data. */
    static Optional<VolumeEnd> readEnd(VolumeFile file, IdleHandles idle, long dataEnd) throws IOException {
        long offset = dataEnd - END_FRAME_FROM_DATA_END;
        if (offset <= 0 || offset % Integer.BYTES != 0) {
            return Optional.empty();
        }
        FrameScanner scanner = new FrameScanner(file, idle, file.writtenEnd(), FrameScanner.SMALL_WINDOW_SIZE);
        if (!scanner.isFrame(offset)) {
            return Optional.empty();
        }
        return parse(file, scanner.frame(offset), NeedleType.VOLUME_END, VolumeMarkFormat::parseEnd)
                .filter(end -> end.volume() == file.id() && end.offset() == offset);
    }

    /** Whether a frame ends a volume. */
    static boolean isEnd(FrameView frame) {
        if (frame.sizeBytes() != VolumeMarkFormat.END_FRAME_SIZE || frame.needleCount() != 1) {
            return false;
        }
        return only(frame, needle -> needle.type() == NeedleType.VOLUME_END);
    }

    private static <T> Optional<T> parse(
            VolumeFile file, FrameView frame, NeedleType type, Function<NeedleView, T> parser) {
        try {
            return frame.needleCount() == 1
                    ? only(
                            frame,
                            needle -> needle.type() == type ? Optional.of(parser.apply(needle)) : Optional.empty())
                    : Optional.empty();
        } catch (StoreClosedException newer) {
            throw newer.with("file", file.path());
        }
    }

    private static <T> T only(FrameView frame, Function<NeedleView, T> reader) {
        AtomicReference<T> result = new AtomicReference<>();
        frame.forEachNeedle(needle -> result.set(reader.apply(needle)));
        return result.get();
    }
}
