package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.BatchStep;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.ListEntry;
import dev.hayloft.store.ListRequest;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.TestConfig;
import dev.hayloft.store.TestJobs;
import dev.hayloft.store.Upload;
import dev.hayloft.store.VolumeStatus;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.folder.RunMark;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An index that is built from volumes of which a part cannot be read. */
@Timeout(60)
final class DamagedRebuildTest {
    private static final BucketName BUCKET = new BucketName("hay");
    private static final String OLD = "what was replaced";
    private static final String NEW = "what took its place";
    private static final String WHOLE = "untouched";

    @TempDir
    Path folder;

    private HayloftStore open() {
        return HayloftStore.open(
                TestConfig.in(folder.resolve("data")).volumeSizeBytes(1L << 20).build(), Clock.systemUTC());
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void put(HayloftStore store, String key, String text) {
        await(store.put(
                PutRequest.of(BUCKET, ObjectKey.of(key)), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static String read(HayloftStore store, String key) {
        try (StoredObject object = store.read(BUCKET, ObjectKey.of(key)).orElseThrow()) {
            long size = object.info().sizeBytes();
            return StandardCharsets.UTF_8.decode(object.read(0, (int) size)).toString();
        }
    }

    private static void seal(HayloftStore store) {
        TestJobs.run(store, JobRequest.Kind.SEAL);
    }

    private static void upload(HayloftStore store, String key) {
        ByteBuffer content = ByteBuffer.allocate(2 * ObjectStore.EXTENT_SIZE);
        try (Upload upload = store.startUpload(PutRequest.of(BUCKET, ObjectKey.of(key)))) {
            await(upload.write(content.slice(0, ObjectStore.EXTENT_SIZE)));
            await(upload.write(content.slice(ObjectStore.EXTENT_SIZE, ObjectStore.EXTENT_SIZE)));
            await(upload.commit(Sha256.of(content.duplicate())));
        }
    }

    /** What is replaced, deleted and named stands in other volumes than what says so. */
    private static void fill(HayloftStore store) {
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        put(store, "replaced", OLD);
        put(store, "deleted", OLD);
        seal(store);
        put(store, "replaced", NEW);
        await(store.delete(BUCKET, ObjectKey.of("deleted"), WriteCondition.NONE));
        upload(store, "large");
        seal(store);
        put(store, "whole", WHOLE);
    }

    private PartitionFolder partition() {
        return new PartitionFolder(folder.resolve("data/partitions/0"));
    }

    /** Hint files are written behind the answer to a seal. */
    private void awaitHints(HayloftStore store) {
        long sealed = store.volumes().stream()
                .filter(volume -> volume.state() == VolumeStatus.State.SEALED)
                .count();
        Awaitility.await().until(() -> partition().hinted().size() == sealed);
    }

    /** Flips a bit in the needle of each of these in the last volume that holds it; the second time puts it right. */
    private void flip(HayloftStore store, String... texts) throws IOException {
        for (String text : texts) {
            Path last = null;
            for (VolumeStatus volume : store.volumes()) {
                String all = Files.readString(volume.path(), StandardCharsets.ISO_8859_1);
                last = all.contains(text) ? volume.path() : last;
            }
            FileDamage.flipBehind(
                    Optional.ofNullable(last).orElseThrow(),
                    text.getBytes(StandardCharsets.ISO_8859_1),
                    -1, // Within the same needle, whose checksum is wrong from then on.
                    0);
        }
    }

    private static Job rebuild(HayloftStore store) {
        String id = store.jobs()
                .submit(new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.empty(), true))
                .id();
        Awaitility.await()
                .until(() -> store.jobs().find(id).orElseThrow().finishedAt().isPresent());
        return store.jobs().find(id).orElseThrow();
    }

    private static void assertAllThere(HayloftStore store) {
        assertThat(read(store, "replaced")).isEqualTo(NEW);
        assertThat(read(store, "whole")).isEqualTo(WHOLE);
        assertThat(store.read(BUCKET, ObjectKey.of("deleted"))).isEmpty();
        try (StoredObject large = store.read(BUCKET, ObjectKey.of("large")).orElseThrow()) {
            assertThat(large.read(0, 10).remaining()).isEqualTo(10);
            assertThat(large.read(2 * ObjectStore.EXTENT_SIZE - 10, 10).remaining())
                    .isEqualTo(10);
        }
    }

    private static void assertDamageIsTold(HayloftStore store) {
        assertThatThrownBy(() -> read(store, "replaced")).isInstanceOf(CorruptionException.class);
        assertThatThrownBy(() -> store.read(BUCKET, ObjectKey.of("large"))).isInstanceOf(CorruptionException.class);
        assertThat(store.read(BUCKET, ObjectKey.of("deleted"))).isEmpty();
        assertThat(read(store, "whole")).isEqualTo(WHOLE);
        assertThat(listed(store)).containsExactly("large", "replaced", "whole");
    }

    private static List<String> listed(HayloftStore store) {
        ListRequest all = new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 100);
        return await(store.list(all)).entries().stream()
                .map(entry -> ((ListEntry.ObjectLine) entry).info().key().toString())
                .toList();
    }

    @Test
    void rebuild_ofADamagedVolumeWithAHintFile_bringsNothingOldBackAndGivesNothingUp() throws IOException {
        try (HayloftStore store = open()) {
            fill(store);
            awaitHints(store);
            flip(store, NEW, "deleted", "large");
            assertThat(rebuild(store).state()).isEqualTo(Job.State.DONE);
            assertDamageIsTold(store);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            flip(store, NEW, "deleted", "large");
            assertAllThere(store);
        }
    }

    @Test
    void rebuild_ofAVolumeThatIsAwayForAWhile_keepsItsEntriesAndTheVolume() throws IOException {
        try (HayloftStore store = open()) {
            fill(store);
            awaitHints(store);
            Map<Path, byte[]> away = new HashMap<>();
            for (VolumeStatus volume : store.volumes()) {
                if (volume.state() == VolumeStatus.State.SEALED) {
                    away.put(volume.path(), Files.readAllBytes(volume.path()));
                    FileDamage.hole(volume.path(), 0, volume.bytes());
                }
            }
            assertThat(rebuild(store).state()).isEqualTo(Job.State.DONE);
            for (Map.Entry<Path, byte[]> volume : away.entrySet()) {
                Files.write(volume.getKey(), volume.getValue());
            }
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            assertAllThere(store);
        }
    }

    @Test
    void start_thatBuildsTheIndexOverDamageWithoutAHintFile_givesNothingUpUntilARebuildReadsAll() throws IOException {
        try (HayloftStore store = open()) {
            fill(store);
            awaitHints(store);
        }
        loseHintsAndIndex();
        try (HayloftStore store = open()) { // Only to learn where what stands; it is thrown away again.
            flip(store, NEW, "deleted", "large");
        }
        loseHintsAndIndex();
        try (HayloftStore store = open()) {
            assertThat(read(store, "whole")).isEqualTo(WHOLE);
            assertThat(store.status().volumes().unindexed()).isPositive();
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            assertThat(rebuild(store).state()).isEqualTo(Job.State.FAILED);
            flip(store, NEW, "deleted", "large");
        }
        try (HayloftStore store = open()) { // The index of before, and volumes that can be read again.
            assertThat(store.status().volumes().unindexed()).isPositive();
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            assertThat(rebuild(store).state()).isEqualTo(Job.State.DONE);
            assertThat(store.status().volumes().unindexed()).isZero();
            assertAllThere(store);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            assertAllThere(store);
        }
    }

    @Test
    void start_thatBuildsTheViewsOverADamagedFrame_findsTheNeedlesInItThatAreWhole() throws IOException {
        try (HayloftStore store = open()) {
            store.createBucket(
                    BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            await(store.verbs()
                    .batch(BUCKET, List.of(step("a", WHOLE), step("b", NEW), step("c", WHOLE)), Optional.empty()));
            seal(store);
            awaitHints(store);
            flip(store, NEW);
        }
        loseHintsAndIndex();
        TempFolders.delete(partition().directory());
        try (HayloftStore store = open()) {
            assertThat(read(store, "a")).isEqualTo(WHOLE);
            assertThat(read(store, "c")).isEqualTo(WHOLE);
            assertThat(listed(store)).containsExactly("a", "c");
            flip(store, NEW);
            rebuild(store);
            assertThat(read(store, "b")).isEqualTo(NEW);
            assertThat(listed(store)).containsExactly("a", "b", "c");
        }
    }

    /** What the index had not been told of when the process died, and what cannot be read now, is not in it. */
    @Test
    void startAfterAKill_thatCannotReadAllBehindTheAppliedMark_saysSo() throws IOException {
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.DISK).withCompression("none"));
            put(store, "before", OLD);
            put(store, "hit", NEW);
            put(store, "behind", WHOLE); // It says that what stands before it was on the disk.
            flip(store, NEW);
        }
        try (AppliedMark mark = AppliedMark.open(partition().appliedMark())) {
            mark.write(1, LogPosition.of(0, 0));
        }
        RunMark.markRunning(folder.resolve("data"));
        try (HayloftStore store = open()) {
            assertThat(read(store, "before")).isEqualTo(OLD);
            assertThat(read(store, "behind")).isEqualTo(WHOLE);
            assertThat(store.status().volumes().unindexed()).isEqualTo(1);
        }
    }

    private static BatchStep step(String key, String text) {
        return new BatchStep.Put(
                ObjectKey.of(key),
                ObjectAttributes.NONE,
                OptionalLong.empty(),
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void loseHintsAndIndex() throws IOException {
        partition().hinted().forEach(partition()::deleteHint);
        TempFolders.delete(partition().root().resolve("index"));
    }

    @Test
    void rebuild_ofADamagedVolumeWithoutAHintFile_isRefusedAndChangesNothing() throws IOException {
        try (HayloftStore store = open()) {
            fill(store);
            awaitHints(store);
            flip(store, NEW, "deleted", "large");
            for (int volume : partition().hinted()) {
                partition().deleteHint(volume);
            }
            Job refused = rebuild(store);
            assertThat(refused.state()).isEqualTo(Job.State.FAILED);
            assertThat(refused.error().orElseThrow())
                    .contains("no hint file")
                    .contains("repair")
                    .contains("volume");
            assertDamageIsTold(store);
            flip(store, NEW, "deleted", "large");
            assertAllThere(store);
        }
    }
}
