package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which partitions a rebuild of the index takes. */
@Timeout(60)
class RebuildIndexTest {
    private static final BucketName FIRST = new BucketName("first");
    private static final BucketName SECOND = new BucketName("second");

    @TempDir
    Path folder;

    private HayloftStore open() {
        return HayloftStore.open(TestConfig.in(folder).partitions(2).build(), Clock.systemUTC());
    }

    /** Which index of a partition is in use. */
    private String index(String partition) throws IOException {
        return Files.readString(folder.resolve(partition).resolve("index/CURRENT"));
    }

    private static SortedMap<String, Object> rebuild(HayloftStore store, JobRequest request) {
        return TestJobs.run(store, request).result().orElseThrow();
    }

    @Test
    void rebuildIndex_ofAll_takesTheSystemPartitionToo() throws IOException {
        try (HayloftStore store = open()) {
            store.createBucket(FIRST, BucketSettings.defaults(Durability.MEMORY));
            String before = index("system");
            JobRequest all = new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.empty(), true);
            assertThat(rebuild(store, all)).containsEntry("partitions", 3L);
            assertThat(index("system")).isNotEqualTo(before);
            store.createBucket(SECOND, BucketSettings.defaults(Durability.MEMORY));
            String behind = index("system");
            JobRequest system = new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.of("system"), false);
            assertThat(rebuild(store, system)).containsEntry("partitions", 1L);
            assertThat(index("system")).isNotEqualTo(behind);
            JobRequest other = new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.of("1"), false);
            String systems = index("system");
            assertThat(rebuild(store, other)).containsEntry("partitions", 1L);
            assertThat(index("system")).isEqualTo(systems);
        }
        try (HayloftStore store = open()) {
            assertThat(store.buckets()).extracting(Bucket::name).containsExactly(FIRST, SECOND);
            assertThat(store.jobs().list()).hasSize(3).allMatch(job -> job.state() == Job.State.DONE);
        }
    }
}
