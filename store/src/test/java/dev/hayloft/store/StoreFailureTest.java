package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.folder.RunMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a store does when one of its parts fails. The clock is the part that a test can make fail, thread by thread. */
@Timeout(60)
class StoreFailureTest {
    private static final BucketName BUCKET = new BucketName("bucket");
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @TempDir
    Path data;

    /** A clock that lets a thread of a certain name do something first. */
    private static final class HookedClock implements InstantSource {
        private volatile String thread = "";
        private volatile Runnable hook = () -> {};

        void hook(String threadName, Runnable what) {
            hook = what;
            thread = threadName;
        }

        @Override
        public Instant instant() {
            if (Thread.currentThread().getName().equals(thread)) {
                hook.run();
            }
            return NOW;
        }
    }

    private final HookedClock clock = new HookedClock();

    private HayloftStore open() {
        return HayloftStore.open(
                TestConfig.in(data).partitions(2).volumeSizeBytes(4L << 20).build(), clock);
    }

    private HayloftStore openWithBucket() {
        HayloftStore store = open();
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
        return store;
    }

    private static CompletionStage<WriteResult> put(HayloftStore store, String key) {
        return store.put(PutRequest.of(BUCKET, ObjectKey.of(key)), ByteBuffer.wrap(new byte[100]));
    }

    private static boolean has(HayloftStore store, String key) {
        Optional<StoredObject> found = store.read(BUCKET, ObjectKey.of(key));
        found.ifPresent(StoredObject::close);
        return found.isPresent();
    }

    private static ErrorCode failure(CompletionStage<?> stage) {
        try {
            Futures.await(stage);
        } catch (HayloftException e) {
            return e.code();
        }
        throw new AssertionError("it should have failed");
    }

    @Test
    void deleteBucket_thatFailsHalfway_isNotFinishedByTheNextStart() {
        try (HayloftStore store = openWithBucket()) {
            Futures.await(put(store, "before"));
            AtomicInteger looks = new AtomicInteger();
            clock.hook("hayloft-writer-system", () -> {
                if (looks.incrementAndGet() > 2) { // Each mutation looks twice: the second one is refused.
                    throw new CapacityException(ErrorCode.STORAGE_FULL, "The disk is full.");
                }
            });
            assertThatThrownBy(() -> store.deleteBucket(BUCKET, true))
                    .isInstanceOfSatisfying(
                            HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
            clock.hook("", () -> {});
            Futures.await(put(store, "after"));
        }
        for (int start = 0; start < 2; start++) {
            try (HayloftStore store = open()) {
                Job behind = store.jobs().submit(new JobRequest(JobRequest.Kind.SEAL, Optional.empty(), true));
                Awaitility.await().until(() -> store.jobs()
                        .find(behind.id())
                        .orElseThrow()
                        .finishedAt()
                        .isPresent()); // The background has had its time.
                assertThat(has(store, "before")).isTrue();
                assertThat(has(store, "after")).isTrue();
            }
        }
    }

    @Test
    void put_whenTheWriterFails_isAnsweredAlsoFromTheRing() throws InterruptedException {
        try (HayloftStore store = openWithBucket()) {
            Futures.await(put(store, "a"));
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            Runnable fail = () -> {
                inside.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                throw new IllegalStateException("The clock has stopped.");
            };
            int partition =
                    Slots.partitionOf(store.findBucket(BUCKET).orElseThrow().id(), 2);
            clock.hook("hayloft-writer-" + partition, fail);
            List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
            writes.add(put(store, "b").toCompletableFuture());
            assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
            writes.add(put(store, "c").toCompletableFuture()); // Stands in the ring while the writer fails.
            writes.add(put(store, "d").toCompletableFuture());
            release.countDown();
            for (CompletableFuture<WriteResult> write : writes) {
                assertThat(failure(write.orTimeout(30, TimeUnit.SECONDS))).isEqualTo(ErrorCode.READ_ONLY);
            }
            assertThat(failure(put(store, "e"))).isEqualTo(ErrorCode.READ_ONLY);
            assertThat(has(store, "a")).isTrue();
        }
    }

    @Test
    void close_whenAPartitionCannotBeClosed_stillGivesTheFolderBack() {
        HayloftStore store = openWithBucket();
        Futures.await(put(store, "a"));
        deleteTree(data.resolve("partitions/0/index"));
        deleteTree(data.resolve("partitions/1/index"));
        assertThatThrownBy(store::close).isInstanceOf(UncheckedIOException.class);
        try (HayloftStore again = open()) {
            assertThat(has(again, "a")).isTrue();
        }
    }

    @Test
    void open_thatFailsHalfwayAfterAnythingWorse_leavesNothingToBeTrusted() throws IOException {
        try (HayloftStore store = openWithBucket()) {
            Futures.await(put(store, "a"));
        }
        Files.delete(data.resolve("RUN"));
        Path directory = data.resolve("partitions/1/directory");
        deleteTree(directory);
        Files.createFile(directory);
        assertThatThrownBy(this::open).isInstanceOf(CompletionException.class);
        assertThat(RunMark.lastStop(data)).isEqualTo(RunMark.LastStop.UNKNOWN);
        Files.delete(directory);
        try (HayloftStore store = open()) {
            assertThat(has(store, "a")).isTrue();
            assertThat(RunMark.lastStop(data)).isEqualTo(RunMark.LastStop.KILLED);
        }
        assertThat(RunMark.lastStop(data)).isEqualTo(RunMark.LastStop.CLEAN);
    }

    private static void deleteTree(Path tree) {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void commit_withConditionsThatContradict_givesItsExtentsUp() {
        try (HayloftStore store = openWithBucket()) {
            Optional<WriteCondition.Tags> any = Optional.of(new WriteCondition.Tags(true, List.of()));
            WriteCondition never = new WriteCondition(OptionalLong.empty(), any, any);
            PutRequest request =
                    new PutRequest(BUCKET, ObjectKey.of("large"), ObjectAttributes.NONE, never, Optional.empty());
            try (Upload upload = store.startUpload(request)) {
                ByteBuffer extent = ByteBuffer.allocate(ObjectStore.EXTENT_SIZE);
                Futures.await(upload.write(extent.duplicate()));
                assertThat(failure(upload.commit(Sha256.of(extent)))).isEqualTo(ErrorCode.PRECONDITION_FAILED);
            }
            Awaitility.await().until(() -> store.statistics(BUCKET).storedBytes() == 0);
        }
    }

    @Test
    void upload_beyondTheQuota_isRefused() {
        try (HayloftStore store = openWithBucket()) {
            store.updateBucket(BUCKET, before -> before.toBuilder()
                    .quotaBytes(Optional.of(2L * ObjectStore.EXTENT_SIZE))
                    .build());
            try (Upload upload = store.startUpload(PutRequest.of(BUCKET, ObjectKey.of("large")))) {
                Futures.await(upload.write(ByteBuffer.allocate(ObjectStore.EXTENT_SIZE)));
                Futures.await(upload.write(ByteBuffer.allocate(ObjectStore.EXTENT_SIZE)));
                assertThat(failure(upload.write(ByteBuffer.allocate(1)))).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
            }
        }
    }

    @Test
    void requests_afterClose_areRefusedAsUnavailable() {
        HayloftStore store = openWithBucket();
        store.close();
        ObjectKey key = ObjectKey.of("a");
        WriteCondition tag = new WriteCondition(
                OptionalLong.empty(), Optional.of(new WriteCondition.Tags(false, List.of("x"))), Optional.empty());
        assertThat(failure(put(store, "a"))).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure(store.delete(BUCKET, key, tag))).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure(store.list(new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 10))))
                .isEqualTo(ErrorCode.UNAVAILABLE);
        assertThatThrownBy(() -> store.jobs().submit(new JobRequest(JobRequest.Kind.SEAL, Optional.empty(), true)))
                .isInstanceOfSatisfying(
                        HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }
}
