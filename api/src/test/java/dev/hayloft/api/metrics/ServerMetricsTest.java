package dev.hayloft.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
    @Test
    void history_ofSecondsThatWentBy_isBoundedAndTheOldestFirst() {
        ServerMetrics metrics = new ServerMetrics();
        assertThat(metrics.history()).isEmpty();
        metrics.tick();
        metrics.end(Operation.PUT, 201, 3_000_000);
        metrics.end(Operation.GET, 404, 1_000_000);
        metrics.records(10);
        metrics.tick();
        List<ServerMetrics.Moment> two = metrics.history();
        assertThat(two).hasSize(2);
        assertThat(two.get(0).rates().puts()).isZero();
        assertThat(two.get(0).p99Micros(Operation.PUT)).isZero();
        assertThat(two.get(1).rates()).isEqualTo(new ServerMetrics.Rates(1, 0, 0, 0, 10));
        assertThat(two.get(1).p99Micros(Operation.PUT)).isBetween(2_900L, 3_500L);
        for (int second = 2; second < ServerMetrics.HISTORY + 1; second++) {
            metrics.tick();
        }
        assertThat(metrics.history()).hasSize(ServerMetrics.HISTORY);
        assertThat(metrics.history().get(0)).isEqualTo(two.get(1));
    }
}
