package dev.hayloft.store;

import dev.hayloft.model.error.Check;
import java.time.Duration;

/**
 * How a store compacts its volumes.
 *
 * @param automatic whether it does so by itself
 * @param deadRatio dead share of a volume from which it is worth it, above 0 and at most 1
 * @param bytesPerSecond at most so many bytes are moved a second, at least 64 KiB; a full disk lifts this
 * @param keepDeletions deletions younger than this are kept for those who follow the changes
 */
public record CompactionConfig(boolean automatic, double deadRatio, long bytesPerSecond, Duration keepDeletions) {
    /** The contract's defaults. */
    public static final CompactionConfig DEFAULTS = new CompactionConfig(true, 0.25, 64L << 20, Duration.ofDays(7));

    /** Nothing happens but what a job asks for, and that at once. */
    public static final CompactionConfig BY_HAND = new CompactionConfig(false, 0.25, 1L << 40, Duration.ZERO);

    public CompactionConfig {
        Check.argument(deadRatio > 0 && deadRatio <= 1, "compaction.deadRatio must be above 0 and at most 1");
        Check.argument(bytesPerSecond >= 1L << 16, "compaction.bytesPerSecond must be at least 64KiB");
        Check.argument(!keepDeletions.isNegative(), "changes.retain must not be negative");
    }
}
