package dev.hayloft.log;

import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Where a partition's log lies and how large its volumes become.
 *
 * @param folder the partition's folder; {@code log/} and {@code volumes/} are made below it
 * @param storeId identity of the store, written into every volume and checked when one is opened
 * @param partition the partition's number, likewise
 * @param volumeSizeBytes a volume is sealed before it would exceed this, 256 KiB to 16 GiB - 64 MiB; small ones cost
 *     files and rolls of some milliseconds, large ones make compaction coarse
 * @param reserveStepBytes space that is reserved ahead of the appender at a time, 64 KiB or more; never more than the
 *     volume can still need
 */
public record VolumeLogConfig(Path folder, UUID storeId, int partition, long volumeSizeBytes, long reserveStepBytes) {
    /** Smallest volume: Chronicle's own pages take a quarter of it. */
    public static final long VOLUME_SIZE_MIN = 256 << 10;

    /** Largest volume: a frame of any size still starts where a position can name it. */
    public static final long VOLUME_SIZE_MAX = LogPosition.OFFSET_LIMIT - (64 << 20);

    private static final long RESERVE_STEP_MIN = 64 << 10;

    public VolumeLogConfig {
        Check.argument(partition >= 0, "partition is negative");
        Check.argument(
                volumeSizeBytes >= VOLUME_SIZE_MIN && volumeSizeBytes <= VOLUME_SIZE_MAX,
                "volumeSizeBytes out of range");
        Check.argument(reserveStepBytes >= RESERVE_STEP_MIN, "reserveStepBytes out of range");
    }

    /** Volumes of 1 GiB, space reserved by 128 MiB. */
    public static VolumeLogConfig defaults(Path folder, UUID storeId, int partition) {
        return new VolumeLogConfig(folder, storeId, partition, 1L << 30, 128L << 20);
    }
}
