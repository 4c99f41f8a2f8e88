package dev.hayloft.compactor;

import dev.hayloft.model.error.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which volumes are worth compacting, best first. A volume is taken when its dead share has reached a ratio; among
 * those the one comes first that frees most for what it costs, where space that was freed long ago is worth more than
 * space in a volume that is still dying: {@code (1 - u) * age / (1 + u)} with {@code u} the living share. Small
 * volumes, as unclean starts and seals leave them, are taken together once there are many, whatever lives in them.
 *
 * <p><i>Source:</i> M. Rosenblum, J. Ousterhout, "The design and implementation of a log-structured file system", ACM
 * TOCS 10 (1992), section 3.6.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class VictimPolicy {
    /** A volume below this share of the full size is small. */
    private static final int SMALL_SHARE = 8;

    private static final int SMALL_COUNT_MIN = 8;

    private final double deadRatio;
    private final long volumeSizeBytes;

    /**
     * A policy.
     *
     * @param deadRatio dead share from which a volume is worth it, 0 to 1
     * @param volumeSizeBytes at which a volume is sealed by itself
     */
    public VictimPolicy(double deadRatio, long volumeSizeBytes) {
        Check.argument(deadRatio >= 0 && deadRatio <= 1, "the dead ratio is 0 to 1");
        this.deadRatio = deadRatio;
        this.volumeSizeBytes = volumeSizeBytes;
    }

    /** The volumes of one partition that are worth it now, best first. */
    public List<VolumeLoad> choose(List<VolumeLoad> loads, long nowMillis) {
        List<VolumeLoad> chosen = new ArrayList<>(loads.stream()
                .filter(load -> load.deadBytes() > 0 && load.deadRatio() >= deadRatio
                        || load.liveBytes() + load.deadBytes() == 0)
                .toList());
        chosen.sort(Comparator.comparingDouble((VolumeLoad load) -> -score(load, nowMillis))
                .thenComparing(VolumeLoad::volume));
        List<VolumeLoad> small = loads.stream()
                .filter(load -> load.bytes() < volumeSizeBytes / SMALL_SHARE && !chosen.contains(load))
                .toList();
        if (small.size() >= SMALL_COUNT_MIN) {
            chosen.addAll(small);
        }
        return chosen;
    }

    /** What it frees for what it costs. */
    public static double score(VolumeLoad load, long nowMillis) {
        double living = 1 - load.deadRatio();
        double age = 1 + Math.max(0, nowMillis - load.sealedAtMillis());
        return (1 - living) * age / (1 + living);
    }
}
