package dev.hayloft.api;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One job that is done, and whatever is asked for is that one. */
final class MemoryJobs implements Jobs {
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:30.123Z");
    private static final Job DONE = new Job(
            "1",
            JobRequest.Kind.SEAL,
            Optional.empty(),
            Job.State.DONE,
            1,
            "done",
            0,
            0,
            NOW,
            Optional.of(NOW),
            Optional.of(NOW),
            Optional.empty(),
            Optional.empty());

    @Override
    public Job submit(JobRequest request) {
        return DONE;
    }

    @Override
    public List<Job> list() {
        return List.of(DONE);
    }

    @Override
    public Optional<Job> find(String id) {
        return id.equals("1") ? Optional.of(DONE) : Optional.empty();
    }

    @Override
    public Job cancel(String id) {
        throw refusal(id);
    }

    @Override
    public Job pause(String id) {
        throw refusal(id);
    }

    @Override
    public Job resume(String id) {
        throw refusal(id);
    }

    @Override
    public Listening listen(Consumer<Job> listener) {
        return () -> {};
    }

    private static RequestException refusal(String id) {
        return id.equals("1")
                ? new RequestException(ErrorCode.CONFLICT, "The job has finished.")
                : new RequestException(ErrorCode.NO_SUCH_JOB, "There is no such job.");
    }
}
