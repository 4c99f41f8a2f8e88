package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.health.HealthCheck;
import dev.hayloft.store.StoreStatus.VolumeCounts;
import org.junit.jupiter.api.Test;

final class VolumeHealthTest {
    @Test
    void volumesThatTheIndexMayLackKeysOf_areToldAndTheCheckIsPassed() {
        assertThat(HayloftApplication.volumes(new VolumeCounts(1, 2, 3, 0, 0)).getMessage())
                .isNull();
        HealthCheck.Result told = HayloftApplication.volumes(new VolumeCounts(1, 2, 3, 0, 1));
        assertThat(told.isHealthy()).isTrue();
        assertThat(told.getMessage()).contains("index rebuild").doesNotContain("damaged");
        assertThat(HayloftApplication.volumes(new VolumeCounts(1, 2, 3, 1, 1)).getMessage())
                .contains("scrub")
                .contains("index rebuild");
    }
}
