package dev.hayloft.compactor;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps background bytes below a rate, and gives way to the foreground: when what it appends waits too long, because
 * others are in front of it or the disk is busy, its share of the rate is halved; while nothing waits it grows back, a
 * sixteenth at a time.
 *
 * <p><i>Threads:</i> any; the rate is for all together.
 */
public final class Pacer {
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final double SHARE_MIN = 1.0 / 16;
    private static final double SHARE_STEP = 1.0 / 16;
    private static final long DEBT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private final LongConsumer park;
    private long freeAt; // When what was spent so far is paid for. Guarded by this.
    private volatile double share = 1; // Races lose a step, which does not matter.

    /**
     * A pacer.
     *
     * @param nanoTime the time that passes
     * @param park waits about so many nanoseconds
     */
    public Pacer(long bytesPerSecond, LongSupplier nanoTime, LongConsumer park) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.park = park;
        this.freeAt = nanoTime.getAsLong();
    }

    /**
     * So many bytes are moved; waits until they, and what was spent before them, are paid for, or the work is to stop.
     * Time in which nothing was spent is not saved up.
     */
    public void spend(long bytes, BooleanSupplier isStopping) {
        long now = nanoTime.getAsLong();
        long paidAt = paidAt(bytes, now);
        while (paidAt - now > 0 && !isStopping.getAsBoolean()) {
            park.accept(Math.min(paidAt - now, DEBT_NANOS_MAX));
            now = nanoTime.getAsLong();
        }
    }

    private synchronized long paidAt(long bytes, long now) {
        double rate = bytesPerSecond * share;
        freeAt = Math.max(freeAt, now - DEBT_NANOS_MAX) + (long) (bytes * 1e9 / rate);
        return freeAt;
    }

    /** What was appended last took so long until readers saw it. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void waited(long nanos) {
        share = nanos > SLOW_NANOS ? Math.max(SHARE_MIN, share / 2) : Math.min(1, share + SHARE_STEP);
    }

    /** The share of the rate that is used, 1/16 to 1. */
    public double share() {
        return share;
    }
}
