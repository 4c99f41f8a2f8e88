package dev.hayloft.store.partition;

import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The node-wide source of versions: {@code max(last + 1, milliseconds << 16)}, never above a ceiling that is durable
 * ahead of use. A start begins above the last ceiling, so a number never comes twice, whatever was lost or however the
 * clock was set.
 *
 * <p><i>Threads:</i> any.
 */
public final class VersionClock {
    private static final int MILLIS_SHIFT = 16;

    private final InstantSource clock;
    private final AtomicLong last;
    private volatile long ceiling; // Raised by raiseCeiling once the new one is durable; read before each reservation.

    /**
     * A clock that begins above {@code floor}.
     *
     * @param floor no version at or below it will be given
     * @param ceiling highest version that may be given until it is raised
     */
    public VersionClock(InstantSource clock, long floor, long ceiling) {
        this.clock = clock;
        this.last = new AtomicLong(floor);
        this.ceiling = ceiling;
    }

    /** The version that a moment has at the least. */
    public static long atMillis(long epochMillis) {
        return epochMillis << MILLIS_SHIFT;
    }

    /**
     * Takes {@code count} consecutive versions and returns the first.
     *
     * @throws StoreClosedException {@code unavailable} when the ceiling is reached, because it could not be raised
     */
    public long reserve(int count) {
        Check.argument(count > 0, "count must be positive");
        while (true) {
            long before = last.get();
            long top = ceiling;
            long first = Math.max(before + 1, atMillis(clock.millis()));
            if (first + count - 1 > top) {
                first = before + 1; // The clock ran ahead of the ceiling: go on densely until it is raised.
            }
            if (first + count - 1 > top) {
                throw new StoreClosedException(
                        ErrorCode.UNAVAILABLE, "No version number is free: the reservation could not be renewed.");
            }
            if (last.compareAndSet(before, first + count - 1)) {
                return first;
            }
        }
    }

    /** Makes sure that no version at or below this one will be given: one was seen in a log. */
    public void observe(long version) {
        last.accumulateAndGet(version, Math::max);
    }

    /** The last version given or observed. */
    public long last() {
        return last.get();
    }

    /** The highest version that may be given now. */
    public long ceiling() {
        return ceiling;
    }

    /** Allows versions up to this one; call it only after the number is durable. */
    public void raiseCeiling(long newCeiling) {
        ceiling = Math.max(ceiling, newCeiling);
    }
}
