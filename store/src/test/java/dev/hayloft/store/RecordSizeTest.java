package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.index.KeyHasher;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.RecordsCopy;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionConfig;
import dev.hayloft.store.partition.Recovery;
import dev.hayloft.store.partition.VersionClock;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecordSizeTest {
    @TempDir
    Path folder;

    @Test
    void write_ofARecordThatIsTooLarge_isRefusedAndLeavesThePartitionWell() {
        PartitionConfig config = new PartitionConfig(
                folder,
                PartitionConfig.SYSTEM,
                new UUID(1, 2),
                16 << 20,
                Duration.ofSeconds(1),
                1024,
                64 << 20,
                8 << 20);
        VersionClock versions = PartitionSettings.unboundedVersions(Clock.systemUTC());
        Recovery.Context context =
                new Recovery.Context(LastStop.UNKNOWN, new KeyHasher(1, 2), Clock.systemUTC(), versions, Runnable::run);
        try (Partition system = Recovery.open(config, context, bucketId -> true)) {
            SystemRecords records =
                    SystemRecords.open(system, versions, new RecordsCopy(folder, StoreKey.open(folder, true), 0));
            int room = SystemRecords.SIZE_MAX - "field=\n".length();
            assertThatThrownBy(() -> records.write("large", Map.of("field", "x".repeat(room + 1))))
                    .isInstanceOfSatisfying(
                            RequestException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
            assertThat(records.read("large")).isEmpty();
            records.write("large", Map.of("field", "x".repeat(room)));
            assertThat(records.read("large").orElseThrow().getProperty("field")).hasSize(room);
            assertThat(system.problem()).isEmpty();
        }
    }
}
