package dev.hayloft.store.partition;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
