package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.StoreClosedException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VersionClockTest {
    private static final long MILLIS = 1_800_000_000_000L;
    private static final InstantSource FIXED = InstantSource.fixed(Instant.ofEpochMilli(MILLIS));

    @Test
    void reserve_givesConsecutiveNumbersFromTheClock() {
        VersionClock clock = new VersionClock(FIXED, 0, Long.MAX_VALUE);
        long first = clock.reserve(10);
        assertThat(first).isEqualTo(MILLIS << 16);
        assertThat(clock.reserve(1)).isEqualTo(first + 10);
        assertThat(clock.last()).isEqualTo(first + 10);
    }

    @Test
    void reserve_whenTheClockIsSetBack_stillRises() {
        long floor = (MILLIS + 3_600_000) << 16;
        VersionClock clock = new VersionClock(FIXED, floor, Long.MAX_VALUE);
        assertThat(clock.reserve(1)).isEqualTo(floor + 1);
    }

    @Test
    void reserve_whenTheClockRunsAheadOfTheCeiling_goesOnDensely() {
        long floor = (MILLIS - 1000) << 16;
        VersionClock clock = new VersionClock(FIXED, floor, floor + 5);
        assertThat(clock.reserve(5)).isEqualTo(floor + 1);
        assertThatThrownBy(() -> clock.reserve(1)).isInstanceOf(StoreClosedException.class);
        clock.raiseCeiling(Long.MAX_VALUE);
        assertThat(clock.reserve(1)).isEqualTo(MILLIS << 16);
    }

    @Test
    void observe_movesPastWhatALogHolds() {
        VersionClock clock = new VersionClock(FIXED, 0, Long.MAX_VALUE);
        clock.observe((MILLIS + 5) << 16);
        assertThat(clock.reserve(1)).isEqualTo(((MILLIS + 5) << 16) + 1);
    }

    @Test
    void reserve_fromManyThreads_givesEachNumberOnce() {
        VersionClock clock = new VersionClock(FIXED, 0, Long.MAX_VALUE);
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 10_000).parallel().forEach(i -> {
            long first = clock.reserve(3);
            assertThat(seen.add(first) && seen.add(first + 1) && seen.add(first + 2))
                    .isTrue();
        });
        assertThat(seen).hasSize(30_000);
    }
}
