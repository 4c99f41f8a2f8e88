package dev.hayloft.store;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.RebuildWatcher;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;

/**
 * Jobs of this run of the server.
 *
 * <p><i>Threads:</i> any; a job itself runs on the background executor.
 */
final class StoreJobs implements Jobs, AutoCloseable {
    private static final Logger LOG = System.getLogger(StoreJobs.class.getName());
    private static final int KEPT_MAX = 1000;
    private static final int QUEUED_MAX = 100;

    private final List<Partition> partitions;
    private final InstantSource clock;
    private final Executor background;
    private final BucketRegistry buckets;
    private final Deque<Running> all = new ArrayDeque<>(); // Guarded by this; newest first.
    private long lastId; // Guarded by this.

    StoreJobs(List<Partition> partitions, BucketRegistry buckets, InstantSource clock, Executor background) {
        this.partitions = partitions;
        this.buckets = buckets;
        this.clock = clock;
        this.background = background;
    }

    @Override
    public Job submit(JobRequest request) {
        List<Partition> targets = targets(request);
        Running job;
        synchronized (this) {
            long queued = all.stream().filter(Running::isUnfinished).count();
            if (queued >= QUEUED_MAX) {
                throw new RequestException(ErrorCode.TOO_MANY_REQUESTS, "Too many jobs are waiting.")
                        .with("jobs", queued);
            }
            lastId++;
            job = new Running(Long.toString(lastId), request.kind(), clock.instant());
            all.addFirst(job);
            while (all.size() > KEPT_MAX) {
                all.removeLast();
            }
        }
        background.execute(() -> run(job, targets));
        return job.snapshot();
    }

    private List<Partition> targets(JobRequest request) {
        if (request.volume().isEmpty()) {
            return partitions;
        }
        String volume = request.volume().get();
        String partition = volume.contains("-") ? volume.substring(0, volume.indexOf('-')) : volume;
        return partitions.stream()
                .filter(candidate -> candidate.config().name().equals(partition))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> new RequestException(ErrorCode.NO_SUCH_VOLUME, "There is no volume of this id.")
                        .with("volume", volume));
    }

    private void run(Running job, List<Partition> targets) {
        if (!job.start(clock.instant())) {
            return;
        }
        try {
            SortedMap<String, Long> result =
                    switch (job.kind) {
                        case SEAL -> seal(job, targets);
                        case REBUILD_INDEX -> rebuild(job, targets);
                    };
            job.end(Job.State.DONE, Optional.of(result), Optional.empty(), clock.instant());
        } catch (CancellationException e) {
            job.end(Job.State.CANCELLED, Optional.empty(), Optional.empty(), clock.instant());
        } catch (RuntimeException | Error e) { // The thread's boundary: a job must not stay "running" for ever.
            LOG.log(Level.ERROR, "Job " + job.id + " failed.", e);
            job.end(Job.State.FAILED, Optional.empty(), Optional.of(String.valueOf(e.getMessage())), clock.instant());
        }
    }

    private static SortedMap<String, Long> seal(Running job, List<Partition> targets) {
        for (Partition partition : targets) {
            job.checkGoOn();
            Futures.await(partition.submit(new Mutation.Seal()));
        }
        return Job.result(Map.of("volumes", (long) targets.size()));
    }

    private SortedMap<String, Long> rebuild(Running job, List<Partition> targets) {
        long total = 0;
        for (Partition partition : targets) {
            total += 2
                    * partition.log().volumes().stream()
                            .mapToLong(volume -> volume.dataEndBytes())
                            .sum();
        }
        job.expect(total, "reading volumes");
        long entries = 0;
        for (Partition partition : targets) {
            entries += partition.rebuildIndex(buckets::isLiving, job);
        }
        return Job.result(Map.of("entries", entries, "partitions", (long) targets.size()));
    }

    @Override
    public synchronized List<Job> list() {
        List<Job> jobs = new ArrayList<>();
        all.forEach(job -> jobs.add(job.snapshot()));
        return Collections.unmodifiableList(jobs);
    }

    @Override
    public Optional<Job> find(String id) {
        return findRunning(id).map(Running::snapshot);
    }

    private synchronized Optional<Running> findRunning(String id) {
        return all.stream().filter(job -> job.id.equals(id)).findFirst();
    }

    @Override
    public Job cancel(String id) {
        Running job = findRunning(id)
                .orElseThrow(() ->
                        new RequestException(ErrorCode.NO_SUCH_JOB, "There is no job of this id.").with("job", id));
        if (!job.cancel(clock.instant())) {
            throw new RequestException(ErrorCode.CONFLICT, "The job has finished already.").with("job", id);
        }
        return job.snapshot();
    }

    /** Asks everything to stop. */
    @Override
    public synchronized void close() {
        all.forEach(job -> job.cancel(clock.instant()));
    }

    /** A job at work. Threads: any, under its own lock. */
    private static final class Running implements RebuildWatcher {
        private final String id;
        private final JobRequest.Kind kind;
        private final Instant createdAt;
        private Job.State state = Job.State.QUEUED;
        private String detail = "waiting";
        private long bytesDone;
        private long bytesTotal;
        private Optional<Instant> startedAt = Optional.empty();
        private Optional<Instant> finishedAt = Optional.empty();
        private Optional<SortedMap<String, Long>> result = Optional.empty();
        private Optional<String> error = Optional.empty();
        private boolean cancelled;

        Running(String id, JobRequest.Kind kind, Instant createdAt) {
            this.id = id;
            this.kind = kind;
            this.createdAt = createdAt;
        }

        synchronized boolean start(Instant now) {
            if (state != Job.State.QUEUED) {
                return false;
            }
            state = Job.State.RUNNING;
            startedAt = Optional.of(now);
            detail = "running";
            return true;
        }

        synchronized void expect(long bytes, String what) {
            bytesTotal = bytes;
            detail = what;
        }

        synchronized void end(
                Job.State how, Optional<SortedMap<String, Long>> figures, Optional<String> reason, Instant now) {
            state = how;
            result = figures;
            error = reason;
            finishedAt = Optional.of(now);
            detail = how.name().toLowerCase(Locale.ROOT);
        }

        synchronized boolean isUnfinished() {
            return finishedAt.isEmpty();
        }

        /** False when it has finished already. */
        synchronized boolean cancel(Instant now) {
            if (finishedAt.isPresent()) {
                return false;
            }
            cancelled = true;
            if (state == Job.State.QUEUED) {
                end(Job.State.CANCELLED, Optional.empty(), Optional.empty(), now);
            }
            return true;
        }

        void checkGoOn() {
            if (isCancelled()) {
                throw new CancellationException("The job was cancelled.");
            }
        }

        @Override
        public synchronized void advance(long bytes) {
            bytesDone += bytes;
        }

        @Override
        public synchronized boolean isCancelled() {
            return cancelled;
        }

        synchronized Job snapshot() {
            double progress =
                    state == Job.State.DONE ? 1 : bytesTotal == 0 ? 0 : Math.min(1, (double) bytesDone / bytesTotal);
            return new Job(
                    id,
                    kind,
                    state,
                    progress,
                    detail,
                    bytesDone,
                    bytesTotal,
                    createdAt,
                    startedAt,
                    finishedAt,
                    result,
                    error);
        }
    }
}
