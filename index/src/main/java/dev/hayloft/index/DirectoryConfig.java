package dev.hayloft.index;

import dev.hayloft.model.error.Check;
import java.nio.file.Path;

/**
 * Settings of one partition's {@link Directory}.
 *
 * @param folder where its files are; made when absent
 * @param memoryBytes native memory for write buffers and cached blocks together, 4 MiB..4 GiB. Divide what a store may
 *     take by its partitions. More: fewer and larger files to merge, more listings answered without the disk
 * @param queueChangesMax changes that may wait to be applied, 1,000..10,000,000; full means that submitting waits, and
 *     a listing right after a write may have to wait for so many
 */
public record DirectoryConfig(Path folder, long memoryBytes, int queueChangesMax) {
    private static final long MIB = 1L << 20;

    public DirectoryConfig {
        Check.argument(memoryBytes >= 4 * MIB && memoryBytes <= 4096 * MIB, "memoryBytes out of range");
        Check.argument(queueChangesMax >= 1_000 && queueChangesMax <= 10_000_000, "queueChangesMax out of range");
    }

    /** What suits a store of two partitions. */
    public static DirectoryConfig defaults(Path folder) {
        return new DirectoryConfig(folder, 48 * MIB, 16_384);
    }
}
