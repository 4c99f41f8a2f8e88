package dev.hayloft.store;

import dev.hayloft.model.Durability;
import java.nio.file.Path;

/** The configuration most tests of the store begin with: one partition, small volumes, nothing by itself. */
public final class TestConfig {
    private TestConfig() {}

    /** Volumes of 2 MiB, durability {@code memory}, no reserve; jobs compact, and nothing else does. */
    public static StoreConfig.Builder in(Path data) {
        return StoreConfig.builder(data)
                .partitions(1)
                .volumeSizeBytes(2L << 20)
                .durability(Durability.MEMORY)
                .reserveBytes(0)
                .compaction(CompactionConfig.BY_HAND);
    }
}
