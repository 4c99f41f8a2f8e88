package dev.hayloft.store.partition;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
 * @param shardFolders where shards of its volumes go, one folder per disk, its own disk first
 */
public record PartitionConfig(
        Path folder,
        int id,
        UUID storeId,
        long volumeSizeBytes,
        Duration memorySync,
        int queueCapacity,
        long queueBytes,
        long directoryBytes,
        List<Path> shardFolders) {
    public PartitionConfig {
        shardFolders = List.copyOf(shardFolders);
    }

    /** On one disk: shards stand beside the partition's volumes. */
    public PartitionConfig(
            Path folder,
            int id,
            UUID storeId,
            long volumeSizeBytes,
            Duration memorySync,
            int queueCapacity,
            long queueBytes,
            long directoryBytes) {
        this(
                folder,
                id,
                storeId,
                volumeSizeBytes,
                memorySync,
                queueCapacity,
                queueBytes,
                directoryBytes,
                List.of(folder.resolve("parity")));
    }

    /** The partition that holds buckets, users and settings. */
    public static final int SYSTEM = 0xFFFF;

    /** Its name in log lines, thread names and volume ids. */
    public String name() {
        return id == SYSTEM ? "system" : Integer.toString(id);
    }
}
