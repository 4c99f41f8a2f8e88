package dev.hayloft.api.metrics;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The last jobs that looked at everything and put things right, as far as the server still knows of them.
 *
 * @param scrub the last whole scrub
 * @param repair the last repair
 */
public record LastUpkeep(Optional<Job> scrub, Optional<Job> repair) {
    /**
     * Of the jobs that there are. They are told by their order, not by their times, which a clock that was ahead may
     * have stamped.
     *
     * @param jobs the newest first
     */
    public static LastUpkeep of(List<Job> jobs) {
        return new LastUpkeep(
                last(
                        jobs,
                        job -> job.kind() == JobRequest.Kind.SCRUB
                                && job.volume().isEmpty()),
                last(jobs, job -> job.kind() == JobRequest.Kind.REPAIR));
    }

    private static Optional<Job> last(List<Job> jobs, Predicate<Job> which) {
        return jobs.stream()
                .filter(job -> job.state() == Job.State.DONE)
                .filter(which)
                .findFirst();
    }

    /** When a job ended. */
    public static Instant endedAt(Job job) {
        return job.finishedAt().orElse(Instant.EPOCH);
    }

    /** When a job ended, seconds since 1970; 0 for none. */
    static long endSeconds(Optional<Job> job) {
        return job.map(LastUpkeep::endedAt).map(Instant::getEpochSecond).orElse(0L);
    }

    /** A number of a job's result, or how long a list is; 0 for none. */
    public static long figure(Optional<Job> job, String name) {
        Object figure = job.flatMap(Job::result)
                .map(result -> result.getOrDefault(name, 0L))
                .orElse(0L);
        return figure instanceof List<?> list ? list.size() : ((Number) figure).longValue();
    }
}
