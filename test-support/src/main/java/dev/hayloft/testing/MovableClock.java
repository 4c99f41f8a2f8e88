package dev.hayloft.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still until a test moves it, forwards or back.
 *
 * <p><i>Threads:</i> all methods from any thread; a move is seen at once by everybody.
 */
public final class MovableClock implements InstantSource {
    private final AtomicReference<Instant> now;

    /** A clock that stands at {@code start}. */
    public MovableClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Moves by {@code step}, which may be negative, and answers the new time. */
    public Instant advance(Duration step) {
        return now.updateAndGet(instant -> instant.plus(step));
    }

    /** Puts the hands to {@code instant}, earlier or later than now. */
    public void set(Instant instant) {
        now.set(instant);
    }
}
