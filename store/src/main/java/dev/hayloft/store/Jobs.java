package dev.hayloft.store;

import java.util.List;
import java.util.Optional;

/**
 * Background work that an operator starts.
 *
 * <p><i>Threads:</i> any; nothing here blocks.
 */
public interface Jobs {
    /**
     * Queues a job.
     *
     * @throws dev.hayloft.model.error.RequestException {@code bad-parameter} when the kind needs something else
     */
    Job submit(JobRequest request);

    /** Jobs of this run of the server, newest first, at most 1000. */
    List<Job> list();

    /** One job. */
    Optional<Job> find(String id);

    /**
     * Asks a queued or running job to stop between two of its steps.
     *
     * @throws dev.hayloft.model.error.RequestException {@code no-such-job}; {@code conflict} when it has finished
     */
    Job cancel(String id);
}
