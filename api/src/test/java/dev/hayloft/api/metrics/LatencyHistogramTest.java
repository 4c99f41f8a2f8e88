package dev.hayloft.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    @Property
    void quantile_ofOneLatency_isAtMostAnEighthOff(@ForAll @LongRange(min = 8_000, max = 30_000_000_000L) long nanos) {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(nanos);
        assertThat(histogram.quantileNanos(0.5)).isBetween(nanos - 1_000, nanos + nanos / 8 + 1_000);
        assertThat(histogram.countUpTo(nanos)).isOne();
        assertThat(histogram.countUpTo(nanos / 2)).isZero();
    }

    @Test
    void quantile_ofManyLatencies_findsTheRank() {
        LatencyHistogram histogram = new LatencyHistogram();
        assertThat(histogram.quantileNanos(0.99)).isZero();
        for (int i = 0; i < 99; i++) {
            histogram.record(10_000);
        }
        histogram.record(5_000_000_000L);
        assertThat(histogram.quantileNanos(0.5)).isBetween(10_000L, 12_000L);
        assertThat(histogram.quantileNanos(0.999)).isGreaterThanOrEqualTo(5_000_000_000L);
        assertThat(histogram.count()).isEqualTo(100);
        assertThat(histogram.sumNanos()).isEqualTo(99 * 10_000L + 5_000_000_000L);
    }

    @Test
    void record_extremes_countToTheFirstAndTheLastBucket() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(0);
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.count()).isEqualTo(2);
    }
}
