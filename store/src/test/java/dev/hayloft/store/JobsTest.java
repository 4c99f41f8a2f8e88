package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.job.JobArchive;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.job.JobScheduler;
import dev.hayloft.store.job.JobTask;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scheduler with tasks that a test holds and lets go, step by step. */
@Timeout(60)
class JobsTest {
    private String incarnation = "first";
    private final Semaphore steps = new Semaphore(0);
    private final ConcurrentLinkedQueue<String> started = new ConcurrentLinkedQueue<>();
    private final Map<String, Map<String, String>> records = new ConcurrentHashMap<>();
    private final JobArchive archive = new JobArchive() {
        @Override
        public void write(String id, Map<String, String> fields) {
            records.put(id, Map.copyOf(fields));
        }

        @Override
        public void delete(String id) {
            records.remove(id);
        }

        @Override
        public Map<String, Map<String, String>> readAll() {
            return new TreeMap<>(records);
        }
    };

    /** Three steps, each of which the test allows. */
    private SortedMap<String, Object> work(JobRun run) {
        started.add(run.request().kind().wireName());
        int from = Integer.parseInt(run.remembered().getOrDefault("done", "0"));
        run.expect(3, "counting");
        for (int step = from; step < 3; step++) {
            while (!steps.tryAcquire()) {
                run.step();
                Thread.onSpinWait();
            }
            run.advance(1);
            run.remember(Map.of("done", Integer.toString(step + 1)));
        }
        return Job.result(Map.of("steps", 3L - from, "damaged", List.of(Map.of("key", "a\n\"ä", "lost", true))));
    }

    private JobScheduler open() {
        Map<JobRequest.Kind, JobTask> tasks = new TreeMap<>();
        for (JobRequest.Kind kind : JobRequest.Kind.values()) {
            if (kind != JobRequest.Kind.ENCODE) {
                tasks.put(kind, this::work);
            }
        }
        return JobScheduler.start(tasks, archive, Clock.systemUTC(), incarnation);
    }

    private static JobRequest request(JobRequest.Kind kind) {
        return new JobRequest(kind, Optional.empty(), true);
    }

    private static Job await(JobScheduler jobs, String id, Job.State state) {
        Awaitility.await().until(() -> jobs.find(id).orElseThrow().state() == state);
        return jobs.find(id).orElseThrow();
    }

    private static void assertRefused(Runnable call, ErrorCode code) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    @Test
    void submit_severalKinds_runsOneOfAKind() {
        try (JobScheduler jobs = open()) {
            Job first = jobs.submit(request(JobRequest.Kind.SCRUB));
            Job second = jobs.submit(request(JobRequest.Kind.SCRUB));
            Job third = jobs.submit(request(JobRequest.Kind.COMPACT));
            await(jobs, first.id(), Job.State.RUNNING);
            await(jobs, third.id(), Job.State.RUNNING);
            assertThat(jobs.find(second.id()).orElseThrow().state()).isEqualTo(Job.State.QUEUED);
            steps.release(9);
            Job done = await(jobs, second.id(), Job.State.DONE);
            await(jobs, third.id(), Job.State.DONE);
            assertThat(done.progress()).isEqualTo(1.0);
            assertThat(started).hasSize(3);
            assertThat(jobs.list()).extracting(Job::id).containsExactly("3", "2", "1");
        }
    }

    @Test
    void pause_ofARunningJob_letsOthersRunUntilItIsResumed() {
        try (JobScheduler jobs = open()) {
            Job paused = jobs.submit(request(JobRequest.Kind.COMPACT));
            await(jobs, paused.id(), Job.State.RUNNING);
            jobs.pause(paused.id());
            await(jobs, paused.id(), Job.State.PAUSED);
            Job other = jobs.submit(request(JobRequest.Kind.COMPACT));
            await(jobs, other.id(), Job.State.RUNNING);
            steps.release(3);
            await(jobs, other.id(), Job.State.DONE);
            assertThat(jobs.find(paused.id()).orElseThrow().state()).isEqualTo(Job.State.PAUSED);
            steps.release(3);
            jobs.resume(paused.id());
            await(jobs, paused.id(), Job.State.DONE);
        }
    }

    @Test
    void pause_ofAJobWithSeveralThreads_stopsAndResumesThemAll() {
        AtomicInteger round = new AtomicInteger();
        AtomicIntegerArray reached = new AtomicIntegerArray(2);
        AtomicBoolean isEnough = new AtomicBoolean();
        JobTask task = run -> {
            List<SideBySide.Lane> lanes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int lane = i;
                lanes.add(isOtherFailed -> {
                    while (!isEnough.get()) {
                        run.step();
                        reached.set(lane, round.get());
                        Thread.onSpinWait();
                    }
                });
            }
            SideBySide.run("two", 2, lanes);
            return Job.result(Map.of());
        };
        Map<JobRequest.Kind, JobTask> tasks = Map.of(JobRequest.Kind.COMPACT, task, JobRequest.Kind.SEAL, this::work);
        try (JobScheduler jobs = JobScheduler.start(tasks, archive, Clock.systemUTC(), incarnation)) {
            String id = jobs.submit(request(JobRequest.Kind.COMPACT)).id();
            for (int i = 1; i < 5; i++) {
                round.set(i);
                int now = i;
                Awaitility.await().until(() -> reached.get(0) == now && reached.get(1) == now);
                jobs.pause(id);
                await(jobs, id, Job.State.PAUSED);
                steps.release(3);
                await(jobs, jobs.submit(request(JobRequest.Kind.SEAL)).id(), Job.State.DONE);
                jobs.resume(id);
                await(jobs, id, Job.State.RUNNING);
            }
            isEnough.set(true);
            await(jobs, id, Job.State.DONE);
        }
    }

    @Test
    void lanes_ofWhichOneFails_endWithItsFailure() {
        SideBySide.Lane failing = isOtherFailed -> {
            throw new IllegalStateException("the one that failed");
        };
        SideBySide.Lane patient = isOtherFailed -> {
            while (!isOtherFailed.getAsBoolean()) {
                Thread.onSpinWait();
            }
            throw new CancellationException("the one that was asked to stop");
        };
        assertThatThrownBy(() -> SideBySide.run("three", 2, List.of(patient, failing, patient)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the one that failed");
    }

    @Test
    void cancel_whereverTheJobIs_endsItOnce() {
        try (JobScheduler jobs = open()) {
            Job running = jobs.submit(request(JobRequest.Kind.COMPACT));
            Job queued = jobs.submit(request(JobRequest.Kind.COMPACT));
            Job paused = jobs.submit(request(JobRequest.Kind.SCRUB));
            await(jobs, running.id(), Job.State.RUNNING);
            await(jobs, paused.id(), Job.State.RUNNING);
            jobs.pause(paused.id());
            await(jobs, paused.id(), Job.State.PAUSED);
            for (Job job : List.of(queued, running, paused)) {
                jobs.cancel(job.id());
                await(jobs, job.id(), Job.State.CANCELLED);
                assertRefused(() -> jobs.cancel(job.id()), ErrorCode.CONFLICT);
            }
            assertRefused(() -> jobs.cancel("99"), ErrorCode.NO_SUCH_JOB);
            assertRefused(() -> jobs.submit(request(JobRequest.Kind.ENCODE)), ErrorCode.BAD_PARAMETER);
        }
    }

    @Test
    void close_withJobsUnderWay_goesOnWithThemAtTheNextStart() {
        String running;
        String paused;
        try (JobScheduler jobs = open()) {
            running = jobs.submit(request(JobRequest.Kind.COMPACT)).id();
            paused = jobs.submit(request(JobRequest.Kind.SCRUB)).id();
            jobs.pause(paused);
            await(jobs, paused, Job.State.PAUSED);
            steps.release(1);
            Awaitility.await()
                    .until(() -> jobs.find(running).orElseThrow().bytesDone() == 1 && steps.availablePermits() == 0);
        }
        try (JobScheduler jobs = open()) {
            steps.release(2);
            Job done = await(jobs, running, Job.State.DONE);
            assertThat(done.result().orElseThrow()).containsEntry("steps", 2L);
            assertThat(jobs.find(paused).orElseThrow().state()).isEqualTo(Job.State.PAUSED);
            steps.release(3);
            jobs.resume(paused);
            await(jobs, paused, Job.State.DONE);
        }
        try (JobScheduler jobs = open()) {
            assertThat(jobs.find(running).orElseThrow().result().orElseThrow())
                    .containsEntry("steps", 2L)
                    .containsEntry("damaged", List.of(Map.of("key", "a\n\"ä", "lost", true)));
            assertThat(jobs.submit(request(JobRequest.Kind.SEAL)).id()).isEqualTo("3");
        }
    }

    @Test
    void start_ofARestoredStore_endsTheJobsOfTheOther() {
        String id;
        try (JobScheduler jobs = open()) {
            id = jobs.submit(request(JobRequest.Kind.BACKUP)).id();
            await(jobs, id, Job.State.RUNNING);
        }
        incarnation = "second";
        try (JobScheduler jobs = open()) {
            assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(Job.State.CANCELLED);
        }
        try (JobScheduler jobs = open()) {
            assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(Job.State.CANCELLED);
        }
    }

    @Test
    void history_ofManyFailedJobs_keepsTheLastOfEachKind() {
        steps.release(6);
        try (JobScheduler jobs = open()) {
            await(jobs, jobs.submit(request(JobRequest.Kind.SCRUB)).id(), Job.State.DONE);
            await(jobs, jobs.submit(request(JobRequest.Kind.COMPACT)).id(), Job.State.DONE);
        }
        Awaitility.await().until(() -> records.size() == 2);
        records.put("3", compactionWith("kind", "backup"));
        records.put("4", compactionWith("kind", "backup"));
        for (int id = 5; id <= 1100; id++) {
            records.put(Integer.toString(id), compactionWith("state", "FAILED"));
        }
        try (JobScheduler jobs = open()) {
            jobs.submit(request(JobRequest.Kind.SEAL));
            assertThat(jobs.list()).hasSize(1000);
            assertThat(jobs.find("1"))
                    .hasValueSatisfying(scrub -> assertThat(scrub.kind()).isEqualTo(JobRequest.Kind.SCRUB));
            assertThat(jobs.find("2")).as("the last compaction that was done").isPresent();
            assertThat(jobs.find("3")).as("the last but one backup").isPresent();
            assertThat(jobs.find("5")).isEmpty();
            assertThat(records).hasSize(1000).containsKey("1");
        }
    }

    private Map<String, String> compactionWith(String name, String value) {
        Map<String, String> changed = new TreeMap<>(records.getOrDefault("2", Map.of()));
        changed.put(name, value);
        return changed;
    }

    @Test
    void listen_toAJob_tellsOfEachChange() {
        ConcurrentLinkedQueue<Job.State> states = new ConcurrentLinkedQueue<>();
        try (JobScheduler jobs = open();
                Jobs.Listening listening = jobs.listen(job -> states.add(job.state()))) {
            steps.release(3);
            Job job = jobs.submit(request(JobRequest.Kind.SEAL));
            await(jobs, job.id(), Job.State.DONE);
            Awaitility.await().until(() -> states.contains(Job.State.DONE));
            assertThat(listening).isNotNull();
        }
        assertThat(states).containsExactly(Job.State.QUEUED, Job.State.RUNNING, Job.State.DONE);
    }
}
