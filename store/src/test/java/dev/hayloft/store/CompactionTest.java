package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What compaction keeps, what it drops, and what a rebuild finds afterwards. */
@Timeout(120)
class CompactionTest {
    private static final BucketName BUCKET = new BucketName("photos");

    @TempDir
    Path folder;

    @BeforeEach
    void createBucket() {
        try (HayloftStore store = open()) {
            store.createBucket(
                    BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        }
    }

    private HayloftStore open() {
        return HayloftStore.open(TestConfig.in(folder).build(), Clock.systemUTC());
    }

    /** As after a power cut: no view is trusted. */
    private HayloftStore reopenWithoutMark(HayloftStore store) throws IOException {
        store.close();
        Files.delete(folder.resolve("RUN"));
        return open();
    }

    private static void put(HayloftStore store, String key, String text) {
        Futures.await(store.put(
                PutRequest.of(BUCKET, ObjectKey.of(key)), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static void putLarge(HayloftStore store, String key, byte fill) {
        byte[] extent = new byte[ObjectStore.EXTENT_SIZE];
        Arrays.fill(extent, fill);
        MessageDigest digest = Sha256.newDigest();
        try (Upload upload = store.startUpload(PutRequest.of(BUCKET, ObjectKey.of(key)))) {
            for (int i = 0; i < 3; i++) {
                digest.update(extent);
                Futures.await(upload.write(ByteBuffer.wrap(extent)));
            }
            Futures.await(upload.commit(Sha256.of(digest)));
        }
    }

    private static void delete(HayloftStore store, String key) {
        Futures.await(store.delete(BUCKET, ObjectKey.of(key), WriteCondition.NONE));
    }

    private static Optional<byte[]> read(HayloftStore store, String key) {
        return store.read(BUCKET, ObjectKey.of(key)).map(object -> {
            try (object) {
                return StoreTest.bytes(object);
            }
        });
    }

    private static Optional<String> text(HayloftStore store, String key) {
        return read(store, key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private static void seal(HayloftStore store) {
        TestJobs.run(store, JobRequest.Kind.SEAL);
        Awaitility.await()
                .until(() -> store.volumes().stream()
                                .filter(volume -> volume.state() == VolumeStatus.State.OPEN)
                                .count()
                        == 1);
    }

    private static Job compact(HayloftStore store, String volume) {
        return TestJobs.run(store, new JobRequest(JobRequest.Kind.COMPACT, Optional.of(volume), false));
    }

    private static List<String> sealed(HayloftStore store) {
        return store.volumes().stream()
                .filter(volume -> volume.state() == VolumeStatus.State.SEALED)
                .map(VolumeStatus::id)
                .toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("partitions/0/volumes"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void compact_ofAVolume_keepsTheLivingAndDropsTheRest() throws IOException {
        HayloftStore store = open();
        try {
            for (int i = 0; i < 100; i++) {
                put(store, "key-" + i, "first " + i);
            }
            putLarge(store, "large", (byte) 1);
            seal(store);
            List<String> before = sealed(store);
            for (int i = 0; i < 100; i += 2) {
                put(store, "key-" + i, "second " + i);
            }
            for (String volume : before) {
                Job job = compact(store, volume);
                assertThat(job.result().orElseThrow()).containsEntry("volumes", 1L);
                assertThat((Long) job.result().orElseThrow().get("movedBytes")).isPositive();
            }
            assertThat(sealed(store)).doesNotContainAnyElementsOf(before);
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 100; i++) {
                    assertThat(text(store, "key-" + i)).contains((i % 2 == 0 ? "second " : "first ") + i);
                }
                assertThat(read(store, "large").orElseThrow()).hasSize(3 << 20).containsOnly(1);
                assertThat(store.statistics(BUCKET).objects()).isEqualTo(101);
                store = reopenWithoutMark(store);
            }
            assertThat(files()).noneMatch(name -> before.stream()
                    .anyMatch(volume -> name.equals("%010d.volume".formatted(Integer.parseInt(volume.substring(2))))));
        } finally {
            store.close();
        }
    }

    @Test
    void compact_ofADeletion_keepsItWhileAnOlderNeedleStandsElsewhere() throws IOException {
        HayloftStore store = open();
        try {
            put(store, "a", "alive once");
            put(store, "keep", "1");
            seal(store);
            String first = sealed(store).get(0);
            delete(store, "a");
            put(store, "keep", "2");
            seal(store);
            String second = sealed(store).get(1);
            compact(store, second);
            store = reopenWithoutMark(store);
            assertThat(text(store, "a")).isEmpty(); // Its needle still stands in the first volume.
            compact(store, first);
            store = reopenWithoutMark(store);
            assertThat(text(store, "a")).isEmpty();
            seal(store);
            for (String volume : sealed(store)) {
                compact(store, volume);
            }
            store = reopenWithoutMark(store);
            assertThat(text(store, "a")).isEmpty();
            assertThat(text(store, "keep")).contains("2");
            assertThat(store.volumes().stream().mapToLong(VolumeStatus::needles).sum())
                    .as("the deletion is gone with what it ended")
                    .isEqualTo(1);
        } finally {
            store.close();
        }
    }

    @Test
    void compact_ofTheLastNeedles_givesNoSequenceTwice() throws IOException {
        HayloftStore store = open();
        try {
            put(store, "a", "1");
            delete(store, "a");
            seal(store);
            compact(store, sealed(store).get(0));
            store = reopenWithoutMark(store);
            assertThat(store.statistics(BUCKET).objects()).isZero();
            put(store, "b", "2");
            store = reopenWithoutMark(store);
            assertThat(text(store, "b")).contains("2");
            assertThat(Files.readString(folder.resolve("partitions/0/COMPACTED")))
                    .contains("sequence 2\n");
        } finally {
            store.close();
        }
    }

    @Test
    void compact_whileAReaderHasTheVolume_letsItFinish() throws IOException {
        try (HayloftStore store = open()) {
            putLarge(store, "large", (byte) 7);
            seal(store);
            List<String> before = sealed(store);
            try (StoredObject object = store.read(BUCKET, ObjectKey.of("large")).orElseThrow()) {
                before.forEach(volume -> compact(store, volume));
                assertThat(sealed(store)).doesNotContainAnyElementsOf(before);
                assertThat(StoreTest.bytes(object)).hasSize(3 << 20).containsOnly(7);
            }
            assertThat(read(store, "large").orElseThrow()).containsOnly(7);
            assertThat(files()).hasSameSizeAs(sealed(store));
        }
    }

    @Test
    void compact_ofWhatIsNotSealed_isRefused() {
        try (HayloftStore store = open()) {
            for (String volume : List.of("0-0", "0-7", "9-0", "nonsense")) {
                assertThatThrownBy(() -> compact(store, volume))
                        .isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.NO_SUCH_VOLUME));
            }
        }
    }

    @Test
    void rebuild_afterALargeObjectWasReplaced_doesNotBringBackItsExtents() {
        try (HayloftStore store = open()) {
            putLarge(store, "large", (byte) 1);
            putLarge(store, "large", (byte) 2);
            Awaitility.await().until(() -> store.statistics(BUCKET).storedBytes() < (4 << 20));
            long stored = store.statistics(BUCKET).storedBytes();
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            assertThat(store.statistics(BUCKET).storedBytes()).isEqualTo(stored);
            assertThat(read(store, "large").orElseThrow()).containsOnly(2);
        }
    }

    /**
     * Each client owns its keys and knows what it wrote last; readers of others' keys see only what was ever written.
     */
    @Test
    void compact_whileClientsWriteReadAndDelete_losesNothing() throws Exception {
        int clients = 4;
        int keys = 40;
        int writes = 600;
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(clients + 1);
        HayloftStore store = open();
        try {
            List<Future<long[]>> loads = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int id = client;
                loads.add(threads.submit(() -> load(store, id, keys, writes)));
            }
            Future<Integer> compactions = threads.submit(() -> {
                int count = 0;
                while (!done.get()) {
                    TestJobs.run(store, JobRequest.Kind.COMPACT);
                    count++;
                }
                return count;
            });
            List<long[]> last = new ArrayList<>();
            for (Future<long[]> load : loads) {
                last.add(load.get());
            }
            done.set(true);
            assertThat(compactions.get()).isPositive();
            check(store, last);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            check(store, last);
            long live = store.status().liveBytes();
            assertThat(store.status().deadBytes()).isLessThan(live * 15 / 100);
            assertThat(store.volumes().stream().mapToLong(VolumeStatus::bytes).sum())
                    .as("bytes of all volumes, an open one's head of pages included")
                    .isLessThan(live * 11 / 10 + (1 << 20));
            HayloftStore again = reopenWithoutMark(store);
            try {
                check(again, last);
            } finally {
                again.close();
            }
        } finally {
            done.set(true);
            threads.shutdown();
            store.close();
        }
    }

    private static long[] load(HayloftStore store, int client, int keys, int writes) {
        SplittableRandom random = new SplittableRandom(client);
        long[] last = new long[keys];
        for (int i = 1; i <= writes; i++) {
            int key = random.nextInt(keys);
            String name = "client-" + client + "/" + key;
            if (random.nextInt(5) == 0) {
                delete(store, name);
                last[key] = 0;
            } else {
                put(store, name, i + " " + "x".repeat(random.nextInt(4000)));
                last[key] = i;
            }
            int looked = random.nextInt(keys);
            assertThat(number(store, "client-" + client + "/" + looked)).isEqualTo(last[looked]);
            number(store, "client-" + (client + 1) % 4 + "/" + looked); // Whole, or an exception.
        }
        return last;
    }

    private static long number(HayloftStore store, String key) {
        return text(store, key)
                .map(text -> Long.parseLong(text.substring(0, text.indexOf(' '))))
                .orElse(0L);
    }

    private static void check(HayloftStore store, List<long[]> last) {
        for (int client = 0; client < last.size(); client++) {
            for (int key = 0; key < last.get(client).length; key++) {
                assertThat(number(store, "client-" + client + "/" + key)).isEqualTo(last.get(client)[key]);
            }
        }
    }

    /** Twenty volumes and more of objects of 4 KiB, half of them dead: nearly all of that space comes back. */
    @Test
    void halfDeadVolumes_ofSmallObjects_takeHardlyMoreThanWhatLives() {
        try (HayloftStore store = open()) {
            int count = 20 * (2 << 20) / 4096;
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ByteBuffer content = ByteBuffer.allocate(4096).putInt(0, i);
                writes.add(store.put(PutRequest.of(BUCKET, ObjectKey.of("key-" + i)), content)
                        .toCompletableFuture());
                if (writes.size() == 1_000) { // Well under what the queue takes.
                    writes.forEach(CompletableFuture::join);
                    writes.clear();
                }
            }
            writes.forEach(CompletableFuture::join);
            for (int i = 0; i < count; i += 2) {
                delete(store, "key-" + i);
            }
            seal(store);
            long volumes = store.volumes().stream()
                    .filter(volume -> volume.id().startsWith("0-") && volume.needles() > 0)
                    .count();
            assertThat(volumes).isGreaterThanOrEqualTo(20);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            long bytes = 0;
            long live = 0;
            for (VolumeStatus volume : store.volumes()) {
                if (volume.id().startsWith("0-")) {
                    bytes += volume.bytes();
                    live += volume.liveBytes();
                }
            }
            assertThat(live).isGreaterThan(count / 2 * 4096L);
            assertThat(bytes).isLessThanOrEqualTo(live * 11 / 10);
            assertThat(store.statistics(BUCKET).objects()).isEqualTo(count / 2);
        }
    }
}
