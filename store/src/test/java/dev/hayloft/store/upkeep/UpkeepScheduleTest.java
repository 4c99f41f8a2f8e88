package dev.hayloft.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import dev.hayloft.store.parity.ParityConfig;
import java.time.Duration;
import java.time.Instant;
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

    private Instant now = MADE;
    private boolean hasWork;
    private UpkeepSchedule schedule = newSchedule();

    private UpkeepSchedule newSchedule() {
        return new UpkeepSchedule(() -> hasWork, jobs, ParityConfig.defaults(), () -> now, MADE);
    }

    private void lookAt(Instant at, boolean isThereWork) {
        now = at;
        hasWork = isThereWork;
        schedule.look();
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

    @Test
    void scrubOfAll_stampedByAClockThatWasAhead_doesNotCount() {
        jobs.end(JobRequest.Kind.SCRUB, Optional.empty(), Job.State.DONE, MADE.plus(Duration.ofDays(1500)));
        lookAt(MADE.plus(EVERY).minusMillis(1), false);
        assertThat(jobs.asked).isEmpty();
        lookAt(MADE.plus(EVERY), false);
        assertThat(jobs.asked).hasSize(1);
    }

    @Test
    void scrubOfAll_ofAStoreMadeWhenTheClockWasAhead_isAskedForAtOnce() {
        lookAt(MADE.minusSeconds(1), false);
        assertThat(jobs.asked).hasSize(1);
    }

    @Test
    void scrubOfAll_thatFailed_isTriedAgainInAnHour() {
        Instant failed = MADE.plus(EVERY);
        jobs.end(JobRequest.Kind.SCRUB, Optional.empty(), Job.State.FAILED, failed);
        lookAt(failed.plusSeconds(3599), false);
        assertThat(jobs.asked).isEmpty();
        lookAt(failed.plusSeconds(3600), false);
        assertThat(jobs.asked).hasSize(1);
    }

    @Test
    void encoding_thatFailed_isAskedForLaterEachTimeUntilItEndsWell() {
        Instant at = MADE;
        for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            lookAt(at, true);
            jobs.endLast(Job.State.FAILED, at);
            lookAt(at, true);
            lookAt(at.plusSeconds(60L * minutes - 1), true);
            assertThat(jobs.list().get(0).state())
                    .as("within %s minutes", minutes)
                    .isEqualTo(Job.State.FAILED);
            at = at.plusSeconds(60L * minutes);
        }
        lookAt(at, true);
        jobs.endLast(Job.State.DONE, at);
        lookAt(at, true);
        jobs.endLast(Job.State.FAILED, at);
        lookAt(at, true);
        assertThat(jobs.asked).hasSize(10);
        lookAt(at.plusSeconds(60), true);
        assertThat(jobs.asked).as("the waiting begins anew").hasSize(11);
    }

    @Test
    void encoding_thatFailedBeforeARestart_isAskedForAtOnce() {
        jobs.end(JobRequest.Kind.ENCODE, Optional.empty(), Job.State.FAILED, MADE);
        schedule = newSchedule();
        lookAt(MADE, true);
        assertThat(jobs.asked).hasSize(1);
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

        /** Of this kind one has ended. */
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
            all.add(0, job);
            return job;
        }

        /** What was asked for last has ended. */
        void endLast(Job.State state, Instant at) {
            Job last = all.remove(0);
            assertThat(last.finishedAt()).isEmpty();
            end(last.kind(), last.volume(), state, at);
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
