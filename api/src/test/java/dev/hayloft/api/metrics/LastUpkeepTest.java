package dev.hayloft.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LastUpkeepTest {
    private static final Map<String, Object> WHOLE =
            Map.of("checkedBytes", 70L, "damaged", List.of("a", "b"), "lost", List.of("a"), "orphans", List.of());

    @Test
    void of_manyJobs_isTheLastWholeScrubAndTheLastRepair() {
        LastUpkeep last = LastUpkeep.of(List.of(
                job("new", JobRequest.Kind.SCRUB, Job.State.DONE, 50, WHOLE),
                job("old", JobRequest.Kind.SCRUB, Job.State.DONE, 40, WHOLE),
                ofVolume(job("one-volume", JobRequest.Kind.SCRUB, Job.State.DONE, 60, Map.of("checkedBytes", 7L))),
                job("stopped", JobRequest.Kind.SCRUB, Job.State.CANCELLED, 70, WHOLE),
                job("repair", JobRequest.Kind.REPAIR, Job.State.DONE, 45, Map.of("repaired", List.of("s"))),
                job("encode", JobRequest.Kind.ENCODE, Job.State.DONE, 80, Map.of("repaired", 3L))));
        assertThat(last.scrub().map(Job::id)).contains("new");
        assertThat(last.repair().map(Job::id)).contains("repair");
        assertThat(LastUpkeep.endSeconds(last.scrub())).isEqualTo(50);
        assertThat(LastUpkeep.figure(last.scrub(), "checkedBytes")).isEqualTo(70);
        assertThat(LastUpkeep.figure(last.scrub(), "damaged")).isEqualTo(2);
        assertThat(LastUpkeep.figure(last.repair(), "repaired")).isEqualTo(1);
    }

    @Test
    void of_aScrubStampedByAClockThatWasAhead_isTheOneThatCameBehindIt() {
        LastUpkeep last = LastUpkeep.of(List.of(
                job("behind", JobRequest.Kind.SCRUB, Job.State.DONE, 50, WHOLE),
                job("ahead", JobRequest.Kind.SCRUB, Job.State.DONE, 5000, WHOLE)));
        assertThat(last.scrub().map(Job::id)).contains("behind");
    }

    @Test
    void of_noJobs_isNever() {
        LastUpkeep last = LastUpkeep.of(List.of());
        assertThat(last).isEqualTo(new LastUpkeep(Optional.empty(), Optional.empty()));
        assertThat(LastUpkeep.endSeconds(last.scrub())).isZero();
        assertThat(LastUpkeep.figure(last.scrub(), "damaged")).isZero();
    }

    private static Job ofVolume(Job job) {
        return new Job(
                job.id(),
                job.kind(),
                Optional.of("0-1"),
                job.state(),
                job.progress(),
                job.detail(),
                job.bytesDone(),
                job.bytesTotal(),
                job.createdAt(),
                job.startedAt(),
                job.finishedAt(),
                job.result(),
                job.error());
    }

    private static Job job(
            String id, JobRequest.Kind kind, Job.State state, long endSeconds, Map<String, Object> result) {
        Instant end = Instant.ofEpochSecond(endSeconds);
        return new Job(
                id,
                kind,
                Optional.empty(),
                state,
                1,
                "done",
                0,
                0,
                end,
                Optional.of(end),
                Optional.of(end),
                Optional.of(new TreeMap<>(result)),
                Optional.empty());
    }
}
