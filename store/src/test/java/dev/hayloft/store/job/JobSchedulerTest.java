package dev.hayloft.store.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scheduler where threads, records and tasks fail, and where changes of a job overtake each other. */
@Timeout(60)
class JobSchedulerTest {
    private static final JobTask NOTHING = run -> Job.result(Map.of());

    private final Map<String, Map<String, String>> written = new ConcurrentHashMap<>();
    private Consumer<Map<String, String>> beforeWrite = fields -> {};
    private final JobArchive archive = new JobArchive() {
        @Override
        public void write(String id, Map<String, String> fields) {
            beforeWrite.accept(fields);
            written.put(id, Map.copyOf(fields));
        }

        @Override
        public void delete(String id) {
            written.remove(id);
        }

        @Override
        public Map<String, Map<String, String>> readAll() {
            return new TreeMap<>(written);
        }
    };

    private JobScheduler open(JobTask task, ThreadFactory threads) {
        Map<JobRequest.Kind, JobTask> tasks = new TreeMap<>();
        for (JobRequest.Kind kind : JobRequest.Kind.values()) {
            tasks.put(kind, task);
        }
        return JobScheduler.start(tasks, new JobRecords(archive, "first"), Clock.systemUTC(), threads);
    }

    private static String submit(JobScheduler jobs, JobRequest.Kind kind) {
        return jobs.submit(new JobRequest(kind, Optional.empty(), true)).id();
    }

    private static Job await(JobScheduler jobs, String id, Job.State state) {
        Awaitility.await().until(() -> jobs.find(id).orElseThrow().state() == state);
        return jobs.find(id).orElseThrow();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void submit_whenThreadsAreUsedUp_failsTheJobAndKeepsItsSlot() {
        Queue<Error> failures = new ArrayDeque<>();
        failures.add(new OutOfMemoryError("unable to create native thread"));
        failures.add(new OutOfMemoryError("unable to create native thread"));
        ThreadFactory threads = body -> new Thread(body) {
            @Override
            public synchronized void start() {
                Error failure = failures.poll();
                if (failure != null) {
                    throw failure;
                }
                super.start();
            }
        };
        try (JobScheduler jobs = open(NOTHING, threads)) {
            assertThat(await(jobs, submit(jobs, JobRequest.Kind.SCRUB), Job.State.FAILED)
                            .error())
                    .contains("No thread could be started for it.");
            await(jobs, submit(jobs, JobRequest.Kind.COMPACT), Job.State.FAILED);
            await(jobs, submit(jobs, JobRequest.Kind.SCRUB), Job.State.DONE);
            await(jobs, submit(jobs, JobRequest.Kind.COMPACT), Job.State.DONE);
        }
    }

    @Test
    void run_whoseRecordCannotBeWritten_givesItsSlotBack() {
        beforeWrite = fields -> {
            if (!"QUEUED".equals(fields.get("state"))) {
                throw new StackOverflowError();
            }
        };
        try (JobScheduler jobs = open(NOTHING, Thread::new)) {
            for (int i = 0; i < 3; i++) {
                await(jobs, submit(jobs, JobRequest.Kind.SCRUB), Job.State.DONE);
            }
        }
    }

    @Test
    void pause_whileTheJobEnds_leavesTheRecordOfItsEnd() throws InterruptedException {
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch pausing = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        beforeWrite = fields -> {
            if ("DONE".equals(fields.get("state"))) {
                ended.countDown();
            } else if ("true".equals(fields.get("paused"))) {
                pausing.countDown();
                Awaitility.await() // Long enough for the end to overtake, if it can.
                        .pollDelay(Duration.ofMillis(300))
                        .until(() -> true);
            }
        };
        JobTask task = run -> {
            await(mayEnd);
            return Job.result(Map.of("steps", 1L));
        };
        try (JobScheduler jobs = open(task, Thread::new)) {
            String id = submit(jobs, JobRequest.Kind.SCRUB);
            await(jobs, id, Job.State.RUNNING);
            Thread pause = new Thread(() -> jobs.pause(id));
            pause.start();
            await(pausing);
            mayEnd.countDown();
            pause.join();
            await(ended);
            await(jobs, id, Job.State.DONE);
        }
        assertThat(written.get("1")).containsEntry("state", "DONE").containsKey("result");
        try (JobScheduler jobs = open(NOTHING, Thread::new)) {
            assertThat(jobs.find("1").orElseThrow().state()).isEqualTo(Job.State.DONE);
        }
    }

    @Test
    void cancel_ofAJobThatIsKilledBeforeItsNextStep_isNotForgotten() {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Map<String, Map<String, String>> atTheKill;
        JobTask task = run -> {
            await(mayEnd);
            run.step();
            return Job.result(Map.of());
        };
        try (JobScheduler jobs = open(task, Thread::new)) {
            String id = submit(jobs, JobRequest.Kind.COMPACT);
            await(jobs, id, Job.State.RUNNING);
            jobs.cancel(id);
            atTheKill = Map.copyOf(written);
            mayEnd.countDown();
            await(jobs, id, Job.State.CANCELLED);
        }
        written.clear();
        written.putAll(atTheKill);
        try (JobScheduler jobs = open(NOTHING, Thread::new)) {
            assertThat(jobs.find("1").orElseThrow().state()).isEqualTo(Job.State.CANCELLED);
        }
        assertThat(written.get("1")).containsEntry("state", "CANCELLED");
    }

    @Test
    void submit_besideLongBackgroundWork_beginsAtOnce() {
        CountDownLatch mayEnd = new CountDownLatch(1);
        JobTask task = run -> {
            await(mayEnd);
            return Job.result(Map.of());
        };
        try (JobScheduler jobs = open(task, Thread::new)) {
            await(jobs, submit(jobs, JobRequest.Kind.SCRUB), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.ENCODE), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.COMPACT), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.REPAIR), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.BACKUP), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.REBUILD_INDEX), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.SEAL), Job.State.RUNNING);
            mayEnd.countDown();
        }
    }

    @Test
    void submit_ofLongBackgroundWork_waitsWhileTwoOthersAreAtWork() {
        CountDownLatch mayEnd = new CountDownLatch(1);
        JobTask task = run -> {
            await(mayEnd);
            return Job.result(Map.of());
        };
        try (JobScheduler jobs = open(task, Thread::new)) {
            await(jobs, submit(jobs, JobRequest.Kind.REPAIR), Job.State.RUNNING);
            await(jobs, submit(jobs, JobRequest.Kind.COMPACT), Job.State.RUNNING);
            String encode = submit(jobs, JobRequest.Kind.ENCODE);
            assertThat(jobs.find(encode).orElseThrow().state()).isEqualTo(Job.State.QUEUED);
            mayEnd.countDown();
            await(jobs, encode, Job.State.DONE);
        }
    }

    @Test
    void run_thatFailsWithoutWords_saysWhatFailed() {
        JobTask task = run -> {
            throw new StackOverflowError();
        };
        try (JobScheduler jobs = open(task, Thread::new)) {
            assertThat(await(jobs, submit(jobs, JobRequest.Kind.SEAL), Job.State.FAILED)
                            .error())
                    .contains("java.lang.StackOverflowError");
        }
    }

    @Test
    void run_withAResultThatFitsNoRecord_endsWellWithAPartOfIt() {
        JobTask task = run -> Job.result(Map.of("lost", Collections.nCopies(50_000, Map.of("key", "a".repeat(100)))));
        try (JobScheduler jobs = open(task, Thread::new)) {
            Job job = await(jobs, submit(jobs, JobRequest.Kind.SCRUB), Job.State.DONE);
            assertThat(job.result().orElseThrow()).containsEntry("truncated", true);
        }
        assertThat(written.getOrDefault("1", Map.of()).getOrDefault("result", ""))
                .hasSizeBetween(1, 2 << 20);
        try (JobScheduler jobs = open(task, Thread::new)) {
            assertThat(jobs.find("1").orElseThrow().result().orElseThrow()).containsEntry("truncated", true);
        }
    }
}
