package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compaction of several partitions, which goes on side by side under one pace. */
@Timeout(120)
class PartitionsCompactionTest {
    private static final List<BucketName> BUCKETS = List.of(new BucketName("one"), new BucketName("two"));
    private static final int OBJECTS = 150;
    private static final int SIZE = 32 << 10;
    private static final long SLOW = 256 << 10;
    private static final long BRISK = 8 << 20;

    @TempDir
    Path folder;

    private HayloftStore open(long bytesPerSecond) {
        return HayloftStore.open(
                TestConfig.in(folder)
                        .partitions(2)
                        .compaction(new CompactionConfig(false, 0.25, bytesPerSecond, Duration.ZERO))
                        .build(),
                Clock.systemUTC());
    }

    private static byte[] content(BucketName bucket, int i) {
        byte[] bytes = new byte[SIZE];
        new SplittableRandom(bucket.hashCode() * 1000L + i).nextBytes(bytes);
        return bytes;
    }

    private static void fill(HayloftStore store) {
        for (BucketName bucket : BUCKETS) {
            store.createBucket(
                    bucket, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                writes.add(
                        store.put(PutRequest.of(bucket, ObjectKey.of("key-" + i)), ByteBuffer.wrap(content(bucket, i)))
                                .toCompletableFuture());
            }
            for (int i = 0; i < OBJECTS; i += 2) {
                writes.add(store.delete(bucket, ObjectKey.of("key-" + i), WriteCondition.NONE)
                        .toCompletableFuture());
            }
            writes.forEach(CompletableFuture::join);
        }
    }

    private static Job find(HayloftStore store, String id) {
        return store.jobs().find(id).orElseThrow();
    }

    private static void awaitBoth(HayloftStore store, String id) {
        Awaitility.await().until(() -> {
            String detail = find(store, id).detail();
            return detail.contains("0-") && detail.contains(" and ") && detail.contains("1-");
        });
    }

    private static Job ended(HayloftStore store, String id) {
        Awaitility.await().until(() -> find(store, id).finishedAt().isPresent());
        return find(store, id);
    }

    private static String compact(HayloftStore store) {
        return store.jobs()
                .submit(new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), true))
                .id();
    }

    @Test
    void compact_ofTwoPartitions_goesOnSideBySideAlsoAfterAPauseAndARestart() {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor takes one partition at a time");
        String id;
        try (HayloftStore store = open(SLOW)) {
            fill(store);
            id = compact(store);
            awaitBoth(store, id);
            store.jobs().pause(id);
            Awaitility.await().until(() -> find(store, id).state() == Job.State.PAUSED);
            store.jobs().resume(id);
            Awaitility.await().until(() -> find(store, id).state() == Job.State.RUNNING);
            awaitBoth(store, id);
        }
        try (HayloftStore store = open(1L << 40)) {
            Job job = ended(store, id);
            assertThat(job.state()).as("%s", job.error()).isEqualTo(Job.State.DONE);
            check(store);
        }
    }

    @Test
    void compact_ofTwoPartitions_isCancelledAsOneAndKeepsToOnePace() {
        try (HayloftStore store = open(SLOW)) {
            fill(store);
            String id = compact(store);
            Awaitility.await().until(() -> find(store, id).detail().startsWith("compacting volume "));
            store.jobs().cancel(id);
            assertThat(ended(store, id).state()).isEqualTo(Job.State.CANCELLED);
            check(store);
        }
        try (HayloftStore store = open(BRISK)) {
            long start = System.nanoTime();
            Job job = ended(store, compact(store));
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(job.state()).as("%s", job.error()).isEqualTo(Job.State.DONE);
            long moved = number(job, "movedBytes");
            assertThat(moved).isGreaterThan(OBJECTS / 2 * SIZE); // More than one partition has.
            assertThat(seconds).isGreaterThan((double) moved / BRISK - 0.2);
            check(store);
        }
    }

    /** What is paused in the middle of a volume holds that; whoever waits for it must not keep it from going on. */
    @Test
    void resume_ofACompactionThatAnotherWaitsFor_letsItGoOn() {
        try (HayloftStore store = open(SLOW)) {
            fill(store);
            String first = compact(store);
            Awaitility.await().until(() -> find(store, first).detail().startsWith("compacting volume "));
            store.jobs().pause(first);
            Awaitility.await().until(() -> find(store, first).state() == Job.State.PAUSED);
            String second = compact(store);
            Awaitility.await().until(() -> find(store, second).state() == Job.State.RUNNING);
            store.jobs().resume(first);
            Awaitility.await().until(() -> find(store, first).state() != Job.State.PAUSED);
            store.jobs().cancel(second);
            assertThat(ended(store, second).state()).isEqualTo(Job.State.CANCELLED);
            check(store);
        }
    }

    @Test
    void pause_inTheMiddleOfAVolume_letsABackupOfItsPartitionThrough(@TempDir Path elsewhere) {
        String paused;
        try (HayloftStore store = open(SLOW)) {
            fill(store);
            paused = compact(store);
            Awaitility.await().until(() -> find(store, paused).detail().startsWith("compacting volume "));
            store.jobs().pause(paused);
            Awaitility.await().until(() -> find(store, paused).state() == Job.State.PAUSED);
            Job backup = store.jobs().submit(JobRequest.backup(elsewhere.resolve("backup")));
            assertThat(ended(store, backup.id()).state()).isEqualTo(Job.State.DONE);
            assertThat(find(store, paused).state()).isEqualTo(Job.State.PAUSED);
            store.jobs().resume(paused);
            Awaitility.await().until(() -> find(store, paused).state() == Job.State.RUNNING);
            check(store);
        }
        try (HayloftStore store = open(1L << 40)) {
            Job job = ended(store, paused);
            assertThat(job.state()).as("%s", job.error()).isEqualTo(Job.State.DONE);
            check(store);
        }
    }

    @Test
    void resume_afterAnotherHasTakenTheVolumes_passesThemOver() {
        try (HayloftStore store = open(BRISK / 4)) {
            fill(store);
            String paused = compact(store);
            Awaitility.await().until(() -> find(store, paused).detail().startsWith("compacting volume "));
            store.jobs().pause(paused);
            Awaitility.await().until(() -> find(store, paused).state() == Job.State.PAUSED);
            Job other = ended(store, compact(store));
            assertThat(other.state()).as("%s", other.error()).isEqualTo(Job.State.DONE);
            assertThat(number(other, "volumes")).isPositive();
            store.jobs().resume(paused);
            Job job = ended(store, paused);
            assertThat(job.state()).as("%s", job.error()).isEqualTo(Job.State.DONE);
            assertThat(number(job, "movedBytes") + number(other, "movedBytes"))
                    .isGreaterThan((long) OBJECTS / 2 * SIZE); // What each counts is its own.
            check(store);
        }
    }

    private static long number(Job job, String name) {
        return Long.parseLong(String.valueOf(job.result().orElseThrow().get(name)));
    }

    private static void check(HayloftStore store) {
        for (BucketName bucket : BUCKETS) {
            for (int i = 0; i < OBJECTS; i++) {
                Optional<byte[]> found = store.read(bucket, ObjectKey.of("key-" + i))
                        .map(object -> {
                            try (object) {
                                return StoreTest.bytes(object);
                            }
                        });
                assertThat(found.isPresent()).isEqualTo(i % 2 == 1);
                if (found.isPresent()) {
                    assertThat(found.get()).isEqualTo(content(bucket, i));
                }
            }
        }
    }

    @Test
    void compact_whenOnePartitionIsReadOnly_isDoneInTheOther() throws IOException {
        try (HayloftStore store = open(1L << 40)) {
            fill(store);
            // A partition that fails puts no volume away any more.
            Awaitility.await().until(() -> store.volumes().stream()
                    .anyMatch(volume -> volume.partition() == 0 && volume.state() == VolumeStatus.State.SEALED));
            Path open = store.volumes().stream()
                    .filter(volume -> volume.partition() == 0 && volume.state() == VolumeStatus.State.OPEN)
                    .map(VolumeStatus::path)
                    .max(Comparator.naturalOrder()) // The one before may not have been put away yet.
                    .orElseThrow();
            Matcher name = Pattern.compile("v(\\d+)").matcher(String.valueOf(open.getFileName()));
            assertThat(name.find()).isTrue();
            String next = "v%010d.cq4".formatted(Integer.parseInt(name.group(1)) + 1);
            Files.createFile(open.resolveSibling(next)); // Somebody else's: the next volume cannot begin.
            Job job = ended(store, compact(store));
            assertThat(job.state()).as("%s", job.error()).isEqualTo(Job.State.DONE);
            assertThat(job.result().orElseThrow().toString()).contains("refused=[0-");
            assertThat(number(job, "volumes")).isPositive();
            assertThat(store.volumes().stream().filter(volume -> volume.partition() == 1))
                    .allMatch(volume -> volume.deadBytes() == 0 || volume.state() == VolumeStatus.State.OPEN);
            check(store);
            Job again = ended(
                    store,
                    store.jobs()
                            .submit(new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), false))
                            .id());
            assertThat(again.state()).as("%s", again.error()).isEqualTo(Job.State.DONE);
            assertThat(again.result().orElseThrow()).containsEntry("refused", List.of());
        }
    }
}
