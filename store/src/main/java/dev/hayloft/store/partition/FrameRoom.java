package dev.hayloft.store.partition;

import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;

/**
 * Whether a mutation fits a frame at all. It is asked before anything of the mutation is encoded or judged: what fails
 * in the middle of that leaves the writer not knowing what it has, and ends the partition's writes.
 *
 * <p><i>Threads:</i> any.
 */
final class FrameRoom {
    /** More than the head of any needle takes, the stamp that it gets when it moves included. */
    private static final int NEEDLE_HEAD_MAX = 128;

    private FrameRoom() {}

    /**
     * Makes sure of it.
     *
     * @throws RequestException {@code too-large}
     */
    static void check(Mutation mutation) {
        if (mutation instanceof Mutation.Group group) {
            group.checkFitsFrame(); // In words of its own.
            return;
        }
        if (mutation instanceof Mutation.Records) {
            return; // They come as a frame.
        }
        long sizeBytes = (long) FrameFormat.HEADER_SIZE + mutation.payloadSizeBytes();
        if (mutation instanceof Mutation.OfKey ofKey) {
            sizeBytes += Mutation.Group.NEEDLES_MAX
                    * ((long) NEEDLE_HEAD_MAX + ofKey.key().remaining());
            sizeBytes += mutation instanceof Mutation.Put put
                    ? put.content().attributes().remaining()
                    : 0;
        } else if (mutation instanceof Mutation.Extent) {
            sizeBytes += NEEDLE_HEAD_MAX;
        } else if (mutation instanceof Mutation.Move move) {
            sizeBytes += (long) NEEDLE_HEAD_MAX * move.needles().size();
        }
        if (sizeBytes > FrameFormat.SIZE_MAX) {
            throw new RequestException(ErrorCode.TOO_LARGE, "This does not fit one write.")
                    .with("bytes", sizeBytes)
                    .with("maximum", FrameFormat.SIZE_MAX);
        }
    }
}
