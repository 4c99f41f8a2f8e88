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

    /** Safe first: everything at the contract's defaults, in the given folder. */
    public static StoreConfig defaults(Path data) {
        return builder(data).build();
    }

    /** Begins with the contract's defaults, in the given folder. */
    public static Builder builder(Path data) {
        return new Builder(data);
    }

    /** Makes a {@link StoreConfig}; what is not said stays at its default. Not for several threads. */
    public static final class Builder {
        private final Path data;
        private int partitions = Math.max(1, Math.min(16, Runtime.getRuntime().availableProcessors()));
        private long volumeSizeBytes = 1L << 30;
        private Durability durability = Durability.DISK;
        private Duration memorySync = Duration.ofSeconds(1);
        private long reserveBytes = 1L << 30;
        private int queueCapacity = 8192;
        private long queueBytes = 64L << 20;
        private CompactionConfig compaction = CompactionConfig.DEFAULTS;
        private ParityConfig parity = ParityConfig.defaults();
        private EncryptionConfig encryption = EncryptionConfig.NONE;

        private Builder(Path data) {
            this.data = data;
        }

        public Builder partitions(int value) {
            partitions = value;
            return this;
        }

        public Builder volumeSizeBytes(long value) {
            volumeSizeBytes = value;
            return this;
        }

        public Builder durability(Durability value) {
            durability = value;
            return this;
        }

        public Builder memorySync(Duration value) {
            memorySync = value;
            return this;
        }

        public Builder reserveBytes(long value) {
            reserveBytes = value;
            return this;
        }

        public Builder queueCapacity(int value) {
            queueCapacity = value;
            return this;
        }

        public Builder queueBytes(long value) {
            queueBytes = value;
            return this;
        }

        public Builder compaction(CompactionConfig value) {
            compaction = value;
            return this;
        }

        public Builder parity(ParityConfig value) {
            parity = value;
            return this;
        }

        public Builder encryption(EncryptionConfig value) {
            encryption = value;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException naming the value that is out of range
         */
        public StoreConfig build() {
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
                    encryption);
        }
    }
}
