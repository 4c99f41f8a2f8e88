package dev.hayloft.store.upkeep;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import dev.hayloft.store.parity.ParityConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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

    private final BooleanSupplier hasWork;
    private final Jobs jobs;
    private final ParityConfig config;
    private final InstantSource clock;
    private final Instant storeMadeAt;

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
    }

    /** How often to look: a small part of the shortest time that matters. */
    public Duration interval() {
        Duration shortest = config.after().compareTo(config.scrubEvery()) < 0 ? config.after() : config.scrubEvery();
        Duration part = shortest.dividedBy(4);
        return part.compareTo(INTERVAL_MIN) < 0 ? INTERVAL_MIN : part.compareTo(INTERVAL_MAX) > 0 ? INTERVAL_MAX : part;
    }

    /** Submits what is due and does not wait already. */
    public void look() {
        if (config.automatic() && !isUnderWay(JobRequest.Kind.ENCODE) && hasWork.getAsBoolean()) {
            jobs.submit(new JobRequest(JobRequest.Kind.ENCODE, Optional.empty(), false));
        }
        if (!isUnderWay(JobRequest.Kind.SCRUB) && isScrubDue()) {
            jobs.submit(new JobRequest(JobRequest.Kind.SCRUB, Optional.empty(), true));
        }
    }

    private boolean isUnderWay(JobRequest.Kind kind) {
        return jobs.list().stream()
                .anyMatch(job -> job.kind() == kind && job.finishedAt().isEmpty());
    }

    private boolean isScrubDue() {
        Instant last = jobs.list().stream()
                .filter(job ->
                        job.kind() == JobRequest.Kind.SCRUB && job.volume().isEmpty())
                .map(Job::createdAt)
                .max(Instant::compareTo)
                .orElse(storeMadeAt);
        return !clock.instant().isBefore(last.plus(config.scrubEvery()));
    }
}
