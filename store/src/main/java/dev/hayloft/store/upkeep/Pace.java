package dev.hayloft.store.upkeep;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Holds work to a rate in bytes. Threads: confined to one. */
final class Pace {
    private static final long NAP_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

    private final double nanosPerByte;
    private long dueNanos = System.nanoTime();

    Pace(long bytesPerSecond) {
        this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }

    /** Counts bytes, and waits until they are due or the work is to stop; what was idle is not made up for. */
    void take(long bytes, BooleanSupplier isStopping) {
        long now = System.nanoTime();
        dueNanos = Math.max(dueNanos, now) + (long) (bytes * nanosPerByte);
        while (dueNanos - System.nanoTime() > NAP_NANOS_MAX && !isStopping.getAsBoolean()) {
            LockSupport.parkNanos(NAP_NANOS_MAX);
        }
    }
}
