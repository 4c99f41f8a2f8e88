package dev.hayloft.log;

import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Walks the excerpts of one volume's file by positional reads, and finds frames again behind damage by their magic.
 * Judges single places only; what a bad one means is for {@link LogScan}.
 *
 * <p>Chronicle's grammar: at multiples of 4 a little-endian word; 0 is unwritten; the two upper bits set and nothing
 * else ends the file; bit 31 is an excerpt that was never finished; bit 30 is one of Chronicle's own; otherwise a frame
 * of as many bytes follows. The next word stands behind it, at the next multiple of 4.
 *
 * <p><i>Threads:</i> confined to one thread.
 */
final class FrameScanner {
    /** What stands at an excerpt's place. */
    enum Place {
        FRAME,
        OWN_OF_CHRONICLE,
        END_OF_FILE,
        BAD
    }

    static final int END_WORD = 0xC000_0000;
    private static final int NOT_READY_BIT = 0x8000_0000;
    private static final int META_BIT = 0x4000_0000;
    private static final int SIZE_MASK = 0x3FFF_FFFF;
    private static final int WORD = Integer.BYTES;

    /** Chronicle's own excerpts are a header of some 100 bytes and pages of 32 KiB. */
    static final int META_SIZE_MAX = 256 << 10;

    static final int WINDOW_SIZE = 4 << 20;
    private static final int REBUILT_SIZE_MIN = 64 << 10;
    static final int MIDDLE_WINDOW_SIZE = 256 << 10;
    static final int SMALL_WINDOW_SIZE = 16 << 10;

    /** A window that is read through grows up to this: many frames are read at once, and few twice. */
    private static final int GROWN_SIZE_MAX = 1 << 20;

    private static final int GROWTH = 4;

    private final VolumeFile file;
    private final IdleHandles idle;
    private final long limit;
    private ByteBuffer window;
    private long windowStart;
    private String reason = "";

    /** The excerpt judged last, and its word. */
    private long judgedOffset = -1;

    private int judgedWord;

    /** Whether the window holds, and reads on into it fetch, what is kept of the volume elsewhere. */
    private boolean isRebuilt;

    /**
     * A scanner of a file's bytes 0 to limit.
     *
     * @param windowSize bytes read at a time at first
     */
    FrameScanner(VolumeFile file, IdleHandles idle, long limit, int windowSize) {
        this.file = file;
        this.idle = idle;
        this.limit = limit;
        this.window = allocate(windowSize).limit(0);
    }

    long limit() {
        return limit;
    }

    /** Why the place last judged is bad: a constant sentence. */
    String reason() {
        return reason;
    }

    /** Judges the excerpt whose word stands at an offset; a bad one once more by what is kept of it elsewhere. */
    Place judge(long offset) throws IOException {
        Place place = judgeHere(offset);
        if (place == Place.BAD && isRebuilt) {
            readFrom(offset, false);
            place = judgeHere(offset);
        }
        if (place != Place.BAD) {
            return place;
        }
        String why = reason;
        readFrom(offset, true);
        place = judgeHere(offset);
        if (place == Place.BAD) {
            readFrom(offset, false);
            reason = why;
        }
        return place;
    }

    /** Empties the window; from here on it is filled from the file, or from what is kept of it elsewhere. */
    private void readFrom(long offset, boolean elsewhere) {
        isRebuilt = elsewhere;
        windowStart = offset;
        window.clear().limit(0);
    }

    private Place judgeHere(long offset) throws IOException {
        if (!load(offset, WORD)) {
            return bad("the file ends");
        }
        int word = window.getInt(at(offset));
        judgedOffset = offset;
        judgedWord = word;
        if (word == END_WORD) {
            return Place.END_OF_FILE;
        }
        if (word == 0) {
            return bad("nothing was written");
        }
        if ((word & NOT_READY_BIT) != 0) {
            return bad("an entry was not finished");
        }
        if ((word & META_BIT) != 0) {
            return judgeMeta(offset, word & SIZE_MASK);
        }
        if (!isFrame(offset + WORD)) {
            return bad("a frame's header or body is damaged");
        }
        long frameSize = FrameFormat.frameSize(window, at(offset + WORD));
        return frameSize == (word & SIZE_MASK) ? Place.FRAME : bad("an entry's length is damaged");
    }

    private Place judgeMeta(long offset, int size) throws IOException {
        long end = offset + WORD + size;
        if (size > META_SIZE_MAX || end > limit) {
            return bad("an entry's length is damaged");
        }
        // A flipped bit may have made this of a frame, or have made it longer: no frame may be inside.
        return findFrame(offset + WORD, end) < 0 ? Place.OWN_OF_CHRONICLE : bad("an entry's length is damaged");
    }

    /** Where the excerpt behind this good one starts. */
    long next(long offset) throws IOException {
        if (offset != judgedOffset) { // Else the window need not go back for it.
            load(offset, WORD);
            judgedWord = window.getInt(at(offset));
        }
        return align(offset + WORD + (judgedWord & SIZE_MASK));
    }

    /**
     * Where a bad excerpt ends, if that can be told: then nothing inside is searched for frames. An object may hold a
     * copy of a volume, whose frames are not ours. -1 if it cannot be told.
     */
    long trustedEnd(long offset) throws IOException {
        if (isHeader(offset + WORD)) {
            long end = behindFrame(offset + WORD);
            return end <= limit ? end : -1;
        }
        if (!load(offset, WORD)) {
            return -1;
        }
        int word = window.getInt(at(offset));
        if (word <= 0 || (word & META_BIT) != 0 || offset + WORD + word > limit) {
            return -1;
        }
        long end = align(offset + WORD + word);
        String why = reason;
        Place place = end == limit ? Place.FRAME : judge(end);
        reason = why;
        return place == Place.BAD ? -1 : end;
    }

    /** Where the excerpt behind a good frame starts, by the frame's own size. */
    long behindFrame(long frameOffset) throws IOException {
        isHeader(frameOffset);
        return align(frameOffset + FrameFormat.frameSize(window, at(frameOffset)));
    }

    /** The good frame at an offset; valid until the scanner moves. */
    FrameView frame(long frameOffset) throws IOException {
        load(frameOffset, (int) frameSize(frameOffset));
        return FrameView.parse(LogPosition.of(file.id(), frameOffset), window, at(frameOffset));
    }

    /** The frame of the excerpt that was judged last and is one; its checksums are not worked out once more. */
    FrameView judgedFrame(long frameOffset) {
        return FrameView.ofIntact(LogPosition.of(file.id(), frameOffset), window, at(frameOffset));
    }

    /** The frame at an offset whose header is right though its body is not, if it ends before another offset. */
    Optional<FrameView> damagedFrame(long frameOffset, long to) throws IOException {
        if (!isHeader(frameOffset)) {
            return Optional.empty();
        }
        long size = FrameFormat.frameSize(window, at(frameOffset));
        boolean isThere = size <= FrameFormat.SIZE_MAX && frameOffset + size <= to && load(frameOffset, (int) size);
        return isThere && FrameFormat.isStoredAsIs(window, at(frameOffset))
                ? Optional.of(judgedFrame(frameOffset))
                : Optional.empty();
    }

    /** Whether a whole frame with right checksums starts at an offset. */
    boolean isFrame(long frameOffset) throws IOException {
        if (!isHeader(frameOffset)) {
            return false;
        }
        long size = FrameFormat.frameSize(window, at(frameOffset));
        if (size > FrameFormat.SIZE_MAX || !load(frameOffset, (int) size)) {
            return false;
        }
        checkReadable(frameOffset);
        return FrameFormat.isBodyIntact(window, at(frameOffset));
    }

    /** Whether the magic stands at an offset, whatever follows. */
    boolean isMagic(long offset) throws IOException {
        return load(offset, WORD) && window.getInt(at(offset)) == FrameFormat.MAGIC;
    }

    /** The first offset of a whole frame from one offset to another (exclusive), or -1. */
    long findFrame(long from, long to) throws IOException {
        long offset = align(from);
        long end = Math.min(to, limit);
        while (offset < end) {
            if (!load(offset, WORD)) {
                return -1;
            }
            int first = at(offset);
            int last = (int) Math.min(window.limit() - WORD, first + (end - offset) - 1);
            int found = findMagic(first, last);
            long place = windowStart + found;
            if (found >= 0 && isFrame(place)) {
                return place;
            }
            offset = found >= 0 ? place + LogPosition.ALIGNMENT : windowStart + align(last + 1);
        }
        return -1;
    }

    /** Bytes other than 0 from an offset to the file's end. */
    long countNonZero(long from) throws IOException {
        long count = 0;
        for (long offset = from; load(offset, 1); offset = windowStart + window.limit()) {
            for (int i = at(offset); i < window.limit(); i++) {
                count += window.get(i) != 0 ? 1 : 0;
            }
        }
        return count;
    }

    static boolean isOwnOfChronicle(int word) {
        return (word & (NOT_READY_BIT | META_BIT)) == META_BIT;
    }

    static int sizeOf(int word) {
        return word & SIZE_MASK;
    }

    static long align(long offset) {
        return (offset + LogPosition.ALIGNMENT - 1) & -LogPosition.ALIGNMENT;
    }

    private int findMagic(int first, int last) {
        for (int i = first; i <= last; i += LogPosition.ALIGNMENT) {
            if (window.getInt(i) == FrameFormat.MAGIC) {
                return i;
            }
        }
        return -1;
    }

    private boolean isHeader(long frameOffset) throws IOException {
        if (!load(frameOffset, FrameFormat.HEADER_SIZE) || window.getInt(at(frameOffset)) != FrameFormat.MAGIC) {
            return false;
        }
        int headerSize = FrameFormat.headerSize(window, at(frameOffset));
        return headerSize >= FrameFormat.HEADER_SIZE
                && load(frameOffset, headerSize)
                && FrameFormat.isHeader(window, at(frameOffset));
    }

    private long frameSize(long frameOffset) throws IOException {
        load(frameOffset, FrameFormat.HEADER_SIZE);
        return FrameFormat.frameSize(window, at(frameOffset));
    }

    private void checkReadable(long frameOffset) {
        try {
            FrameFormat.checkReadable(window, at(frameOffset));
        } catch (StoreClosedException newer) {
            throw newer.with("file", file.path()).with("offset", frameOffset);
        }
    }

    private Place bad(String why) {
        reason = why;
        return Place.BAD;
    }

    private int at(long offset) {
        return (int) (offset - windowStart);
    }

    /** Makes the window hold a range; false when the file ends before. */
    private boolean load(long offset, int size) throws IOException {
        if (offset >= windowStart && offset + size <= windowStart + window.limit()) {
            return true;
        }
        if (offset + size > limit) {
            return false;
        }
        boolean isNext = window.limit() > 0 && offset >= windowStart && offset <= windowStart + window.limit();
        isRebuilt &= offset <= windowStart + window.limit();
        int larger = isNext && window.capacity() < GROWN_SIZE_MAX ? GROWTH * window.capacity() : 0;
        if (Math.max(size, larger) > window.capacity()) {
            window = allocate(Math.max(size, Math.min(larger, GROWN_SIZE_MAX)));
        }
        window.clear();
        int wanted = isRebuilt ? Math.max(size, REBUILT_SIZE_MIN) : window.capacity();
        window.limit((int) Math.min(Math.min(window.capacity(), wanted), limit - offset));
        windowStart = offset;
        if (isRebuilt) {
            window.position(rebuild(offset, size) ? window.limit() : 0);
        } else {
            fill(offset);
        }
        window.limit(window.position());
        return size <= window.limit();
    }

    /** Makes the window's bytes, or if some of them are lost, no more than what is asked for. */
    private boolean rebuild(long offset, int size) {
        if (file.rebuild(offset, window, Redundancy.BY_ITS_CHECKSUMS)) {
            return true;
        }
        if (window.limit() == size) {
            return false;
        }
        window.limit(size);
        return file.rebuild(offset, window, Redundancy.BY_ITS_CHECKSUMS);
    }

    /** Reads until the window is full or the file ends. A sealed volume's file may be gone: then it is damage. */
    private void fill(long offset) throws IOException {
        try {
            while (window.hasRemaining() && file.readSome(offset + window.position(), window, idle) > 0) {
                // Once more.
            }
        } catch (IOException unreadable) {
            if (!file.isSealed()) {
                throw unreadable;
            }
        }
    }

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
