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
import dev.hayloft.testing.Seeds;
import dev.hayloft.testing.TempFolders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The change feed: every mutation once, in order, whatever happens to the store in between. */
class ChangeFeedTest {
    private static final BucketName LOGS = new BucketName("logs");
    private static final BucketName OTHER = new BucketName("other");

    @TempDir
    Path data;

    private static HayloftStore open(Path folder) {
        HayloftStore store = HayloftStore.open(
                TestConfig.in(folder).volumeSizeBytes(1L << 20).build(), Clock.systemUTC());
        store.createBucket(LOGS, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        store.createBucket(OTHER, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        return store;
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(HayloftStore store, BucketName bucket, String key, String value) {
        Futures.await(store.put(PutRequest.of(bucket, ObjectKey.of(key)), utf8(value)));
    }

    private static ChangesRequest after(String cursor, int limit) {
        return new ChangesRequest(LOGS, cursor, "", limit, true);
    }

    private static String line(Change change) {
        return change.op().wireName() + " " + change.key()
                + change.value()
                        .map(value -> " " + StandardCharsets.UTF_8.decode(value.duplicate()))
                        .orElse("");
    }

    /** All changes behind a cursor, in pages of this size. */
    private static List<Change> all(HayloftStore store, String cursor, int limit) {
        List<Change> all = new ArrayList<>();
        ChangesPage page = store.changes(after(cursor, limit));
        while (!page.atEnd()) {
            assertThat(page.changes()).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page.changes());
            page = store.changes(after(page.cursor(), limit));
        }
        all.addAll(page.changes());
        return all;
    }

    @Test
    void changes_ofPutsAndDeletes_areToldOnceInOrder() {
        try (HayloftStore store = open(data)) {
            put(store, LOGS, "a", "1");
            put(store, OTHER, "x", "0");
            put(store, LOGS, "b", "2");
            Futures.await(store.delete(LOGS, ObjectKey.of("a"), WriteCondition.NONE));
            Futures.await(store.delete(LOGS, ObjectKey.of("never"), WriteCondition.NONE));
            put(store, LOGS, "a", "3");
            for (int limit : new int[] {1, 2, 10_000}) {
                assertThat(all(store, ChangesRequest.EARLIEST, limit).stream().map(ChangeFeedTest::line))
                        .containsExactly("put a 1", "put b 2", "delete a", "put a 3");
            }
            Change second = all(store, ChangesRequest.EARLIEST, 10).get(1);
            assertThat(second.object().orElseThrow().sizeBytes()).isEqualTo(1);
            assertThat(all(store, second.cursor(), 10)).hasSize(2);
            assertThat(all(store, ChangesRequest.LATEST, 10)).isEmpty();
            ChangesRequest ofPrefix = new ChangesRequest(LOGS, ChangesRequest.EARLIEST, "b", 10, false);
            assertThat(store.changes(ofPrefix).changes().stream().map(ChangeFeedTest::line))
                    .containsExactly("put b");
        }
    }

    @Test
    void changes_ofCompressedContent_tellTheContentAsItWasWritten() {
        try (HayloftStore store = open(data)) {
            String text = "a line that comes again. ".repeat(100);
            List<String> settings = List.of("auto", "zstd:19", "zlib", "none");
            for (String setting : settings) {
                store.updateBucket(LOGS, before -> before.withCompression(setting));
                put(store, LOGS, setting, text);
            }
            assertThat(store.statistics(LOGS).storedBytes()).isLessThan(2L * text.length());
            assertThat(all(store, ChangesRequest.EARLIEST, 10).stream().map(ChangeFeedTest::line))
                    .containsExactlyElementsOf(settings.stream()
                            .map(setting -> "put " + setting + " " + text)
                            .toList());
        }
    }

    @Test
    void whenChanged_completesAtTheNextMutationOfTheBucketOnly() throws Exception {
        try (HayloftStore store = open(data)) {
            put(store, LOGS, "a", "1");
            String cursor = store.changes(after(ChangesRequest.EARLIEST, 10)).cursor();
            CompletableFuture<Boolean> changed = store.whenChanged(LOGS, cursor);
            put(store, OTHER, "x", "0");
            assertThat(changed).isNotDone();
            put(store, LOGS, "b", "2");
            changed.get(30, TimeUnit.SECONDS);
            assertThat(store.whenChanged(LOGS, cursor)).isDone();
            assertThat(all(store, cursor, 10).stream().map(ChangeFeedTest::line))
                    .containsExactly("put b 2");
        }
    }

    @Test
    void whenChanged_ofTheFirstToWaitAfterAMutationThatItHasNotSeen_isDone() {
        try (HayloftStore store = open(data)) {
            put(store, LOGS, "a", "1");
            String cursor = store.changes(after(ChangesRequest.EARLIEST, 10)).cursor();
            put(store, LOGS, "b", "2");
            assertThat(store.whenChanged(LOGS, cursor)).isCompletedWithValue(true);
            String end = store.changes(after(cursor, 10)).cursor();
            assertThat(store.whenChanged(LOGS, end)).isNotDone();
        }
    }

    /** Who asks for little in a large partition must not hold a thread until all of it is read. */
    @Test
    void changes_ofABucketWithFewInALongLog_areToldInSteps() {
        StoreConfig config = TestConfig.in(data).volumeSizeBytes(32L << 20).build();
        try (HayloftStore store = HayloftStore.open(config, Clock.systemUTC())) {
            store.createBucket(LOGS, BucketSettings.defaults(Durability.MEMORY));
            store.createBucket(OTHER, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            byte[] filling = new byte[1 << 20];
            for (int i = 0; i < 70; i++) {
                Futures.await(store.put(PutRequest.of(OTHER, ObjectKey.of("x" + i)), ByteBuffer.wrap(filling)));
            }
            put(store, LOGS, "a", "1");
            put(store, OTHER, "y", "1");
            ChangesPage first = store.changes(after(ChangesRequest.EARLIEST, 1));
            assertThat(first.changes()).isEmpty();
            assertThat(first.atEnd()).isFalse();
            assertThat(all(store, first.cursor(), 10).stream().map(ChangeFeedTest::line))
                    .containsExactly("put a 1");
            ChangesRequest ofNone = new ChangesRequest(LOGS, ChangesRequest.EARLIEST, "~none", 1, false);
            assertThat(store.changes(ofNone, change -> {}).isPart()).isTrue();
            ChangesReached second = store.changes(ofNone.after(first.cursor()), change -> {});
            assertThat(second.atEnd()).isTrue();
            assertThat(second.isPart()).isFalse();
        }
    }

    /** Compaction has taken the volumes in which they were written first. */
    @Test
    void changes_thatWereMovedFarAway_areToldInStepsToo() {
        StoreConfig config = TestConfig.in(data).volumeSizeBytes(32L << 20).build();
        try (HayloftStore store = HayloftStore.open(config, Clock.systemUTC())) {
            store.createBucket(LOGS, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            byte[] filling = new byte[1 << 20];
            for (int i = 0; i < 105; i++) {
                String key = i % 3 == 0 ? "dead" : "k" + i;
                Futures.await(store.put(PutRequest.of(LOGS, ObjectKey.of(key)), ByteBuffer.wrap(filling)));
            }
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            List<String> keys = new ArrayList<>();
            all(store, ChangesRequest.EARLIEST, 7)
                    .forEach(change -> keys.add(change.key().toString()));
            assertThat(keys).hasSize(71).doesNotHaveDuplicates();

            ChangesRequest next = new ChangesRequest(LOGS, ChangesRequest.EARLIEST, "~none", 1, false);
            ChangesReached reached = store.changes(next, change -> {});
            assertThat(reached.isPart()).isTrue();
            for (int step = 0; reached.isPart(); step++) {
                assertThat(step).isLessThan(20);
                next = next.after(reached.cursor());
                reached = store.changes(next, change -> {});
            }
            assertThat(reached.atEnd()).isTrue();
        }
    }

    @Test
    void changes_withACursorOfAnotherStoreOrNone_areRefused() throws Exception {
        String foreign;
        try (HayloftStore store = open(data)) {
            put(store, LOGS, "a", "1");
            foreign = store.changes(after(ChangesRequest.EARLIEST, 10)).cursor();
            assertThatThrownBy(() -> store.changes(after("no-cursor", 10)))
                    .isInstanceOfSatisfying(
                            HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PARAMETER));
            store.deleteBucket(LOGS, true);
            store.createBucket(LOGS, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            refusedAsGone(store, foreign);
        }
        Path second = TempFolders.create("feed");
        try (HayloftStore store = open(second)) {
            refusedAsGone(store, foreign);
        } finally {
            TempFolders.delete(second);
        }
    }

    private static void refusedAsGone(HayloftStore store, String cursor) {
        assertThatThrownBy(() -> store.changes(after(cursor, 10)))
                .isInstanceOfSatisfying(
                        HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GONE));
    }

    @Test
    void changes_readWhileWritingRestartingAndRebuilding_areEachToldOnceInOrder() throws Exception {
        Random random = new Random(Seeds.pick("ChangeFeedTest"));
        List<String> expected = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        String cursor = ChangesRequest.EARLIEST;
        byte[] filling = new byte[4000];
        for (int round = 0; round < 4; round++) {
            try (HayloftStore store = open(data)) {
                for (int i = 0; i < 300; i++) {
                    String key = "k" + random.nextInt(40);
                    String value = round + "." + i;
                    put(store, LOGS, key, value);
                    expected.add("put " + key + " " + value);
                    if (random.nextInt(4) == 0) {
                        Futures.await(store.delete(LOGS, ObjectKey.of(key), WriteCondition.NONE));
                        expected.add("delete " + key);
                    }
                    store.put(PutRequest.of(OTHER, ObjectKey.of("x" + i)), ByteBuffer.wrap(filling));
                    if (random.nextInt(30) == 0) {
                        ChangesPage page = store.changes(after(cursor, 1 + random.nextInt(60)));
                        page.changes().forEach(change -> seen.add(line(change)));
                        cursor = page.cursor();
                    }
                }
                Futures.await(store.put(PutRequest.of(OTHER, ObjectKey.of("last")), ByteBuffer.wrap(filling)));
                List<String> late = new ArrayList<>();
                all(store, ChangesRequest.EARLIEST, 777).forEach(change -> late.add(line(change)));
                assertThat(late).isEqualTo(expected);
            }
        }
        try (HayloftStore store = open(data)) {
            for (Change change : all(store, cursor, 50)) {
                seen.add(line(change));
            }
            assertThat(seen).isEqualTo(expected);
            Set<String> cursors = new HashSet<>();
            all(store, ChangesRequest.EARLIEST, 1000).forEach(change -> cursors.add(change.cursor()));
            assertThat(cursors).hasSize(expected.size());
        }
    }

    @Test
    void changes_ofRecords_areToldLikeAllOthers() throws Exception {
        try (HayloftStore store = open(data)) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            try (RecordStream stream = store.startRecords(RecordsRequest.of(LOGS), new RecordStream.Listener() {
                @Override
                public void acknowledged(long records) {
                    if (records == 5001) {
                        done.complete(null);
                    }
                }

                @Override
                public void failed(HayloftException reason, long records) {
                    done.completeExceptionally(reason);
                }
            })) {
                for (int i = 0; i < 5000; i++) {
                    stream.put(ObjectKey.of("k" + i), ObjectAttributes.NONE, utf8("v" + i));
                }
                stream.delete(ObjectKey.of("k7"));
                stream.flush();
                done.get(30, TimeUnit.SECONDS);
            }
            List<Change> all = all(store, ChangesRequest.EARLIEST, 999);
            assertThat(all).hasSize(5001);
            assertThat(line(all.get(4999))).isEqualTo("put k4999 v4999");
            assertThat(line(all.get(5000))).isEqualTo("delete k7");
            assertThat(all.get(5000).object()).isEqualTo(Optional.empty());
        }
    }
}
