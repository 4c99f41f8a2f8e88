package dev.hayloft.store.parity;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.model.error.Check;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How volumes are kept against damage.
 *
 * @param automatic whether sealed volumes get parity by themselves
 * @param dataShards k, at least 1
 * @param parityShards m, at least 1; k + m at most 255. As many shards may be lost without losing a byte
 * @param after how long a sealed volume must have been idle before it is encoded by itself
 * @param bytesPerSecond that encoding and repair read and write at most, at least 1
 * @param scrubEvery how often everything is read and checked
 * @param scrubBytesPerSecond at which rate, at least 1
 * @param disks folders beside the data folder, one per disk, over which partitions and shards are spread
 */
public record ParityConfig(
        boolean automatic,
        int dataShards,
        int parityShards,
        Duration after,
        long bytesPerSecond,
        Duration scrubEvery,
        long scrubBytesPerSecond,
        List<Path> disks) {
    public ParityConfig {
        disks = List.copyOf(disks);
        Check.argument(
                dataShards >= 1 && parityShards >= 1 && dataShards + parityShards <= CodingMatrix.SHARDS_MAX,
                "erasure.dataShards and erasure.parityShards must be 1 or more, and 255 or less together");
        Check.argument(!after.isNegative(), "erasure.after must not be negative");
        Check.argument(bytesPerSecond >= 1, "erasure.bytesPerSecond must be positive");
        Check.argument(scrubEvery.toMillis() >= 1, "scrub.every must be positive");
        Check.argument(scrubBytesPerSecond >= 1, "scrub.bytesPerSecond must be positive");
    }

    /** The contract's defaults, on one disk. */
    public static ParityConfig defaults() {
        return new ParityConfig(true, 10, 4, Duration.ofHours(1), 64L << 20, Duration.ofDays(7), 16L << 20, List.of());
    }
}
