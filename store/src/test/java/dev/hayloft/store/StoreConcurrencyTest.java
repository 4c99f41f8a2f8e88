package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many at once on the same thing. */
@Timeout(120)
class StoreConcurrencyTest {
    private static final BucketName BUCKET = new BucketName("bucket");
    private static final int INCREMENTS = 150;
    private static final int DELETIONS = 20;
    private static final int WRITERS = 4;

    @TempDir
    Path data;

    private final ExecutorService clients = Executors.newFixedThreadPool(16);

    @AfterEach
    void stopClients() throws InterruptedException {
        clients.shutdownNow();
        assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    private HayloftStore open() {
        return HayloftStore.open(TestConfig.in(data).volumeSizeBytes(4L << 20).build(), Clock.systemUTC());
    }

    private static PutRequest request(String key, WriteCondition condition) {
        return new PutRequest(BUCKET, ObjectKey.of(key), ObjectAttributes.NONE, condition, Optional.empty());
    }

    private static ByteBuffer number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(0, value);
    }

    @Test
    void put_whenManyIncrementByCompareAndSet_losesNone() throws Exception {
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
            Futures.await(store.put(request("counter", WriteCondition.ABSENT), number(0)));
            List<Future<?>> tasks = new ArrayList<>();
            for (int i = 0; i < INCREMENTS; i++) {
                boolean byTag = i % 2 == 0;
                tasks.add(clients.submit(() -> increment(store, byTag)));
            }
            for (Future<?> task : tasks) {
                task.get();
            }
            try (StoredObject counter =
                    store.read(BUCKET, ObjectKey.of("counter")).orElseThrow()) {
                assertThat(counter.read(0, Long.BYTES).getLong()).isEqualTo(INCREMENTS);
            }
        }
    }

    private static void increment(HayloftStore store, boolean byTag) {
        boolean done = false;
        while (!done) {
            long value;
            WriteCondition unchanged;
            try (StoredObject counter =
                    store.read(BUCKET, ObjectKey.of("counter")).orElseThrow()) {
                value = counter.read(0, Long.BYTES).getLong();
                unchanged = byTag
                        ? new WriteCondition(
                                OptionalLong.empty(),
                                Optional.of(new WriteCondition.Tags(
                                        false, List.of(counter.info().etag()))),
                                Optional.empty())
                        : new WriteCondition(
                                OptionalLong.of(counter.info().version()), Optional.empty(), Optional.empty());
            }
            try {
                Futures.await(store.put(request("counter", unchanged), number(value + 1)));
                done = true;
            } catch (HayloftException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
            }
        }
    }

    @Test
    void put_whileTheBucketIsDeleted_isStoredOrRefused() throws Exception {
        try (HayloftStore store = open()) {
            for (int round = 0; round < DELETIONS; round++) {
                store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Boolean>> puts = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String key = "key-" + writer;
                    puts.add(clients.submit(() -> {
                        start.await();
                        return isStored(store, key);
                    }));
                }
                start.countDown();
                boolean deleted = isDeleted(store);
                for (int writer = 0; writer < WRITERS; writer++) {
                    boolean stored = puts.get(writer).get();
                    assertThat(stored && deleted).as("round %s", round).isFalse();
                    if (!deleted) {
                        Optional<StoredObject> found = store.read(BUCKET, ObjectKey.of("key-" + writer));
                        assertThat(found.isPresent()).isEqualTo(stored);
                        found.ifPresent(StoredObject::close);
                    }
                }
                if (!deleted) {
                    store.deleteBucket(BUCKET, true);
                }
            }
        }
    }

    private static boolean isStored(HayloftStore store, String key) {
        try {
            Futures.await(store.put(request(key, WriteCondition.NONE), number(1)));
            return true;
        } catch (HayloftException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_BUCKET);
            return false;
        }
    }

    private static boolean isDeleted(HayloftStore store) {
        try {
            store.deleteBucket(BUCKET, false);
            return true;
        } catch (HayloftException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BUCKET_NOT_EMPTY);
            return false;
        }
    }

    private record Write(String key, CompletableFuture<WriteResult> result) {}

    @Test
    void close_underLoad_completesWhatWasAccepted() throws Exception {
        Queue<Write> writes = new ConcurrentLinkedQueue<>();
        List<Future<?>> writers = new ArrayList<>();
        CountDownLatch busy = new CountDownLatch(1000);
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
            for (int writer = 0; writer < WRITERS; writer++) {
                String prefix = writer + "-";
                writers.add(clients.submit(() -> writeUntilClosed(store, prefix, writes, busy)));
            }
            assertThat(busy.await(60, TimeUnit.SECONDS)).isTrue();
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
        try (HayloftStore store = open()) {
            for (Write write : writes) {
                assertThat(write.result()).as(write.key()).isDone();
                Optional<StoredObject> found = store.read(BUCKET, ObjectKey.of(write.key()));
                assertThat(found.isPresent())
                        .as(write.key())
                        .isEqualTo(!write.result().isCompletedExceptionally());
                found.ifPresent(StoredObject::close);
            }
        }
    }

    private static void writeUntilClosed(HayloftStore store, String prefix, Queue<Write> writes, CountDownLatch busy) {
        for (int i = 0; ; i++) {
            String key = prefix + i;
            Write write = new Write(
                    key,
                    store.put(request(key, WriteCondition.NONE), ByteBuffer.allocate(1000))
                            .toCompletableFuture());
            writes.add(write);
            busy.countDown();
            if (i % 100 == 99) { // Some under way, not without end.
                try {
                    write.result().get();
                } catch (InterruptedException | ExecutionException e) {
                    return;
                }
            }
        }
    }
}
