package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.RecordsCopy;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.job.JobArchive;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.Recovery;
import dev.hayloft.store.partition.VersionClock;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(100)
class ResumedCompactionTest extends UpkeepCase {
    @Test
    void compactionOfOneVolume_killedBetweenItsDropAndItsEnd_isDoneAfterTheRestart() {
        Job done;
        try (HayloftStore store = open(data())) {
            fill(store);
            deleteTwoOfThree(store);
            String volume = encoded(store).get(0).id();
            done = TestJobs.run(store, new JobRequest(JobRequest.Kind.COMPACT, Optional.of(volume), false));
        }
        takeBackEnd(done.id());
        try (HayloftStore store = open(data())) {
            Awaitility.await().until(() -> store.jobs()
                    .find(done.id())
                    .orElseThrow()
                    .finishedAt()
                    .isPresent());
            Job again = store.jobs().find(done.id()).orElseThrow();
            assertThat(again.error()).isEmpty();
            assertThat(again.result())
                    .as("what was done before the kill counts")
                    .isEqualTo(done.result());
            assertAllReadable(store);
            assertAllGone(store);
        }
    }

    /** As the job's record was before its end. */
    private void takeBackEnd(String id) {
        StoreConfig config = TestConfig.in(data()).partitions(2).build();
        DataFolder folder = DataFolder.open(data(), 2, Clock.systemUTC());
        StoreKey key = StoreKey.open(data(), false);
        VersionClock versions = PartitionSettings.unboundedVersions(Clock.systemUTC());
        Recovery.Context context = new Recovery.Context(
                LastStop.CLEAN, PartitionSettings.hasher(key), Clock.systemUTC(), versions, Runnable::run);
        try (Partition system =
                Recovery.open(PartitionSettings.systemConfig(config, folder), context, bucketId -> true)) {
            JobArchive archive =
                    StoreJobs.archive(SystemRecords.open(system, versions, new RecordsCopy(data(), key, 0)));
            Map<String, String> fields = new TreeMap<>(archive.readAll().getOrDefault(id, Map.of()));
            fields.put("state", "RUNNING");
            fields.remove("finishedAt");
            fields.remove("result");
            archive.write(id, fields);
        } finally {
            folder.close();
        }
    }
}
