package dev.hayloft.store.upkeep;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import dev.hayloft.store.parity.ParityConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Asks for encoding and scrubbing when they are due.
 *
 * <p><i>Threads:</i> one at a time, the store's periodic ones.
 */
public final class UpkeepSchedule {
    private static final Duration INTERVAL_MAX = Duration.ofMinutes(1);
    private static final Duration INTERVAL_MIN = Duration.ofSeconds(1);

    /** How soon a scrub that failed is tried again. */
    private static final Duration SCRUB_AGAIN = Duration.ofHours(1);

    private final BooleanSupplier hasWork;
    private final Jobs jobs;
    private final ParityConfig config;
    private final InstantSource clock;
    private final Instant storeMadeAt;
    private final AutomaticJob encoding;

    /**
     * A schedule.
     *
     * @param hasWork whether a volume is due to be encoded
     * @param storeMadeAt from when the first scrub is counted
     */
    public UpkeepSchedule(
            BooleanSupplier hasWork, Jobs jobs, ParityConfig config, InstantSource clock, Instant storeMadeAt) {
        this.hasWork = hasWork;
        this.jobs = jobs;
        this.config = config;
        this.clock = clock;
        this.storeMadeAt = storeMadeAt;
        this.encoding = new AutomaticJob(JobRequest.Kind.ENCODE, clock);
    }

    /** How often to look: a small part of the shortest time that matters. */
    public Duration interval() {
        Duration shortest = config.after().compareTo(config.scrubEvery()) < 0 ? config.after() : config.scrubEvery();
        Duration part = shortest.dividedBy(4);
        return part.compareTo(INTERVAL_MIN) < 0 ? INTERVAL_MIN : part.compareTo(INTERVAL_MAX) > 0 ? INTERVAL_MAX : part;
    }

    /** Submits what is due and does not wait already. */
    public void look() {
        if (config.automatic() && encoding.mayBegin(jobs.list()) && hasWork.getAsBoolean()) {
            jobs.submit(new JobRequest(JobRequest.Kind.ENCODE, Optional.empty(), false));
        }
        if (isScrubDue()) {
            jobs.submit(new JobRequest(JobRequest.Kind.SCRUB, Optional.empty(), true));
        }
    }

    /** What a clock that was ahead has stamped does not count, nor does a scrub that failed, but for a while. */
    private boolean isScrubDue() {
        Instant now = clock.instant();
        List<Job> scrubs = jobs.list().stream()
                .filter(job -> job.kind() == JobRequest.Kind.SCRUB)
                .toList();
        boolean isUnderWay = scrubs.stream().anyMatch(job -> job.finishedAt().isEmpty());
        boolean hasJustFailed = scrubs.stream()
                .filter(job -> job.volume().isEmpty() && job.state() == Job.State.FAILED)
                .flatMap(job -> job.finishedAt().stream())
                .anyMatch(end -> !end.isAfter(now) && end.plus(SCRUB_AGAIN).isAfter(now));
        Instant last = scrubs.stream()
                .filter(job -> job.volume().isEmpty() && job.state() != Job.State.FAILED)
                .map(Job::createdAt)
                .filter(time -> !time.isAfter(now))
                .max(Instant::compareTo)
                .orElse(storeMadeAt);
        boolean isTime = last.isAfter(now) || !now.isBefore(last.plus(config.scrubEvery()));
        return isTime && !isUnderWay && !hasJustFailed;
    }
}
