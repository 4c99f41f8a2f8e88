package dev.hayloft.store;

import dev.hayloft.index.KeyHasher;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.Disks;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.partition.PartitionConfig;
import dev.hayloft.store.partition.VersionClock;
import java.nio.ByteBuffer;
import java.time.InstantSource;

/** What each partition of a store is opened with. Pure functions. */
final class PartitionSettings {
    private static final long SYSTEM_VOLUME_SIZE = 16L << 20;
    private static final long DIRECTORIES_BYTES = 96L << 20;
    private static final long DIRECTORY_BYTES_MIN = 8L << 20;

    private PartitionSettings() {}

    static KeyHasher hasher(StoreKey key) {
        ByteBuffer derived = key.derive("hash of object keys, version 1");
        return new KeyHasher(derived.getLong(0), derived.getLong(8));
    }

    static VersionClock unboundedVersions(InstantSource clock) {
        return new VersionClock(clock, 0, Long.MAX_VALUE);
    }

    static PartitionConfig systemConfig(StoreConfig config, DataFolder folder) {
        return new PartitionConfig(
                config.data().resolve("system"),
                PartitionConfig.SYSTEM,
                folder.storeId(),
                SYSTEM_VOLUME_SIZE,
                config.memorySync(),
                config.queueCapacity(),
                config.queueBytes(),
                DIRECTORY_BYTES_MIN);
    }

    static PartitionConfig partitionConfig(StoreConfig config, DataFolder folder, Disks disks, int id) {
        return new PartitionConfig(
                disks.partition(id),
                id,
                folder.storeId(),
                config.volumeSizeBytes(),
                config.memorySync(),
                config.queueCapacity(),
                config.queueBytes(),
                Math.max(DIRECTORY_BYTES_MIN, DIRECTORIES_BYTES / folder.partitions()),
                disks.shardFolders(id));
    }
}
