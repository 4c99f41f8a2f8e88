package dev.hayloft.store.upkeep;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Whether a job that the store asks for by itself may begin: not while one of its kind is under way, and after one that
 * failed only in a minute, twice as late with each that fails, up to an hour. One that ends well, whoever asked for it,
 * or a restart ends the waiting.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class AutomaticJob {
    private static final Duration WAIT_MIN = Duration.ofMinutes(1);
    private static final Duration WAIT_MAX = Duration.ofHours(1);

    private final JobRequest.Kind kind;
    private final InstantSource clock;
    private Optional<String> seen = Optional.empty(); // The last that ended; none before the first look.
    private boolean hasLooked;
    private Duration wait = Duration.ZERO;
    private Instant endedAt = Instant.EPOCH;

    /** Of this kind. */
    public AutomaticJob(JobRequest.Kind kind, InstantSource clock) {
        this.kind = kind;
        this.clock = clock;
    }

    /**
     * Whether one may begin now.
     *
     * @param jobs all there are, the newest first
     */
    public boolean mayBegin(List<Job> jobs) {
        List<Job> ofKind = jobs.stream().filter(job -> job.kind() == kind).toList();
        Optional<Job> last = ofKind.stream()
                .filter(job -> job.finishedAt().isPresent() && job.volume().isEmpty())
                .findFirst();
        Optional<String> id = last.map(Job::id);
        if (hasLooked && !id.equals(seen)) {
            noteEnd(last.map(Job::state));
        }
        hasLooked = true;
        seen = id;
        boolean isUnderWay = ofKind.stream().anyMatch(job -> job.finishedAt().isEmpty());
        return !isUnderWay && hasWaited();
    }

    private void noteEnd(Optional<Job.State> how) {
        if (how.filter(Job.State.FAILED::equals).isEmpty()) {
            wait = Duration.ZERO;
            return;
        }
        Duration twice = wait.multipliedBy(2);
        wait = twice.compareTo(WAIT_MIN) < 0 ? WAIT_MIN : twice.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : twice;
        endedAt = clock.instant();
    }

    /** A clock that was set back since must not prolong it. */
    private boolean hasWaited() {
        Instant now = clock.instant();
        return !now.isBefore(endedAt.plus(wait)) || now.isBefore(endedAt);
    }
}
