package dev.hayloft.store.partition;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * How a partition is opened.
 *
 * @param folder its own
 * @param id 0..255, or {@link #SYSTEM}
 * @param storeId of the store it belongs to
 * @param volumeSizeBytes a volume is sealed at this size
 * @param memorySync longest time a mutation acknowledged from memory may stay unforced
 * @param queueCapacity mutations waiting for the writer; more are refused
 * @param queueBytes content waiting for the writer; more is refused
 * @param directoryBytes native memory for the directory's buffers and cache
 */
public record PartitionConfig(
        Path folder,
        int id,
        UUID storeId,
        long volumeSizeBytes,
        Duration memorySync,
        int queueCapacity,
        long queueBytes,
        long directoryBytes) {
    /** The partition that holds buckets, users and settings. */
    public static final int SYSTEM = 0xFFFF;

    /** Its name in log lines, thread names and volume ids. */
    public String name() {
        return id == SYSTEM ? "system" : Integer.toString(id);
    }
}
