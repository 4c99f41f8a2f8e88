package dev.hayloft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * What is kept of sealed volumes outside their own files. The log knows no more of it than this.
 *
 * <p><i>Threads:</i> any.
 */
public interface Redundancy {
    /**
     * For callers that cannot judge what was made: only bytes that are right by checksums of the redundancy's own are
     * taken, where it has them.
     */
    Predicate<ByteBuffer> BY_ITS_CHECKSUMS = any -> true;

    /** A log without any. */
    Redundancy NONE = new Redundancy() {
        @Override
        public boolean rebuild(int volume, long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
            return false;
        }

        @Override
        public int readSome(int volume, long offset, ByteBuffer target) {
            return -1;
        }

        @Override
        public void forget(int volume) {}
    };

    /**
     * Fills the target with bytes that the volume's own place does not give as they were.
     *
     * @param offset in the volume's file
     * @param target filled from position to limit; its position is not moved
     * @param isRight judges what was made
     * @return false when there is no way to bytes that are right
     */
    boolean rebuild(int volume, long offset, ByteBuffer target, Predicate<ByteBuffer> isRight);

    /**
     * Reads up to the rest of the target of a volume that has no file of its own any more.
     *
     * @return how many bytes; -1 behind the volume's end
     * @throws IOException when the place of these bytes cannot be read
     */
    int readSome(int volume, long offset, ByteBuffer target) throws IOException;

    /** The volume was deleted, its file goes next: nothing of it may be left at return. */
    void forget(int volume);
}
