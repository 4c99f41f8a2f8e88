package dev.hayloft.store.job;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which job begins next: one of a kind at a time, the kind named first in {@link JobRequest.Kind} first. Those that go
 * through everything in the background, for days, begin only while fewer than {@value #PATIENT_UP_TO} others are at
 * work. All else begins at once: somebody waits for it, or, as for compaction, the disk fills meanwhile. So no more run
 * side by side than there are kinds, and more than three only when they were asked for. Pure functions.
 */
final class JobSlots {
    private static final int PATIENT_UP_TO = 2;
    private static final Set<JobRequest.Kind> PATIENT = EnumSet.of(JobRequest.Kind.ENCODE, JobRequest.Kind.SCRUB);

    private JobSlots() {}

    /**
     * The next one, if any may begin.
     *
     * @param running those at work; paused ones are not among them
     * @param known kinds that there is a task for
     */
    static Optional<ScheduledJob> next(
            Collection<ScheduledJob> all, Collection<ScheduledJob> running, Set<JobRequest.Kind> known) {
        Set<JobRequest.Kind> possible = EnumSet.noneOf(JobRequest.Kind.class);
        possible.addAll(known);
        running.forEach(job -> possible.remove(job.request().kind()));
        if (running.size() >= PATIENT_UP_TO) {
            possible.removeAll(PATIENT);
        }
        return all.stream()
                .filter(job -> job.state() == Job.State.QUEUED
                        && !job.isPaused()
                        && !job.isCancelled()
                        && possible.contains(job.request().kind()))
                .min(Comparator.<ScheduledJob, JobRequest.Kind>comparing(
                                job -> job.request().kind())
                        .thenComparing(job -> Long.parseLong(job.id())));
    }
}
