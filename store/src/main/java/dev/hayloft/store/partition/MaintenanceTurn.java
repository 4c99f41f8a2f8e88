package dev.hayloft.store.partition;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Work that takes volumes away, or counts on their staying, takes turns in a partition: a compaction of one volume, a
 * rebuild of the index, a cut for a backup.
 *
 * <p><i>Threads:</i> any that may block.
 */
public final class MaintenanceTurn {
    private static final long PATIENCE_MILLIS = 50;

    private final Semaphore turn = new Semaphore(1);
    private final AtomicBoolean rebuilding = new AtomicBoolean();

    /**
     * Waits for the turn, works, and gives it back.
     *
     * @throws CancellationException when asked to stop while it waits
     */
    public <T> T during(BooleanSupplier isStopping, Supplier<T> work) {
        take(isStopping);
        try {
            return work.get();
        } finally {
            turn.release();
        }
    }

    /**
     * As {@link #during}, for a rebuild of the index.
     *
     * @throws RequestException {@code conflict} while another rebuild is at work: mutations reach one new index only
     */
    long rebuild(String partition, BooleanSupplier isStopping, Supplier<Long> work) {
        if (!rebuilding.compareAndSet(false, true)) {
            throw new RequestException(ErrorCode.CONFLICT, "The partition's index is being rebuilt already.")
                    .with("partition", partition);
        }
        try {
            return during(isStopping, work);
        } finally {
            rebuilding.set(false);
        }
    }

    private void take(BooleanSupplier isStopping) {
        try {
            while (!turn.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (isStopping.getAsBoolean()) {
                    throw new CancellationException("Stopped while waiting for other work on the partition.");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("Interrupted while waiting for other work on the partition.");
        }
    }
}
