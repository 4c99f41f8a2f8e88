package dev.hayloft.store.partition;

import dev.hayloft.compactor.MovedNeedle;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends frames of moved needles: each keeps its own stamp, and the frame takes no sequence and no version.
 *
 * <p><i>Threads:</i> the partition's writer thread only.
 */
final class MoveWriter {
    private final VolumeLog log;
    private final FrameEncoder encoder = new FrameEncoder();

    MoveWriter(VolumeLog log) {
        this.log = log;
    }

    /**
     * One needle's place in the frame.
     *
     * @param offset from the frame's start
     * @param size of the needle there
     */
    record Place(int offset, int size) {}

    /**
     * Appends one frame.
     *
     * @param nextSequence the sequence of the next new needle: the frame stands before it
     */
    void write(Pending pending, Mutation.Move move, long nextSequence, long timeMillis) {
        encoder.begin(move.bucketId(), nextSequence, 0, timeMillis);
        List<Place> places = new ArrayList<>(move.needles().size());
        for (MovedNeedle needle : move.needles()) {
            int offset = encoder.copy(needle.bytes(), needle.stamp());
            places.add(new Place(offset, encoder.lastNeedleSize()));
        }
        long position = log.append(encoder);
        pending.moved(places);
        pending.appendedAt(position);
        pending.decide(new Mutation.Outcome.Applied(0, true));
    }

    /** Bytes of the frame written last. */
    int sizeBytes() {
        return encoder.sizeBytes();
    }
}
