package dev.hayloft.api.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Latencies in buckets that widen with the value: 8 to every doubling, so that a quantile is at most 12.5 % off. From 1
 * µs to about 69 s; what lies outside counts to the first or last bucket.
 *
 * <p><i>Threads:</i> any; recording does not block and does not allocate.
 */
public final class LatencyHistogram {
    private static final int STEPS_BITS = 3;
    private static final int STEPS = 1 << STEPS_BITS;
    private static final int BUCKETS = STEPS * 25;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final LongAdder sumNanos = new LongAdder();

    /** Counts one latency. */
    public void record(long nanos) {
        counts.getAndIncrement(bucket(nanos));
        sumNanos.add(nanos);
    }

    /** All recorded so far. */
    public long count() {
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += counts.get(i);
        }
        return count;
    }

    /** All latencies together. */
    public long sumNanos() {
        return sumNanos.sum();
    }

    /** How many were at most this long; the bound is taken up to the edge of its bucket. */
    public long countUpTo(long nanos) {
        long count = 0;
        int last = bucket(nanos);
        for (int i = 0; i <= last; i++) {
            count += counts.get(i);
        }
        return count;
    }

    /** The upper edge of the bucket that the quantile falls into, 0 when nothing was recorded. */
    public long quantileNanos(double quantile) {
        return quantileNanos(quantile, new long[BUCKETS]);
    }

    /** As {@link #quantileNanos(double)}, of what was recorded since a copy was made. */
    public long quantileNanos(double quantile, long[] since) {
        long rank = (long) Math.ceil(quantile * countSince(since));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts.get(i) - since[i];
            if (seen >= rank && seen > 0) {
                return upperNanos(i);
            }
        }
        return 0;
    }

    /** How many were recorded since a copy was made. */
    public long countSince(long[] copy) {
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += counts.get(i) - copy[i];
        }
        return count;
    }

    /** Counts as they stand, for {@link #countSince} later. */
    public long[] copy() {
        long[] copy = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    static int bucket(long nanos) {
        long micros = Math.max(1, nanos / 1000);
        int exponent = 63 - Long.numberOfLeadingZeros(micros);
        int step = exponent >= STEPS_BITS
                ? (int) (micros >>> (exponent - STEPS_BITS)) & (STEPS - 1)
                : (int) (micros << (STEPS_BITS - exponent)) & (STEPS - 1);
        return Math.min(BUCKETS - 1, exponent * STEPS + step);
    }

    static long upperNanos(int bucket) {
        int exponent = bucket / STEPS;
        int step = bucket % STEPS + 1;
        long micros8 = ((long) STEPS + step) << exponent; // Eighths of the bucket's upper edge, which is exclusive.
        return Math.max(1, (micros8 * 1000) / STEPS - 1);
    }
}
