package dev.hayloft.store;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.job.JobRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a job of compaction has done so far, of all partitions, before a restart too.
 *
 * <p><i>Threads:</i> any.
 */
final class CompactionTotals {
    private static final String VOLUMES = "volumes";
    private static final String MOVED = "movedBytes";
    private static final String RECLAIMED = "reclaimedBytes";

    private final JobRun run;
    private final List<String> underWay = new ArrayList<>(); // Guarded by this, as all below.
    private final List<Object> refused = new ArrayList<>();
    private int left;
    private long volumes;
    private long moved;
    private long reclaimed;
    private Optional<RuntimeException> first = Optional.empty();

    CompactionTotals(JobRun run, int left) {
        this.run = run;
        this.left = left;
        Map<String, String> before = run.remembered();
        this.volumes = Long.parseLong(before.getOrDefault(VOLUMES, "0"));
        this.moved = Long.parseLong(before.getOrDefault(MOVED, "0"));
        this.reclaimed = Long.parseLong(before.getOrDefault(RECLAIMED, "0"));
    }

    /** For a run of the job after a restart; under the lock, so that the last that is kept is the newest. */
    synchronized void remember() {
        run.remember(Map.of(
                VOLUMES, Long.toString(volumes),
                MOVED, Long.toString(moved),
                RECLAIMED, Long.toString(reclaimed)));
    }

    synchronized void passedOver(String volume) {
        left--;
        run.detail("volume " + volume + " waits: the disk has no room for what lives in it");
    }

    synchronized void begun(String volume) {
        left--;
        underWay.add(volume);
        run.detail("compacting volume " + String.join(" and ", underWay) + ", then " + left + " more");
    }

    synchronized void done(String volume, long bytes, long movedBytes) {
        underWay.remove(volume);
        volumes++;
        moved += movedBytes;
        reclaimed += Math.max(0, bytes - movedBytes);
    }

    synchronized void putOff(String volume) {
        underWay.remove(volume);
        left++;
    }

    synchronized void gone(String volume) {
        underWay.remove(volume);
    }

    synchronized void refused(String volume, RuntimeException failure) {
        underWay.remove(volume);
        refused.add(volume);
        first = first.or(() -> Optional.of(failure));
    }

    /** What was done; where nothing could be and it was not for the volumes' own damage, the first failure. */
    synchronized SortedMap<String, Object> result() {
        if (volumes == 0 && first.isPresent() && !(first.get() instanceof CorruptionException)) {
            throw first.get();
        }
        return Job.result(Map.of(VOLUMES, volumes, MOVED, moved, RECLAIMED, reclaimed, "refused", refused));
    }
}
