package dev.hayloft.store;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Long work in the background: queued, started by priority, watched, paused, cancelled. What has not ended when the
 * store closes, or dies, goes on at its next start.
 *
 * <p><i>Threads:</i> any; those that change a job may wait for the disk.
 */
public interface Jobs {
    /**
     * Queues a job.
     *
     * @throws dev.hayloft.model.error.RequestException {@code bad-parameter} when the kind needs something else;
     *     {@code too-many-requests} when too many wait
     */
    Job submit(JobRequest request);

    /** The jobs, newest first, at most 1000: those under way and those that ended last. */
    List<Job> list();

    /** One job. */
    Optional<Job> find(String id);

    /**
     * Asks a job to stop between two of its steps.
     *
     * @throws dev.hayloft.model.error.RequestException {@code no-such-job}; {@code conflict} when it has finished
     */
    Job cancel(String id);

    /**
     * Asks a job to wait between two of its steps; a job that waits already goes on waiting.
     *
     * @throws dev.hayloft.model.error.RequestException as {@link #cancel}
     */
    Job pause(String id);

    /**
     * Lets a paused job go on; others go on anyway.
     *
     * @throws dev.hayloft.model.error.RequestException as {@link #cancel}
     */
    Job resume(String id);

    /**
     * Tells of each job that was queued, started, paused, resumed or ended, from now on. The listener is called on the
     * thread that changed the job and must not block; of bytes done it is not told: look at {@link #list}.
     *
     * @return ends the telling
     */
    Listening listen(Consumer<Job> listener);

    /** Counters of background work since the start, each by the end of its metric's name. */
    default SortedMap<String, Long> figures() {
        return Collections.emptySortedMap();
    }

    /** Ends when closed. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
