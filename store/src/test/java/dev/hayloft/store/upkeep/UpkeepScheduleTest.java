package dev.hayloft.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import dev.hayloft.store.parity.ParityConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class UpkeepScheduleTest {
    private static final Instant MADE = Instant.parse("2026-11-01T00:00:00Z");
    private static final Duration EVERY = ParityConfig.defaults().scrubEvery();

    private final AskedJobs jobs = new AskedJobs();

    private void lookAt(Instant now, boolean hasWork) {
        new UpkeepSchedule(() -> hasWork, jobs, ParityConfig.defaults(), InstantSource.fixed(now), MADE).look();
    }

    @Test
    void scrub_isAskedForOnceItsTimeHasCome() {
        lookAt(MADE.plus(EVERY).minusMillis(1), false);
        assertThat(jobs.asked).isEmpty();
        lookAt(MADE.plus(EVERY), false);
        lookAt(MADE.plus(EVERY).plusSeconds(1), false); // It waits already.
        assertThat(jobs.asked).containsExactly(new JobRequest(JobRequest.Kind.SCRUB, Optional.empty(), true));
    }

    @ParameterizedTest
    @EnumSource(
            value = Job.State.class,
            names = {"DONE", "FAILED", "CANCELLED"})
    void scrubOfOneVolume_howeverItEnded_putsOffNoScrubOfAll(Job.State state) {
        Instant due = MADE.plus(EVERY);
        jobs.end(JobRequest.Kind.SCRUB, Optional.of("0-1"), state, due.minusSeconds(5));
        lookAt(due, false);
        assertThat(jobs.asked).hasSize(1);
    }

    @Test
    void scrubOfAll_isNotAskedForAgainBeforeItsTime() {
        Instant last = MADE.plus(EVERY);
        jobs.end(JobRequest.Kind.SCRUB, Optional.empty(), Job.State.DONE, last);
        lookAt(last.plus(EVERY).minusMillis(1), false);
        assertThat(jobs.asked).isEmpty();
        lookAt(last.plus(EVERY), false);
        assertThat(jobs.asked).hasSize(1);
    }

    @Test
    void encoding_isAskedForWhileThereIsWorkAndNoneIsUnderWay() {
        lookAt(MADE, false);
        assertThat(jobs.asked).isEmpty();
        lookAt(MADE, true);
        lookAt(MADE, true);
        assertThat(jobs.asked).containsExactly(new JobRequest(JobRequest.Kind.ENCODE, Optional.empty(), false));
    }

    /** Remembers what was asked for, and does none of it. */
    private static final class AskedJobs implements Jobs {
        private final List<JobRequest> asked = new ArrayList<>();
        private final List<Job> all = new ArrayList<>();

        @Override
        public Job submit(JobRequest request) {
            asked.add(request);
            return add(request.kind(), request.volume(), Job.State.QUEUED, MADE, Optional.empty());
        }

        void end(JobRequest.Kind kind, Optional<String> volume, Job.State state, Instant at) {
            add(kind, volume, state, at, Optional.of(at));
        }

        private Job add(
                JobRequest.Kind kind, Optional<String> volume, Job.State state, Instant at, Optional<Instant> end) {
            Job job = new Job(
                    Integer.toString(all.size()),
                    kind,
                    volume,
                    state,
                    0,
                    "",
                    0,
                    0,
                    at,
                    end,
                    end,
                    Optional.empty(),
                    Optional.empty());
            all.add(job);
            return job;
        }

        @Override
        public List<Job> list() {
            return List.copyOf(all);
        }

        @Override
        public Optional<Job> find(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Job cancel(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Job pause(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Job resume(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Listening listen(Consumer<Job> listener) {
            throw new UnsupportedOperationException();
        }
    }
}
