package dev.hayloft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class MovableClockTest {
    private static final Instant START = Instant.parse("2026-11-20T10:15:30.123Z");

    private final MovableClock clock = new MovableClock(START);

    @Test
    void instant_untouched_standsStill() {
        assertThat(clock.instant()).isEqualTo(START).isEqualTo(clock.instant());
    }

    @Test
    void advance_forwardsAndBack_movesByTheStep() {
        assertThat(clock.advance(Duration.ofSeconds(2))).isEqualTo(START.plusSeconds(2));
        assertThat(clock.advance(Duration.ofSeconds(-3))).isEqualTo(START.minusSeconds(1));
        assertThat(clock.millis()).isEqualTo(START.toEpochMilli() - 1000);
    }

    @Test
    void set_anyTime_isTheTime() {
        clock.set(Instant.EPOCH);
        assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
    }
}
