package dev.hayloft.store.upkeep;

import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameView;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Checks the frames of a volume while somebody else works on it, and no faster than that one goes: the check reads as
 * many bytes as it is allowed to.
 *
 * <p><i>Threads:</i> one owner; a thread of its own does the work, and ends with {@link #close}.
 */
final class FrameCheck implements AutoCloseable {
    private static final int UNIT = 1 << 10;
    private static final int UNITS_AT_ONCE = 1 << 10;
    private static final int UNITS_ALL = 1 << 30;

    private final VolumeLog log;
    private final int volume;
    private final Semaphore allowed = new Semaphore(0); // In units.
    private final AtomicLong checkedBytes = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile Optional<DamagedRange> damaged = Optional.empty(); // Written by the thread.
    private volatile boolean isStopped; // Written by close.

    FrameCheck(VolumeLog log, int volume) {
        this.log = log;
        this.volume = volume;
        Thread thread = new Thread(this::run, "hayloft-frame-check");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            log.scanVolume(volume, 0, new FrameVisitor() {
                private long bytes;

                @Override
                public void frame(FrameView frame) {
                    bytes += frame.sizeBytes();
                    checkedBytes.addAndGet(frame.sizeBytes());
                    if (bytes >= (long) UNITS_AT_ONCE * UNIT) {
                        allowed.acquireUninterruptibly((int) (bytes / UNIT));
                        bytes %= UNIT;
                    }
                }

                @Override
                public void damaged(DamagedRange range) {
                    damaged = damaged.or(() -> Optional.of(range));
                }

                @Override
                public boolean isEnough() {
                    return isStopped || damaged.isPresent();
                }
            });
            done.complete(null);
        } catch (RuntimeException | Error e) { // The thread's boundary: told to whoever waits.
            done.completeExceptionally(e);
        }
    }

    /** So many more bytes may be read. */
    void allow(long bytes) {
        allowed.release((int) (bytes / UNIT + 1));
    }

    /** Bytes that were checked since the last call. */
    long takeCheckedBytes() {
        return checkedBytes.getAndSet(0);
    }

    /** The first damage that was found so far. */
    Optional<DamagedRange> damaged() {
        return damaged;
    }

    /** Waits for the end of the volume, or for damage. */
    Optional<DamagedRange> await() {
        allowed.release(UNITS_ALL);
        try {
            done.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
        return damaged;
    }

    /** Ends the check, wherever it is. */
    @Override
    public void close() {
        isStopped = true;
        if (!done.isDone()) {
            allowed.release(UNITS_ALL);
            done.exceptionally(failed -> null).join(); // It reads a file that others may wish to delete.
        }
    }
}
