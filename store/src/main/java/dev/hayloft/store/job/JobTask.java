package dev.hayloft.store.job;

import dev.hayloft.store.JobRequest;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a kind of job does.
 *
 * <p><i>Threads:</i> one job of a kind begins at a time, on a thread of its own, which may block; one that was paused
 * and goes on may find another of its kind at work.
 */
public interface JobTask {
    /**
     * Runs to the end in bounded steps and calls {@link JobRun#step} between any two of them. After a stop of the store
     * in the middle it is called again at the next start, with the same request, and finds what it has
     * {@link JobRun#remember}ed.
     *
     * @return the result, see {@link dev.hayloft.store.Job#result}
     * @throws java.util.concurrent.CancellationException from {@link JobRun#step}, passed on
     */
    SortedMap<String, Object> run(JobRun run);

    /**
     * Counters since the start, each by the end of its metric's name, such as {@code scrub_bytes_total}. Any thread.
     */
    default Map<String, Long> figures() {
        return Map.of();
    }

    /**
     * Looks at a request before it is queued.
     *
     * @throws dev.hayloft.model.error.RequestException when it cannot be done as asked
     */
    default void check(JobRequest request) {}
}
