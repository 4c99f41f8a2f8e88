package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Equal content of a bucket stands in the log once, as long as anything refers to it. */
@Timeout(120)
class DeduplicationTest extends SharingBucket {
    @Test
    void put_ofKnownContent_storesAReferenceOnly() {
        byte[] content = content(1, SIZE);
        put("first", content);
        long stored = store.statistics(BUCKET).storedBytes();
        for (int i = 0; i < 9; i++) {
            put("copy" + i, content);
        }
        BucketStatistics statistics = store.statistics(BUCKET);
        assertThat(statistics.storedBytes()).isBetween(stored + 9, stored + 9 * MANIFEST_MAX);
        assertThat(statistics.logicalBytes()).isEqualTo(10L * SIZE);
        assertThat(statistics.savedBytes()).isBetween(9L * SIZE, 9L * (SIZE + MANIFEST_MAX));
        assertThat(read(store, "copy8")).isEqualTo(content);
        assertThat(put("first", content).sha256()).isEqualTo(Sha256.of(ByteBuffer.wrap(content)));
    }

    @Test
    void put_belowTheLeastSize_staysByItself() {
        byte[] content = content(2, Deduplication.SIZE_MIN - 1);
        put("a", content);
        put("b", content);
        assertThat(store.statistics(BUCKET).savedBytes()).isZero();
        byte[] larger = content(3, Deduplication.SIZE_MIN);
        put("c", larger);
        put("d", larger);
        assertThat(store.statistics(BUCKET).savedBytes()).isPositive();
        assertThat(read(store, "b")).isEqualTo(content);
        assertThat(read(store, "d")).isEqualTo(larger);
    }

    @Test
    void delete_ofTheLastReference_givesTheContentUp() {
        byte[] content = content(4, SIZE);
        put("a", content);
        put("b", content);
        delete("a");
        awaitStored(SIZE, SIZE + 2 * MANIFEST_MAX);
        assertThat(read(store, "b")).isEqualTo(content);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(store.statistics(BUCKET).savedBytes()).isZero());
        put("b", content(5, SIZE));
        awaitStored(SIZE, SIZE + 2 * MANIFEST_MAX);
        delete("b");
        awaitNothingStored();
        put("a", content);
        assertThat(read(store, "a")).isEqualTo(content);
    }

    @Test
    void upload_ofEqualChunks_storesEachOnce() {
        byte[] chunk = content(6, ObjectStore.EXTENT_SIZE);
        byte[] large = new byte[3 * ObjectStore.EXTENT_SIZE + SIZE];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(chunk, 0, large, i * chunk.length, chunk.length);
        }
        System.arraycopy(content(7, SIZE), 0, large, 3 * chunk.length, SIZE);
        upload("large", large);
        upload("again", large);
        put("tail", content(7, SIZE));
        put("chunk", chunk);
        assertThat(store.statistics(BUCKET).storedBytes())
                .isBetween((long) chunk.length + SIZE, (long) chunk.length + SIZE + 6 * MANIFEST_MAX);
        assertThat(read(store, "large")).isEqualTo(large);
        delete("large");
        delete("chunk");
        delete("tail");
        assertThat(read(store, "again")).isEqualTo(large);
        delete("again");
        awaitNothingStored();
    }

    @Test
    void upload_thatIsGivenUp_leavesNothing() {
        byte[] content = content(8, ObjectStore.EXTENT_SIZE);
        put("kept", content);
        long stored = store.statistics(BUCKET).storedBytes();
        try (Upload upload = store.startUpload(PutRequest.of(BUCKET, ObjectKey.of("open")))) {
            Futures.await(upload.write(ByteBuffer.wrap(content)));
            Futures.await(upload.write(ByteBuffer.wrap(content(9, ObjectStore.EXTENT_SIZE))));
            delete("kept");
            assertThat(store.read(BUCKET, ObjectKey.of("kept"))).isEmpty();
            put("kept", content); // What the upload holds is still there to be found.
        }
        awaitStored(stored, stored);
        assertThat(read(store, "kept")).isEqualTo(content);
    }

    @Test
    void put_whoseConditionFails_leavesNothing() {
        put("a", content(10, SIZE));
        long stored = store.statistics(BUCKET).storedBytes();
        PutRequest request = new PutRequest(
                BUCKET, ObjectKey.of("a"), ObjectAttributes.NONE, WriteCondition.ABSENT, Optional.empty());
        assertThat(failureOf(request, content(11, SIZE))).isEqualTo(ErrorCode.PRECONDITION_FAILED);
        assertThat(failureOf(request, content(10, SIZE))).isEqualTo(ErrorCode.PRECONDITION_FAILED);
        awaitStored(stored, stored);
        assertThat(read(store, "a")).isEqualTo(content(10, SIZE));
    }

    private ErrorCode failureOf(PutRequest request, byte[] content) {
        try {
            Futures.await(store.put(request, ByteBuffer.wrap(content)));
            return ErrorCode.INTERNAL;
        } catch (HayloftException e) {
            return e.code();
        }
    }

    @Test
    void versions_ofOneContent_shareItUntilTheLastGoes() {
        store.updateBucket(BUCKET, before -> settings(true, true, "zstd"));
        byte[] content = content(12, SIZE);
        long first = put("a", content).version();
        put("a", content);
        put("a", content);
        assertThat(store.statistics(BUCKET).storedBytes()).isLessThan(SIZE + 4 * MANIFEST_MAX);
        deleteVersions(new DeleteRequest.Target.Version(first));
        assertThat(read(store, "a")).isEqualTo(content);
        deleteVersions(new DeleteRequest.Target.All());
        awaitNothingStored();
    }

    private void deleteVersions(DeleteRequest.Target target) {
        Futures.await(store.delete(new DeleteRequest(BUCKET, ObjectKey.of("a"), target, WriteCondition.NONE)));
    }

    @Test
    void batch_ofEqualValues_storesThemOnce() {
        byte[] content = content(13, SIZE);
        List<BatchStep> steps = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            steps.add(new BatchStep.Put(
                    ObjectKey.of("k" + i), ObjectAttributes.NONE, OptionalLong.empty(), ByteBuffer.wrap(content)));
        }
        Futures.await(store.verbs().batch(BUCKET, steps, Optional.empty()));
        assertThat(store.statistics(BUCKET).storedBytes()).isLessThan(SIZE + 21 * MANIFEST_MAX);
        for (int i = 0; i < 20; i++) {
            assertThat(read(store, "k" + i)).isEqualTo(content);
        }
    }

    @Test
    void setting_switchedOffAndOn_changesNothingThatIsThere() {
        byte[] content = content(14, SIZE);
        put("a", content);
        put("b", content);
        store.updateBucket(BUCKET, before -> settings(false, false, "none"));
        put("c", content);
        delete("a");
        assertThat(read(store, "b")).isEqualTo(content);
        store.updateBucket(BUCKET, before -> settings(true, false, "none"));
        put("d", content);
        awaitStored(2 * SIZE, 2 * SIZE + 4 * MANIFEST_MAX);
        delete("b");
        delete("c");
        assertThat(read(store, "d")).isEqualTo(content);
        delete("d");
        awaitNothingStored();
    }

    @Test
    void counts_afterAnyStart_areWhatTheManifestsSay() {
        for (int i = 0; i < 60; i++) {
            put("k" + i, content(i % 7, SIZE));
        }
        for (int i = 0; i < 30; i++) {
            delete("k" + i);
        }
        long saved = store.statistics(BUCKET).savedBytes();
        Awaitility.await()
                .untilAsserted(() -> assertThat(store.statistics(BUCKET).savedBytes())
                        .isBetween(23L * SIZE, 23L * (SIZE + MANIFEST_MAX)));
        assertThat(saved).isPositive();
        BucketStatistics expected = store.statistics(BUCKET);
        for (boolean withoutIndex : new boolean[] {false, true}) {
            onACopy(
                    other -> {
                        BucketStatistics found = other.statistics(BUCKET);
                        assertThat(found.savedBytes()).isEqualTo(expected.savedBytes());
                        assertThat(found.storedBytes()).isEqualTo(expected.storedBytes());
                        assertThat(found.liveBytes()).isEqualTo(expected.liveBytes());
                        for (int i = 30; i < 60; i++) {
                            assertThat(read(other, "k" + i)).isEqualTo(content(i % 7, SIZE));
                        }
                    },
                    withoutIndex);
        }
        store.close();
        store = open(folder);
        assertThat(store.statistics(BUCKET)).isEqualTo(expected);
        put("new", content(1, SIZE)); // Found again after a clean start too.
        assertThat(store.statistics(BUCKET).storedBytes()).isLessThan(expected.storedBytes() + MANIFEST_MAX);
        for (int i = 30; i < 60; i++) {
            delete("k" + i);
        }
        delete("new");
        awaitNothingStored();
    }

    @Test
    void compactionAndRebuild_ofSharedContent_keepItsCounts() {
        for (int i = 0; i < 40; i++) {
            put("k" + i, content(i % 5, SIZE));
            put("once" + i, content(1000 + i, SIZE));
        }
        for (int i = 0; i < 20; i++) {
            delete("k" + i);
            delete("once" + i);
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(store.statistics(BUCKET).savedBytes())
                        .isBetween(15L * SIZE, 15L * (SIZE + MANIFEST_MAX)));
        TestJobs.run(store, JobRequest.Kind.SEAL);
        TestJobs.run(store, JobRequest.Kind.COMPACT);
        assertShared();
        TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
        assertShared();
        put("more", content(3, SIZE));
        delete("more");
        for (int i = 20; i < 40; i++) {
            delete("k" + i);
            delete("once" + i);
        }
        awaitNothingStored();
    }

    private void assertShared() {
        assertThat(store.statistics(BUCKET).savedBytes()).isBetween(15L * SIZE, 15L * (SIZE + MANIFEST_MAX));
        for (int i = 20; i < 40; i++) {
            assertThat(read(store, "k" + i)).isEqualTo(content(i % 5, SIZE));
            assertThat(read(store, "once" + i)).isEqualTo(content(1000 + i, SIZE));
        }
    }

    @Test
    void putsAndDeletes_ofTheSameContentAtOnce_neverLoseIt() throws Exception {
        int threads = 16;
        ExecutorService pool = Executors.newFixedThreadPool(threads + 2);
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> readers = new ArrayList<>();
        List<Future<?>> writers = new ArrayList<>();
        try {
            for (int t = 0; t < threads; t++) {
                int mine = t;
                writers.add(pool.submit(() -> {
                    Random random = new Random(mine);
                    for (int i = 0; i < 60; i++) {
                        int which = random.nextInt(3);
                        put("t" + mine, content(which, SIZE));
                        assertThat(read(store, "t" + mine)).isEqualTo(content(which, SIZE));
                        if (random.nextInt(3) == 0) {
                            delete("t" + mine);
                        }
                    }
                    put("t" + mine, content(0, SIZE));
                }));
            }
            for (int r = 0; r < 2; r++) {
                int seed = 100 + r;
                readers.add(pool.submit(() -> {
                    Random random = new Random(seed);
                    while (!done.get()) {
                        Optional<StoredObject> found = store.read(BUCKET, ObjectKey.of("t" + random.nextInt(threads)));
                        found.ifPresent(object -> {
                            try (object) {
                                assertThat(Sha256.of(object.read(0, SIZE)))
                                        .isEqualTo(object.info().sha256());
                            }
                        });
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get(100, TimeUnit.SECONDS);
            }
        } finally {
            done.set(true);
            pool.shutdown();
        }
        for (Future<?> reader : readers) {
            reader.get(10, TimeUnit.SECONDS);
        }
        awaitStored(SIZE, SIZE + 17 * MANIFEST_MAX);
        assertThat(store.statistics(BUCKET).savedBytes()).isBetween(15L * SIZE, 15L * (SIZE + MANIFEST_MAX));
        for (int t = 0; t < threads; t++) {
            delete("t" + t);
        }
        awaitNothingStored();
    }

    /** Such a put is two needles, of which one names the content. */
    @Test
    void put_thatEndsTheOldestVersion_countsItsContentOnce() {
        store.updateBucket(BUCKET, before -> BucketSettings.builder(Durability.MEMORY)
                .versioning(true)
                .maxVersions(Optional.of(2))
                .compression("none")
                .deduplicate(true)
                .build());
        for (int i = 0; i < 5; i++) {
            put("a", content(26, SIZE));
        }
        deleteVersions(new DeleteRequest.Target.All());
        awaitNothingStored();
    }
}
