package dev.hayloft.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.JobRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoneVolumesTest {
    @Test
    void recall_afterARestart_passesOverWhatIsWholeAndCountsOn() {
        PlainRun run = new PlainRun(JobRequest.Kind.REPAIR, Map.of());
        DoneVolumes before = DoneVolumes.recall(run);
        assertThat(before.contains("0-1")).isFalse();
        before.add("0-1", 0, true);
        before.add("0-2", 0, false);
        before.add("1-7", 3, true);
        DoneVolumes after = DoneVolumes.recall(run);
        assertThat(after.contains("0-1")).isTrue();
        assertThat(after.contains("0-2"))
                .as("what stayed damaged is looked at again")
                .isFalse();
        assertThat(after.contains("1-7")).isTrue();
        assertThat(after.repaired()).isEqualTo(3);
        after.add("1-8", 1, true);
        assertThat(DoneVolumes.recall(run).repaired()).isEqualTo(4);
    }
}
