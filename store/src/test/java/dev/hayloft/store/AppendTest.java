package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Appends: what they make, what they leave behind, and that nothing between them is lost. */
@Timeout(300)
class AppendTest {
    private static final BucketName BUCKET = new BucketName("logs");
    private static final ObjectKey KEY = ObjectKey.of("app/today");

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random("AppendTest");
    private final Parts parts = new Parts();

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private HayloftStore store;

    /** What an object should be, and its entity tag. */
    private static final class Parts {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final MessageDigest digests = Sha256.newDigest();
        private int count;

        void add(byte[] part) {
            content.writeBytes(part);
            ByteBuffer digest = ByteBuffer.allocate(Sha256.SIZE);
            Sha256.of(ByteBuffer.wrap(part)).writeTo(digest);
            digests.update(digest.array());
            count++;
        }

        String etag() {
            try {
                return Sha256.of((MessageDigest) digests.clone()).hex() + "-" + count;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @BeforeEach
    void open() {
        store = reopen();
        if (store.findBucket(BUCKET).isEmpty()) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private HayloftStore reopen() {
        return HayloftStore.open(TestConfig.in(folder).build(), Clock.systemUTC());
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private WriteResult append(byte[] part) {
        WriteResult result = append(part, OptionalLong.empty(), WriteCondition.NONE);
        parts.add(part);
        return result;
    }

    private WriteResult append(byte[] part, OptionalLong offset, WriteCondition condition) {
        PutRequest put = new PutRequest(BUCKET, KEY, ObjectAttributes.NONE, condition, Optional.empty());
        ByteBuffer content = ByteBuffer.wrap(part);
        return Futures.await(store.verbs().append(new AppendRequest(put, offset), content, Sha256.of(content)));
    }

    private void appendLarge(byte[] part) {
        try (Upload upload = store.verbs().startAppend(AppendRequest.of(PutRequest.of(BUCKET, KEY)))) {
            for (int at = 0; at < part.length; at += ObjectStore.EXTENT_SIZE) {
                int size = Math.min(ObjectStore.EXTENT_SIZE, part.length - at);
                Futures.await(upload.write(ByteBuffer.wrap(part, at, size)));
            }
            Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(part))));
        }
        parts.add(part);
    }

    private void check() {
        try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
            assertThat(object.info().sizeBytes()).isEqualTo(parts.content.size());
            assertThat(object.info().etag()).isEqualTo(parts.etag());
            assertThat(StoreTest.bytes(object)).isEqualTo(parts.content.toByteArray());
        }
    }

    private void assertRefused(ErrorCode code, Runnable write) {
        assertThatThrownBy(write::run).isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                .isEqualTo(code));
        check();
    }

    /** Whatever an object was made of is gone with it, at once and after a rebuild of the index. */
    private void deleteAndExpectNothing() {
        Futures.await(store.delete(BUCKET, KEY, WriteCondition.NONE));
        awaitNothingLive();
        TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
        awaitNothingLive();
    }

    private void awaitNothingLive() {
        Awaitility.await().untilAsserted(() -> {
            BucketStatistics left = store.statistics(BUCKET);
            assertThat(left.objects()).isZero();
            assertThat(left.logicalBytes()).isZero();
            assertThat(left.liveBytes()).isZero();
        });
    }

    @Test
    void append_toNothing_createsAndGoesOn() {
        WriteResult first = append("one ".getBytes(StandardCharsets.UTF_8));
        assertThat(first.created()).isTrue();
        check();
        WriteResult second = append("two".getBytes(StandardCharsets.UTF_8));
        assertThat(second.created()).isFalse();
        assertThat(second.etag()).isEqualTo(parts.etag());
        assertThat(second.appended()).contains(new WriteResult.Appended(2, 7));
        assertThat(second.version()).isGreaterThan(first.version());
        check();
        append(new byte[0]);
        check();
        deleteAndExpectNothing();
    }

    @Test
    void append_toWhatWasPut_countsItAsAPart() {
        for (int size : new int[] {0, 100, 5000, 1 << 20, (1 << 20) + 1, 20 << 20}) {
            byte[] content = bytes(size);
            if (size <= ObjectStore.EXTENT_SIZE) {
                Futures.await(store.put(PutRequest.of(BUCKET, KEY), ByteBuffer.wrap(content)));
            } else {
                try (Upload upload = store.startUpload(PutRequest.of(BUCKET, KEY))) {
                    for (int at = 0; at < size; at += ObjectStore.EXTENT_SIZE) {
                        int length = Math.min(ObjectStore.EXTENT_SIZE, size - at);
                        Futures.await(upload.write(ByteBuffer.wrap(content, at, length)));
                    }
                    Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(content))));
                }
            }
            Parts expected = new Parts();
            expected.add(content);
            for (int part : new int[] {10, 3000, 1 << 20}) {
                byte[] more = bytes(part);
                append(more);
                expected.add(more);
                try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
                    assertThat(object.info().etag()).isEqualTo(expected.etag());
                    assertThat(StoreTest.bytes(object)).isEqualTo(expected.content.toByteArray());
                }
            }
        }
        deleteAndExpectNothing();
    }

    @Test
    void append_ofPartsOfManySizes_keepsThemInOrder() {
        for (int i = 0; i < 60; i++) {
            int kind = random.nextInt(10);
            if (kind == 0) {
                appendLarge(bytes(ObjectStore.EXTENT_SIZE + random.nextInt(2 << 20)));
            } else {
                append(bytes(random.nextInt(kind < 7 ? 3000 : 200_000)));
            }
            if (i % 10 == 9) {
                check();
            }
        }
        deleteAndExpectNothing();
    }

    @Test
    void append_withAConditionThatFails_changesNothing() {
        append(bytes(3000));
        long version = append(bytes(10)).version();
        assertRefused(
                ErrorCode.PRECONDITION_FAILED, () -> append(bytes(1), OptionalLong.of(3000), WriteCondition.NONE));
        assertRefused(
                ErrorCode.PRECONDITION_FAILED, () -> append(bytes(1), OptionalLong.empty(), WriteCondition.ABSENT));
        WriteCondition other = new WriteCondition(
                OptionalLong.empty(),
                Optional.of(new WriteCondition.Tags(false, List.of("0".repeat(64)))),
                Optional.empty());
        assertRefused(ErrorCode.PRECONDITION_FAILED, () -> append(bytes(1), OptionalLong.empty(), other));
        WriteCondition right = new WriteCondition(
                OptionalLong.of(version),
                Optional.of(new WriteCondition.Tags(false, List.of(parts.etag()))),
                Optional.empty());
        byte[] last = bytes(5000);
        append(last, OptionalLong.of(3010), right);
        parts.add(last);
        check();
    }

    @Test
    void append_thatIsReadOnlyOrOverTheQuota_isRefused() {
        append(bytes(100));
        BucketSettings plain = BucketSettings.defaults(Durability.MEMORY);
        store.updateBucket(BUCKET, before -> withQuota(plain, Optional.of(150L), false));
        assertRefused(ErrorCode.QUOTA_EXCEEDED, () -> append(bytes(51), OptionalLong.empty(), WriteCondition.NONE));
        append(bytes(50));
        store.updateBucket(BUCKET, before -> withQuota(plain, Optional.empty(), true));
        assertRefused(ErrorCode.READ_ONLY, () -> append(bytes(1), OptionalLong.empty(), WriteCondition.NONE));
    }

    private static BucketSettings withQuota(BucketSettings like, Optional<Long> quotaBytes, boolean readOnly) {
        return like.toBuilder().quotaBytes(quotaBytes).readOnly(readOnly).build();
    }

    @Test
    void append_whereVersionsAreKept_keepsNoneOfItsOwn() {
        BucketSettings like = BucketSettings.defaults(Durability.MEMORY);
        store.updateBucket(BUCKET, before -> like.toBuilder()
                .versioning(true)
                .maxVersions(Optional.empty())
                .build());
        byte[] before = bytes(7000);
        long kept = Futures.await(store.put(PutRequest.of(BUCKET, KEY), ByteBuffer.wrap(before)))
                .version();
        byte[] base = bytes(3000);
        Futures.await(store.put(PutRequest.of(BUCKET, KEY), ByteBuffer.wrap(base)));
        parts.add(base);
        for (int i = 0; i < 40; i++) {
            append(bytes(700));
        }
        long newest = append(bytes(1)).version();
        check();
        assertThat(store.versions(BUCKET, KEY, OptionalLong.empty(), 100).stream()
                        .map(ListEntry.VersionLine::version))
                .containsExactly(newest, kept);
        TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
        check();
        assertThat(store.versions(BUCKET, KEY, OptionalLong.empty(), 100)).hasSize(2);
        Futures.await(store.delete(BUCKET, KEY, WriteCondition.NONE));
        byte[] again = bytes(10);
        assertThat(append(again, OptionalLong.of(0), WriteCondition.ABSENT).created())
                .isTrue();
        assertThat(store.versions(BUCKET, KEY, OptionalLong.empty(), 100)).hasSize(4);
        Futures.await(
                store.delete(new DeleteRequest(BUCKET, KEY, new DeleteRequest.Target.All(), WriteCondition.NONE)));
        awaitNothingLive();
    }

    @Test
    void append_inTheFeed_tellsTheWholeObject() {
        append(bytes(10));
        append(bytes(20));
        ChangesPage page = store.changes(new ChangesRequest(BUCKET, ChangesRequest.EARLIEST, "", 100, false));
        assertThat(page.changes()).extracting(Change::op).containsExactly(Change.Op.APPEND, Change.Op.APPEND);
        Change.Stored last = page.changes().get(1).object().orElseThrow();
        assertThat(last.sizeBytes()).isEqualTo(30);
        assertThat(last.etag()).isEqualTo(parts.etag());
    }

    @Test
    void put_overAnAppendedObject_replacesAllOfIt() {
        for (int i = 0; i < 300; i++) {
            append(bytes(500));
        }
        Futures.await(store.put(PutRequest.of(BUCKET, KEY), ByteBuffer.wrap(new byte[3])));
        Awaitility.await().until(() -> store.statistics(BUCKET).storedBytes() < 500);
        try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
            assertThat(object.info().etag())
                    .isEqualTo(Sha256.of(ByteBuffer.allocate(3)).hex());
        }
        deleteAndExpectNothing();
    }

    @Test
    void racingAppends_loseNothingAndMixNoParts() throws Exception {
        int writers = 16;
        int each = 60;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Future<?>> all = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            int number = writer;
            all.add(threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    append(numbered(number, i), OptionalLong.empty(), WriteCondition.NONE);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
        try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
            assertThat(object.info().etag()).endsWith("-" + writers * each);
            String[] lines = new String(StoreTest.bytes(object), StandardCharsets.US_ASCII).split("\n");
            assertThat(lines).hasSize(writers * each);
            Map<String, Integer> next = new HashMap<>();
            for (String line : lines) {
                String[] words = line.split(" ");
                assertThat(Integer.parseInt(words[1])).isEqualTo(next.getOrDefault(words[0], 0));
                assertThat(words[2]).hasSize(200 + Integer.parseInt(words[0]));
                next.put(words[0], Integer.parseInt(words[1]) + 1);
            }
            assertThat(next).hasSize(writers);
        }
        deleteAndExpectNothing();
    }

    private static byte[] numbered(int writer, int number) {
        return (writer + " " + number + " " + "x".repeat(200 + writer) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void appendsAtAnOffset_thatRace_areWonByOneEach() throws Exception {
        int writers = 4;
        int rounds = 25;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Future<Integer>> all = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            all.add(threads.submit(() -> {
                int won = 0;
                for (int round = 0; round < rounds; round++) {
                    try {
                        append(new byte[100], OptionalLong.of(round * 100L), WriteCondition.NONE);
                        won++;
                    } catch (HayloftException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
                    }
                }
                return won;
            }));
        }
        int won = 0;
        for (Future<Integer> one : all) {
            won += one.get();
        }
        threads.shutdown();
        try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
            assertThat(object.info().sizeBytes()).isEqualTo(won * 100L);
        }
    }

    @Test
    void manySmallAppends_surviveRebuildCompactionAndRestart() throws IOException {
        many(3000, 100);
    }

    @Test
    @Tag("soak")
    @Timeout(1800)
    void hundredThousandSmallAppends_surviveRebuildCompactionAndRestart() throws IOException {
        many(100_000, 100);
    }

    private void many(int count, int size) throws IOException {
        for (int i = 0; i < count; i++) {
            append(bytes(size));
        }
        check();
        TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
        check();
        append(bytes(size));
        TestJobs.run(store, JobRequest.Kind.SEAL);
        store.jobs().submit(new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), true));
        TestJobs.run(store, JobRequest.Kind.COMPACT);
        check();
        long live = store.statistics(BUCKET).liveBytes();
        assertThat(live).isLessThan(2L * parts.content.size() + 20_000);
        store.close();
        store = reopen();
        check();
        append(bytes(size));
        store.close();
        Files.delete(folder.resolve("RUN")); // As after a power cut: no view is trusted.
        store = reopen();
        check();
        Awaitility.await()
                .untilAsserted(() -> assertThat(store.statistics(BUCKET).liveBytes())
                        .isLessThan(2L * parts.content.size() + 20_000));
        append(bytes(size));
        check();
        deleteAndExpectNothing();
    }

    /** The digests of the parts come along, wherever the content goes. */
    @Test
    void append_afterACopyOrAPatch_goesOnWithTheParts() {
        for (boolean deduplicate : new boolean[] {false, true}) {
            store.updateBucket(BUCKET, before -> DeduplicationTest.settings(deduplicate, true, "none"));
            for (int size : new int[] {10, 3_000, 30_000}) {
                append(bytes(size));
                ObjectKey aside = ObjectKey.of("aside");
                WriteResult copied = Futures.await(store.verbs().copy(CopyRequest.of(BUCKET, KEY, BUCKET, aside)));
                try (StoredObject copy = store.read(BUCKET, aside).orElseThrow()) {
                    assertThat(copied.etag()).isEqualTo(copy.info().etag()).contains("-");
                    assertThat(copied.version()).isEqualTo(copy.info().version());
                }
                Futures.await(store.verbs().rename(RenameRequest.of(BUCKET, aside, KEY)));
                append(bytes(size));
                Futures.await(store.verbs().patch(PatchRequest.of(BUCKET, KEY, before -> before.renamedFrom("nowhere")
                        .unrenamed())));
                append(bytes(size));
                check();
            }
        }
        appendLarge(bytes(20 * ObjectStore.EXTENT_SIZE + 5));
        Futures.await(store.verbs().copy(CopyRequest.of(BUCKET, KEY, BUCKET, KEY)));
        append(bytes(7));
        check();
        Futures.await(
                store.delete(new DeleteRequest(BUCKET, KEY, new DeleteRequest.Target.All(), WriteCondition.NONE)));
        awaitNothingLive();
    }
}
