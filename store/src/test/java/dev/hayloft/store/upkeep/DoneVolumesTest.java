package dev.hayloft.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.JobRequest;
import dev.hayloft.store.job.JobRun;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoneVolumesTest {
    private static final class Remembering implements JobRun {
        private Map<String, String> facts = Map.of();

        @Override
        public JobRequest request() {
            return new JobRequest(JobRequest.Kind.REPAIR, Optional.empty(), true);
        }

        @Override
        public void expect(long bytesTotal, String detail) {}

        @Override
        public void detail(String what) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void step() {}

        @Override
        public boolean isStopping() {
            return false;
        }

        @Override
        public boolean isPaused() {
            return false;
        }

        @Override
        public Map<String, String> remembered() {
            return facts;
        }

        @Override
        public void remember(Map<String, String> remembered) {
            facts = remembered;
        }
    }

    @Test
    void recall_afterARestart_passesOverWhatIsWholeAndCountsOn() {
        Remembering run = new Remembering();
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
