package dev.hayloft.store.job;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * The one scheduler of jobs. Which run at a time is told by {@link JobSlots}; a paused one does not count, and goes on
 * at once when it is resumed: others may be waiting for what it holds.
 *
 * <p><i>Durability:</i> a job's record is written when it is queued, paused, resumed, cancelled, remembered and ended.
 * A record that says "running" at a start belongs to a job that a stop cut off: it is queued again, or has ended when
 * it was cancelled.
 *
 * <p><i>Threads:</i> any; each job has a thread of its own while it runs. The scheduler's lock is not held while a
 * record is written.
 */
public final class JobScheduler implements Jobs, AutoCloseable {
    private static final Logger LOG = System.getLogger(JobScheduler.class.getName());
    private static final int UNFINISHED_MAX = 100;
    private static final int REASON_CHARS_MAX = 10_000;

    /** How long a stop waits for a job before it says so, again and again. */
    private static final long WAITING_MILLIS = 5000;

    private final Map<JobRequest.Kind, JobTask> tasks;
    private final JobRecords records;
    private final InstantSource clock;
    private final ThreadFactory factory;
    private final TreeMap<Long, ScheduledJob> all = new TreeMap<>(Comparator.reverseOrder()); // Guarded by this.
    private final Set<ScheduledJob> running = new HashSet<>(); // Guarded by this; paused ones are not in it.
    private final Map<Thread, ScheduledJob> threads = new LinkedHashMap<>(); // Guarded by this.
    private final List<Consumer<Job>> listeners = new CopyOnWriteArrayList<>();
    private boolean closed; // Guarded by this.

    private JobScheduler(
            Map<JobRequest.Kind, JobTask> tasks, JobRecords records, InstantSource clock, ThreadFactory factory) {
        this.tasks = Map.copyOf(tasks);
        this.records = records;
        this.clock = clock;
        this.factory = factory;
    }

    /**
     * Reads the records and goes on with what had not ended.
     *
     * @param incarnation of the store: jobs of another one, which this was restored from, do not go on
     */
    public static JobScheduler start(
            Map<JobRequest.Kind, JobTask> tasks, JobArchive archive, InstantSource clock, String incarnation) {
        return start(tasks, new JobRecords(archive, incarnation), clock, Thread::new);
    }

    /** As above, with threads of somebody's making. */
    static JobScheduler start(
            Map<JobRequest.Kind, JobTask> tasks, JobRecords records, InstantSource clock, ThreadFactory factory) {
        JobScheduler scheduler = new JobScheduler(tasks, records, clock, factory);
        scheduler.takeUp();
        scheduler.startNext();
        return scheduler;
    }

    private synchronized void takeUp() {
        records.readAll().forEach((id, fields) -> {
            try {
                ScheduledJob.decode(id, fields).ifPresent(job -> takeUp(job, fields));
            } catch (CorruptionException | IllegalArgumentException e) {
                LOG.log(Level.WARNING, "The record of job " + id + " is damaged, and the job is forgotten.", e);
            }
        });
        for (ScheduledJob job : all.values()) {
            if (!job.isFinished()) {
                job.state(job.isPaused() ? Job.State.PAUSED : Job.State.QUEUED);
                LOG.log(
                        Level.INFO,
                        "Job {0} ({1}) goes on.",
                        job.id(),
                        job.request().kind().wireName());
            }
        }
    }

    private void takeUp(ScheduledJob job, Map<String, String> fields) {
        boolean areOurs = records.areOurs(fields);
        if (!job.isFinished() && (!areOurs || job.isCancelled())) {
            Optional<String> reason = areOurs
                    ? Optional.empty()
                    : Optional.of("It was a job of the store that this one was restored from.");
            job.end(Job.State.CANCELLED, Optional.empty(), reason, clock.instant());
            records.keep(job);
        }
        all.put(Long.parseLong(job.id()), job);
    }

    @Override
    public Job submit(JobRequest request) {
        JobTask task = tasks.get(request.kind());
        if (task == null) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "This version does not have this kind of job.")
                    .with("parameter", "kind")
                    .with("value", request.kind().wireName());
        }
        task.check(request);
        ScheduledJob job;
        synchronized (this) {
            requireOpen();
            long waiting =
                    all.values().stream().filter(other -> !other.isFinished()).count();
            if (waiting >= UNFINISHED_MAX) {
                throw new RequestException(ErrorCode.TOO_MANY_REQUESTS, "Too many jobs are waiting.")
                        .with("jobs", waiting);
            }
            long id = all.isEmpty() ? 1 : all.firstKey() + 1;
            job = new ScheduledJob(Long.toString(id), request, clock.instant());
            all.put(id, job);
        }
        records.keep(job);
        takeSuperfluous().forEach(records::forget);
        Job queued = job.snapshot();
        tell(job);
        startNext();
        return queued;
    }

    private synchronized List<ScheduledJob> takeSuperfluous() {
        return JobHistory.takeSuperfluous(all);
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The store is closing.");
        }
    }

    private void tell(ScheduledJob job) {
        Job snapshot = job.snapshot();
        for (Consumer<Job> listener : listeners) {
            try {
                listener.accept(snapshot);
            } catch (RuntimeException | Error e) { // The boundary to others: a listener's fault is not the job's.
                LOG.log(Level.WARNING, "A listener for jobs failed.", e);
            }
        }
    }

    /** Starts what may start now; what cannot be given a thread has failed. */
    private void startNext() {
        boolean isMore = true;
        while (isMore) {
            Optional<ScheduledJob> next;
            boolean hasThread;
            synchronized (this) {
                threads.keySet().removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
                next = closed ? Optional.empty() : JobSlots.next(all.values(), running, tasks.keySet());
                hasThread = next.filter(this::begin).isPresent();
            }
            if (next.isPresent() && !hasThread) {
                end(next.get(), Job.State.FAILED, Optional.empty(), Optional.of("No thread could be started for it."));
            }
            isMore = next.isPresent();
        }
    }

    /** Gives a job its thread; false when there is none, and then all is as before. Under the lock. */
    private boolean begin(ScheduledJob job) {
        Optional<Thread> thread = Optional.empty();
        try {
            thread = Optional.of(factory.newThread(() -> run(job)));
            thread.get().setName("hayloft-job-" + job.id());
            thread.get().setDaemon(true);
            running.add(job);
            threads.put(thread.get(), job);
            job.begin(clock.instant());
            thread.get().start();
            return true;
        } catch (RuntimeException | Error e) { // The machine's limit of threads, as a rule: it must not cost the slot.
            LOG.log(Level.ERROR, "No thread could be started for job " + job.id() + ".", e);
            running.remove(job);
            thread.ifPresent(threads::remove);
            return false;
        }
    }

    private void run(ScheduledJob job) {
        try {
            tell(job);
            records.keep(job);
            work(job);
        } finally { // Whatever comes up: a slot that is not given back is lost until a restart.
            synchronized (this) {
                running.remove(job);
                notifyAll();
            }
            startNext();
        }
    }

    private void work(ScheduledJob job) {
        try {
            SortedMap<String, Object> result = task(job).run(new Run(job));
            end(job, Job.State.DONE, Optional.of(result), Optional.empty());
        } catch (CancellationException e) {
            if (job.isCancelled()) {
                end(job, Job.State.CANCELLED, Optional.empty(), Optional.empty());
            } else {
                job.state(Job.State.QUEUED); // The store closes: the next start goes on.
            }
        } catch (RuntimeException | Error e) { // The thread's boundary: a job must not stay "running" for ever.
            if (isClosed()) {
                LOG.log(
                        Level.WARNING,
                        "Job " + job.id() + " was cut off by the stop and goes on at the next start.",
                        e);
                job.state(Job.State.QUEUED);
            } else {
                LOG.log(Level.ERROR, "Job " + job.id() + " failed.", e);
                end(job, Job.State.FAILED, Optional.empty(), Optional.of(reason(e)));
            }
        }
    }

    /** In words: those of the store say it all, of others the name is a part, and sometimes all there is. */
    private static String reason(Throwable failure) {
        String words = String.valueOf(failure instanceof HayloftException ? failure.getMessage() : failure);
        return words.substring(0, Math.min(words.length(), REASON_CHARS_MAX));
    }

    private JobTask task(ScheduledJob job) {
        JobTask task = tasks.get(job.request().kind());
        if (task == null) {
            throw new IllegalStateException("a job without a task was started");
        }
        return task;
    }

    private void end(
            ScheduledJob job, Job.State how, Optional<SortedMap<String, Object>> result, Optional<String> error) {
        job.end(how, result, error, clock.instant());
        records.keep(job);
        tell(job);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized List<Job> list() {
        return all.values().stream().map(ScheduledJob::snapshot).toList();
    }

    @Override
    public Optional<Job> find(String id) {
        return findScheduled(id).map(ScheduledJob::snapshot);
    }

    private synchronized Optional<ScheduledJob> findScheduled(String id) {
        return all.values().stream().filter(job -> job.id().equals(id)).findFirst();
    }

    private ScheduledJob require(String id) {
        return findScheduled(id)
                .orElseThrow(() ->
                        new RequestException(ErrorCode.NO_SUCH_JOB, "There is no job of this id.").with("job", id));
    }

    private static void requireUnfinished(boolean isIt, ScheduledJob job) {
        if (!isIt) {
            throw new RequestException(ErrorCode.CONFLICT, "The job has finished already.").with("job", job.id());
        }
    }

    @Override
    public Job cancel(String id) {
        ScheduledJob job = require(id);
        boolean waits;
        synchronized (this) {
            requireOpen();
            requireUnfinished(job.cancel(), job);
            waits = job.state() == Job.State.QUEUED || (job.state() == Job.State.PAUSED && !hasThread(job));
            notifyAll();
        }
        if (waits) {
            end(job, Job.State.CANCELLED, Optional.empty(), Optional.empty());
        } else {
            records.keep(job); // A kill before the job's next step must not let it go on.
        }
        return job.snapshot();
    }

    /** Under the lock. */
    private boolean hasThread(ScheduledJob job) {
        return threads.entrySet().stream()
                .anyMatch(entry -> entry.getValue() == job && entry.getKey().getState() != Thread.State.TERMINATED);
    }

    @Override
    public Job pause(String id) {
        ScheduledJob job = require(id);
        synchronized (this) {
            requireOpen();
            requireUnfinished(job.paused(true), job);
            if (job.state() == Job.State.QUEUED) {
                job.state(Job.State.PAUSED);
            }
        }
        records.keep(job);
        tell(job);
        return job.snapshot();
    }

    @Override
    public Job resume(String id) {
        ScheduledJob job = require(id);
        synchronized (this) {
            requireOpen();
            requireUnfinished(job.paused(false), job);
            if (job.state() == Job.State.PAUSED && !hasThread(job)) {
                job.state(Job.State.QUEUED);
            }
            notifyAll();
        }
        records.keep(job);
        tell(job);
        startNext();
        return job.snapshot();
    }

    @Override
    public SortedMap<String, Long> figures() {
        SortedMap<String, Long> figures = new TreeMap<>();
        tasks.values().forEach(task -> figures.putAll(task.figures()));
        return figures;
    }

    @Override
    public Listening listen(Consumer<Job> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /**
     * Stops every job between two of its steps and waits for that, however long the step takes: the store must not
     * close below a job. What has not ended goes on at the next start.
     */
    @Override
    public void close() {
        Map<Thread, ScheduledJob> last;
        synchronized (this) {
            closed = true;
            notifyAll();
            last = Map.copyOf(threads);
        }
        boolean interrupted = false;
        for (Map.Entry<Thread, ScheduledJob> each : last.entrySet()) {
            while (each.getKey().isAlive()) {
                try {
                    each.getKey().join(WAITING_MILLIS);
                    if (each.getKey().isAlive()) {
                        Job job = each.getValue().snapshot();
                        String kind = job.kind().wireName();
                        LOG.log(Level.INFO, "The stop waits for job {0} ({1}): {2}.", job.id(), kind, job.detail());
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a job sees of the scheduler. */
    private final class Run implements JobRun {
        private final ScheduledJob job;

        Run(ScheduledJob job) {
            this.job = job;
        }

        @Override
        public JobRequest request() {
            return job.request();
        }

        @Override
        public void expect(long bytesTotal, String detail) {
            job.expect(bytesTotal, detail);
        }

        @Override
        public void detail(String what) {
            job.detail(what);
        }

        @Override
        public void advance(long bytes) {
            job.advance(bytes);
        }

        @Override
        public void step() {
            boolean waited = awaitResumed();
            if (isStopping()) {
                throw new CancellationException("The job was cancelled.");
            }
            if (waited) {
                tell(job);
            }
        }

        /** Waits while the job is paused; answers whether it did. */
        private boolean awaitResumed() {
            if (!job.isPaused()) {
                return false;
            }
            synchronized (JobScheduler.this) {
                if (!job.isPaused()) {
                    return false; // Resumed meanwhile, and another of its threads may be at work again.
                }
                running.remove(job);
                job.state(Job.State.PAUSED);
            }
            tell(job);
            startNext();
            synchronized (JobScheduler.this) {
                boolean interrupted = false;
                while (!isStopping() && job.isPaused()) {
                    try {
                        JobScheduler.this.wait();
                    } catch (InterruptedException e) {
                        interrupted = true; // Nobody interrupts jobs; whoever does is told at the end.
                    }
                }
                running.add(job);
                job.state(Job.State.RUNNING);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            return true;
        }

        @Override
        public boolean isStopping() {
            return job.isCancelled() || isClosed();
        }

        @Override
        public boolean isPaused() {
            return job.isPaused();
        }

        @Override
        public Map<String, String> remembered() {
            return job.facts();
        }

        @Override
        public void remember(Map<String, String> facts) {
            job.facts(facts);
            records.keep(job);
        }
    }
}
