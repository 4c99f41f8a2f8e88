package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches: all of it or nothing, for readers too. */
@Timeout(120)
class BatchTest {
    private static final BucketName BUCKET = new BucketName("bucket");

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private HayloftStore store;

    @BeforeEach
    void open() {
        store = HayloftStore.open(StoreConfig.defaults(folder), Clock.systemUTC());
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static BatchStep.Put put(String key, byte[] content) {
        return new BatchStep.Put(
                ObjectKey.of(key), ObjectAttributes.NONE, OptionalLong.empty(), ByteBuffer.wrap(content));
    }

    private static BatchStep.Put put(String key, String content) {
        return put(key, content.getBytes(StandardCharsets.UTF_8));
    }

    private BatchResult batch(List<BatchStep> steps) {
        return Futures.await(store.verbs().batch(BUCKET, steps, Optional.empty()));
    }

    private Optional<String> text(String key) {
        Optional<StoredObject> found = store.read(BUCKET, ObjectKey.of(key));
        try (Closing<StoredObject> open = new Closing<>(found)) {
            return open.value().map(object -> new String(StoreTest.bytes(object), StandardCharsets.UTF_8));
        }
    }

    @Test
    void batch_ofPutsAndDeletes_happensInOrder() {
        batch(List.of(put("gone", "x")));
        BatchResult result = batch(List.of(
                put("a", "1"),
                new BatchStep.Delete(ObjectKey.of("gone"), OptionalLong.empty()),
                new BatchStep.Delete(ObjectKey.of("never"), OptionalLong.empty()),
                put("a", "2")));
        assertThat(text("a")).contains("2");
        assertThat(text("gone")).isEmpty();
        assertThat(result.steps()).hasSize(4);
        assertThat(result.steps().get(2)).isZero();
        assertThat(result.version()).isEqualTo(result.steps().get(3));
        assertThat(store.statistics(BUCKET).objects()).isEqualTo(1);
        assertThat(batch(List.of())).isEqualTo(new BatchResult(0, List.of()));
    }

    @Test
    void batch_withAConditionThatFails_leavesNothing() {
        batch(List.of(put("a", "1")));
        BatchStep.Put onlyIfAbsent =
                new BatchStep.Put(ObjectKey.of("a"), ObjectAttributes.NONE, OptionalLong.of(0), ByteBuffer.allocate(1));
        assertThatThrownBy(() -> batch(List.of(put("b", "x"), put("c", "y"), onlyIfAbsent)))
                .isInstanceOfSatisfying(HayloftException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
                    assertThat(e.fields()).containsEntry("record", 2);
                });
        assertThat(text("b")).isEmpty();
        assertThat(text("c")).isEmpty();
        assertThat(text("a")).contains("1");
        BatchStep.Put again =
                new BatchStep.Put(ObjectKey.of("b"), ObjectAttributes.NONE, OptionalLong.of(0), ByteBuffer.allocate(0));
        batch(List.of(again)); // The refused batch left no trace in the writer either.
        assertThat(text("b")).contains("");
    }

    @Test
    void batch_largerThanAFrame_isAtomicToo() {
        List<BatchStep> steps = new ArrayList<>();
        Random random = new Random(1);
        byte[] large = new byte[8 << 20];
        random.nextBytes(large);
        steps.add(put("large", large));
        byte[] middle = new byte[300_000];
        random.nextBytes(middle);
        for (int i = 0; i < 60; i++) {
            steps.add(put("middle-" + i, middle));
        }
        batch(steps);
        for (BatchStep step : steps) {
            try (StoredObject object = store.read(BUCKET, step.key()).orElseThrow()) {
                assertThat(StoreTest.bytes(object))
                        .isEqualTo(step.key().toString().equals("large") ? large : middle);
            }
        }
        assertThat(store.statistics(BUCKET).logicalBytes()).isEqualTo(large.length + 60L * middle.length);
    }

    @Test
    void batch_whoseKeysAndMetadataExceedAFrame_isRefused() {
        List<BatchStep> steps = new ArrayList<>();
        String padding = "k".repeat(1000);
        ObjectAttributes attributes =
                new ObjectAttributes("text/plain", java.util.Map.of(), java.util.Map.of("m", "v".repeat(1000)));
        for (int i = 0; i < 10_000; i++) {
            steps.add(new BatchStep.Put(
                    ObjectKey.of(padding + i), attributes, OptionalLong.empty(), ByteBuffer.allocate(0)));
        }
        assertThatThrownBy(() -> batch(steps)).isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.TOO_LARGE));
        assertThat(store.statistics(BUCKET).objects()).isZero();
    }

    /** Whoever sees a batch's number at its first key sees it, or a later one, at its last, and the other way round. */
    @Test
    void readers_neverSeeHalfABatch() throws Exception {
        int keys = 400;
        int rounds = 60;
        AtomicBoolean done = new AtomicBoolean();
        List<CompletableFuture<Integer>> readers = new ArrayList<>();
        batch(numbered(keys, 0));
        ExecutorService threads = Executors.newFixedThreadPool(3); // The common pool has one on two cores.
        for (int reader = 0; reader < 3; reader++) {
            int from = reader == 1 ? keys - 1 : 0;
            int to = keys - 1 - from;
            readers.add(CompletableFuture.supplyAsync(
                    () -> {
                        int looks = 0;
                        do {
                            int first = Integer.parseInt(text("key-" + from).orElseThrow());
                            int second = Integer.parseInt(text("key-" + to).orElseThrow());
                            assertThat(second).isGreaterThanOrEqualTo(first);
                            looks++;
                        } while (!done.get());
                        return looks;
                    },
                    threads));
        }
        try {
            for (int round = 1; round <= rounds; round++) {
                batch(numbered(keys, round));
            }
        } finally {
            done.set(true);
        }
        for (CompletableFuture<Integer> reader : readers) {
            assertThat(reader.get()).isPositive();
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private static List<BatchStep> numbered(int keys, int round) {
        List<BatchStep> steps = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            steps.add(put("key-" + i, Integer.toString(round)));
        }
        return steps;
    }
}
