package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;

/**
 * A frame as it stands in a buffer, checksums verified; nothing is copied. A visitor may use it, and what it gives out,
 * only until the visit returns.
 *
 * <p><i>Threads:</i> confined to one thread.
 */
public final class FrameView {
    private final long position;
    private final ByteBuffer bytes;
    private final int at;

    private FrameView(long position, ByteBuffer bytes, int at) {
        this.position = position;
        this.bytes = bytes;
        this.at = at;
    }

    /**
     * Opens a frame.
     *
     * @param position its place in the log
     * @param bytes a buffer that holds the whole frame and does not change while the view is used
     * @param at where the frame starts in it
     * @throws dev.hayloft.model.error.CorruptionException when a checksum or size is wrong
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static FrameView parse(long position, ByteBuffer bytes, int at) {
        ByteBuffer ordered = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(FrameFormat.isHeader(ordered, at), "A frame's header is damaged.");
        FrameFormat.checkReadable(ordered, at);
        Check.intact(FrameFormat.isBodyIntact(ordered, at), "A frame's body is damaged.");
        return new FrameView(position, ordered, at);
    }

    /**
     * Opens a frame of which the same bytes were found right a moment ago.
     *
     * @param bytes as in {@link #parse}, little-endian
     */
    public static FrameView ofIntact(long position, ByteBuffer bytes, int at) {
        return new FrameView(position, bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN), at);
    }

    /**
     * Visits the needles whose own checksum is right, in order, of a frame of which no more than the header need be
     * right. What stands behind one whose sizes are damaged is not found.
     */
    public void forEachIntactNeedle(Consumer<NeedleView> visitor) {
        int end = at + sizeBytes();
        int next = at + FrameFormat.headerSize(bytes, at);
        for (int i = 0; i < needleCount() && end - next >= NeedleFormat.HEAD_SIZE; i++) {
            long size = NeedleFormat.sizeAt(bytes, next);
            if (size > end - next) {
                return;
            }
            if (NeedleView.isIntact(bytes.duplicate().limit(next + (int) size).position(next))) {
                Stamp stamp = new Stamp(firstSequence() + i, firstVersion() + i, timeMillis());
                visitor.accept(NeedleView.inFrame(bytes, next, end, at, stamp));
            }
            next += (int) size;
        }
    }

    /** Place of the frame in the log, a {@link dev.hayloft.model.LogPosition}. */
    public long position() {
        return position;
    }

    public int bucketId() {
        return bytes.getInt(at + FrameFormat.BUCKET_ID_OFFSET);
    }

    public long firstSequence() {
        return bytes.getLong(at + FrameFormat.FIRST_SEQUENCE_OFFSET);
    }

    public long firstVersion() {
        return bytes.getLong(at + FrameFormat.FIRST_VERSION_OFFSET);
    }

    /** When the frame was appended, milliseconds since 1970 UTC. */
    public long timeMillis() {
        return bytes.getLong(at + FrameFormat.TIME_OFFSET);
    }

    public int needleCount() {
        return bytes.getInt(at + FrameFormat.NEEDLE_COUNT_OFFSET);
    }

    /** Whether its needles have the numbers that follow from {@link #firstSequence}: not marks, and not moved ones. */
    public boolean isNumbered() {
        if (needleCount() == 0) {
            return false;
        }
        NeedleView first = NeedleView.inFrame(
                bytes,
                at + FrameFormat.headerSize(bytes, at),
                at + sizeBytes(),
                at,
                new Stamp(firstSequence(), firstVersion(), timeMillis()));
        return switch (first.type()) {
            case VOLUME_START, VOLUME_END, PRODUCERS -> false;
            default -> !first.isStamped();
        };
    }

    /** Everything before this position was on the disk when the frame was appended. */
    public long forcedUpTo() {
        return bytes.getLong(at + FrameFormat.FORCED_UP_TO_OFFSET);
    }

    /** Header and body, without what Chronicle adds. */
    public int sizeBytes() {
        return (int) FrameFormat.frameSize(bytes, at);
    }

    public List<ProducerRun> producerRuns() {
        return FrameFormat.producerRuns(bytes, at);
    }

    /**
     * Visits the needles in order. A needle's view is valid until its visit returns.
     *
     * @throws dev.hayloft.model.error.CorruptionException when the needles do not fill the body exactly
     */
    public void forEachNeedle(Consumer<NeedleView> visitor) {
        int end = at + sizeBytes();
        int next = at + FrameFormat.headerSize(bytes, at);
        for (int i = 0; i < needleCount(); i++) {
            Stamp stamp = new Stamp(firstSequence() + i, firstVersion() + i, timeMillis());
            NeedleView needle = NeedleView.inFrame(bytes, next, end, at, stamp);
            visitor.accept(needle);
            next += needle.sizeBytes();
        }
        Check.intact(next == end, "A frame's needles do not fill its body.");
    }
}
