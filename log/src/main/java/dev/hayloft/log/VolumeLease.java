package dev.hayloft.log;

import dev.hayloft.model.error.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The right to read a volume: as long as it is out, the volume's file stays.
 *
 * <p><i>Threads:</i> any, several at once; {@link #close()} once nobody reads through it any more.
 */
public final class VolumeLease implements AutoCloseable {
    private final VolumeFile file;
    private final IdleHandles idle;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final Consumer<VolumeFile> onLastOfDeleted;

    VolumeLease(VolumeFile file, IdleHandles idle, Consumer<VolumeFile> onLastOfDeleted) {
        this.file = file;
        this.idle = idle;
        this.onLastOfDeleted = onLastOfDeleted;
    }

    /** The volume's id. */
    public int volume() {
        return file.id();
    }

    /** Where its data ends by now, bytes in the file; of the open volume it grows. */
    public long dataEnd() {
        return file.dataEnd();
    }

    /**
     * Fills the rest of the target from an offset, and may wait for the disk.
     *
     * @throws dev.hayloft.model.error.CorruptionException when the file ends before, or cannot be read there
     */
    public void read(long offset, ByteBuffer target) {
        Check.argument(!isClosed.get(), "the lease was given back");
        file.read(offset, target, idle);
    }

    /**
     * Fills the rest of the target if all of it is in the page cache, and never waits for a disk. Otherwise, and for
     * buffers that are not direct, and where the system cannot do this, answers false; the target's position is then as
     * it was, its bytes are undefined, and {@link #read} from a thread that may block is the way.
     */
    public boolean tryRead(long offset, ByteBuffer target) {
        Check.argument(!isClosed.get(), "the lease was given back");
        return file.tryRead(offset, target);
    }

    /** One more lease of the same volume, to be closed by itself; also when the volume was deleted since. */
    public VolumeLease again() {
        Check.argument(!isClosed.get(), "the lease was given back");
        return file.leaseAgain(idle, onLastOfDeleted);
    }

    /**
     * Fills the rest of the target with bytes that {@link #read} does not give, or gives wrong, from what is kept of
     * the volume elsewhere.
     *
     * @param isRight judges what was made, from the target's position to its limit
     * @return false when there is no way to bytes that are right; the target's bytes are then undefined
     */
    public boolean rebuild(long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
        Check.argument(!isClosed.get(), "the lease was given back");
        boolean isMade = file.rebuild(offset, target, isRight);
        if (isMade) {
            target.position(target.limit());
        }
        return isMade;
    }

    /** Gives the lease back; a second time changes nothing. */
    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            try {
                if (file.release(idle)) {
                    onLastOfDeleted.accept(file);
                }
            } catch (IOException failed) {
                throw VolumeFile.unchecked(failed);
            }
        }
    }
}
