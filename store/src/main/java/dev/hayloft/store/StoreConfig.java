package dev.hayloft.store;

import dev.hayloft.model.Durability;
import dev.hayloft.model.error.Check;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.store.parity.ParityConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a store is opened.
 *
 * @param data the data folder; made when absent
 * @param partitions partitions of a new data folder, 1..256; an existing folder keeps its own number
 * @param volumeSizeBytes a volume is sealed at this size, 1 MiB..16 GiB
 * @param durability for buckets that say nothing
 * @param memorySync longest time a mutation acknowledged from memory may stay unforced, 10 ms..1 h
 * @param reserveBytes free space below which writes are refused; deletes may use it down to a quarter
 * @param queueCapacity mutations waiting for one partition's writer, 16..1,000,000; more are refused
 * @param queueBytes bytes of content waiting for one partition's writer, at least 4 MiB; more are refused
 * @param compaction how volumes are compacted
 * @param parity how volumes are kept against damage
 * @param encryption where the master keys are
 */
public record StoreConfig(
        Path data,
        int partitions,
        long volumeSizeBytes,
        Durability durability,
        Duration memorySync,
        long reserveBytes,
        int queueCapacity,
        long queueBytes,
        CompactionConfig compaction,
        ParityConfig parity,
        EncryptionConfig encryption) {
    public static final int PARTITIONS_MAX = 256;
    public static final long VOLUME_SIZE_MIN = 1L << 20;
    public static final long VOLUME_SIZE_MAX = 16L << 30;

    /** With parity as the contract has it by default. */
    public StoreConfig(
            Path data,
            int partitions,
            long volumeSizeBytes,
            Durability durability,
            Duration memorySync,
            long reserveBytes,
            int queueCapacity,
            long queueBytes,
            CompactionConfig compaction) {
        this(
                data,
                partitions,
                volumeSizeBytes,
                durability,
                memorySync,
                reserveBytes,
                queueCapacity,
                queueBytes,
                compaction,
                ParityConfig.defaults());
    }

    /** Without a master key. */
    public StoreConfig(
            Path data,
            int partitions,
            long volumeSizeBytes,
            Durability durability,
            Duration memorySync,
            long reserveBytes,
            int queueCapacity,
            long queueBytes,
            CompactionConfig compaction,
            ParityConfig parity) {
        this(
                data,
                partitions,
                volumeSizeBytes,
                durability,
                memorySync,
                reserveBytes,
                queueCapacity,
                queueBytes,
                compaction,
                parity,
                EncryptionConfig.NONE);
    }

    /** The same with master keys. */
    public StoreConfig withEncryption(EncryptionConfig keys) {
        return new StoreConfig(
                data,
                partitions,
                volumeSizeBytes,
                durability,
                memorySync,
                reserveBytes,
                queueCapacity,
                queueBytes,
                compaction,
                parity,
                keys);
    }

    public StoreConfig {
        Check.argument(partitions >= 1 && partitions <= PARTITIONS_MAX, "storage.partitions must be 1 to 256");
        Check.argument(
                volumeSizeBytes >= VOLUME_SIZE_MIN && volumeSizeBytes <= VOLUME_SIZE_MAX,
                "storage.volumeSize must be 1MiB to 16GiB");
        Check.argument(
                memorySync.toMillis() >= 10 && memorySync.compareTo(Duration.ofHours(1)) <= 0,
                "storage.memorySync must be 10ms to 1h");
        Check.argument(reserveBytes >= 0, "storage.reserve must not be negative");
        Check.argument(queueCapacity >= 16 && queueCapacity <= 1_000_000, "queueCapacity must be 16 to 1000000");
        Check.argument(queueBytes >= 4L << 20, "queueBytes must be at least 4MiB");
    }

    /** Compacting when a job asks for it, and never else. */
    public StoreConfig(
            Path data,
            int partitions,
            long volumeSizeBytes,
            Durability durability,
            Duration memorySync,
            long reserveBytes,
            int queueCapacity,
            long queueBytes) {
        this(
                data,
                partitions,
                volumeSizeBytes,
                durability,
                memorySync,
                reserveBytes,
                queueCapacity,
                queueBytes,
                CompactionConfig.BY_HAND);
    }

    /** Safe first: everything at the contract's defaults, in the given folder. */
    public static StoreConfig defaults(Path data) {
        int partitions = Math.max(1, Math.min(16, Runtime.getRuntime().availableProcessors()));
        return new StoreConfig(
                data,
                partitions,
                1L << 30,
                Durability.DISK,
                Duration.ofSeconds(1),
                1L << 30,
                8192,
                64L << 20,
                CompactionConfig.DEFAULTS);
    }
}
