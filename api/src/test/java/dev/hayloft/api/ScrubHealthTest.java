package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.health.HealthCheck;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A late scrub is told, and the check is passed: nobody is kept from being served. */
class ScrubHealthTest {
    private static final Duration EVERY = Duration.ofDays(7);
    private static final Instant END = Instant.parse("2026-11-01T10:00:00Z");

    @Test
    void scrub_longerAgoThanTwiceItsTime_isTold() {
        HealthCheck.Result late =
                at(List.of(scrub(Optional.empty())), EVERY.multipliedBy(2).plusSeconds(1));
        assertThat(late.isHealthy()).isTrue();
        assertThat(late.getMessage()).contains("2026-11-01T10:00:00Z").contains("hayloft scrub");
    }

    @Test
    void scrub_inItsTime_isNotTold() {
        assertThat(at(List.of(scrub(Optional.empty())), EVERY.multipliedBy(2)).getMessage())
                .isNull();
    }

    @Test
    void scrub_ofOneVolume_doesNotCount() {
        List<Job> jobs = List.of(scrub(Optional.of("0-1")));
        assertThat(at(jobs, EVERY.multipliedBy(9)).getMessage()).isNull();
    }

    private static HealthCheck.Result at(List<Job> jobs, Duration later) {
        return HayloftApplication.scrub(jobs, EVERY, END.plus(later));
    }

    private static Job scrub(Optional<String> volume) {
        return new Job(
                "1",
                JobRequest.Kind.SCRUB,
                volume,
                Job.State.DONE,
                1,
                "done",
                0,
                0,
                END,
                Optional.of(END),
                Optional.of(END),
                Optional.of(new TreeMap<>()),
                Optional.empty());
    }
}
