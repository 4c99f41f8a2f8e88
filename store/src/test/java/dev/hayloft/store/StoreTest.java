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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final BucketName PHOTOS = new BucketName("photos");

    @TempDir
    Path data;

    private HayloftStore open() {
        return HayloftStore.open(config(), Clock.systemUTC());
    }

    private StoreConfig config() {
        return TestConfig.in(data)
                .partitions(2)
                .volumeSizeBytes(4L << 20)
                .durability(Durability.DISK)
                .build();
    }

    private static HayloftStore withBucket(HayloftStore store) {
        store.createBucket(PHOTOS, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        return store;
    }

    private static WriteResult put(ObjectStore store, String key, String text) {
        return Futures.await(store.put(PutRequest.of(PHOTOS, ObjectKey.of(key)), utf8(text)));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ObjectStore store, String key) {
        try (StoredObject object = store.read(PHOTOS, ObjectKey.of(key)).orElseThrow()) {
            return StandardCharsets.UTF_8
                    .decode(object.read(0, (int) object.info().sizeBytes()))
                    .toString();
        }
    }

    private static List<String> keys(ObjectStore store) {
        ListPage page =
                Futures.await(store.list(new ListRequest(PHOTOS, "", Optional.empty(), Optional.empty(), 1000)));
        List<String> keys = new ArrayList<>();
        for (ListEntry entry : page.entries()) {
            keys.add(((ListEntry.ObjectLine) entry).info().key().toString());
        }
        return keys;
    }

    @Test
    void put_thenRead_givesTheBytesBack() {
        try (HayloftStore store = withBucket(open())) {
            WriteResult first = put(store, "a", "hay");
            assertThat(first.created()).isTrue();
            WriteResult second = put(store, "a", "straw");
            assertThat(second.created()).isFalse();
            assertThat(second.version()).isGreaterThan(first.version());
            assertThat(text(store, "a")).isEqualTo("straw");
            assertThat(store.tryRead(PHOTOS, ObjectKey.of("nothing"))).isInstanceOf(ReadAttempt.Absent.class);
        }
    }

    @Test
    void read_afterReopen_givesTheBytesBack() {
        try (HayloftStore store = withBucket(open())) {
            put(store, "a", "hay");
            put(store, "b", "straw");
            Futures.await(store.delete(PHOTOS, ObjectKey.of("b"), WriteCondition.NONE));
        }
        try (HayloftStore store = open()) {
            assertThat(text(store, "a")).isEqualTo("hay");
            assertThat(store.read(PHOTOS, ObjectKey.of("b"))).isEmpty();
            assertThat(keys(store)).containsExactly("a");
            assertThat(store.statistics(PHOTOS).objects()).isEqualTo(1);
            assertThat(store.statistics(PHOTOS).logicalBytes()).isEqualTo(3);
            put(store, "c", "more");
            assertThat(keys(store)).containsExactly("a", "c");
        }
    }

    @Test
    void put_withCondition_isJudgedAgainstTheNewestVersion() {
        try (HayloftStore store = withBucket(open())) {
            ObjectKey key = ObjectKey.of("a");
            WriteResult first = put(store, "a", "1");
            assertThat(failure(store.put(request(key, WriteCondition.ABSENT), utf8("2"))))
                    .isEqualTo(ErrorCode.PRECONDITION_FAILED);
            WriteCondition ifVersion =
                    new WriteCondition(OptionalLong.of(first.version()), Optional.empty(), Optional.empty());
            Futures.await(store.put(request(key, ifVersion), utf8("2")));
            assertThat(failure(store.put(request(key, ifVersion), utf8("3")))).isEqualTo(ErrorCode.PRECONDITION_FAILED);
            WriteCondition ifTag = new WriteCondition(
                    OptionalLong.empty(),
                    Optional.of(new WriteCondition.Tags(
                            false, List.of(Sha256.of(utf8("2")).hex()))),
                    Optional.empty());
            Futures.await(store.put(request(key, ifTag), utf8("3")));
            assertThat(failure(store.put(request(key, ifTag), utf8("4")))).isEqualTo(ErrorCode.PRECONDITION_FAILED);
            assertThat(text(store, "a")).isEqualTo("3");
        }
    }

    private static PutRequest request(ObjectKey key, WriteCondition condition) {
        return new PutRequest(PHOTOS, key, ObjectAttributes.NONE, condition, Optional.of(Durability.DISK));
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
    void upload_ofSeveralExtents_readsBackAndOutlivesAReopen() throws Exception {
        byte[] content = new byte[3 * ObjectStore.EXTENT_SIZE + 12345];
        new Random(7).nextBytes(content);
        ObjectKey key = ObjectKey.of("large");
        try (HayloftStore store = withBucket(open())) {
            upload(store, key, content);
            assertThat(readAll(store, key)).isEqualTo(content);
            assertThat(store.statistics(PHOTOS).logicalBytes()).isEqualTo(content.length);
        }
        try (HayloftStore store = open()) {
            assertThat(readAll(store, key)).isEqualTo(content);
            put(store, "large", "small now");
            Awaitility.await().until(() -> store.statistics(PHOTOS).storedBytes() < 1000);
            assertThat(text(store, "large")).isEqualTo("small now");
        }
    }

    private static void upload(ObjectStore store, ObjectKey key, byte[] content) throws Exception {
        MessageDigest digest = Sha256.newDigest();
        digest.update(content);
        try (Upload upload = store.startUpload(PutRequest.of(PHOTOS, key))) {
            for (int at = 0; at < content.length; at += ObjectStore.EXTENT_SIZE) {
                int size = Math.min(ObjectStore.EXTENT_SIZE, content.length - at);
                Futures.await(upload.write(ByteBuffer.wrap(content, at, size)));
            }
            Futures.await(upload.commit(Sha256.of(digest)));
        }
    }

    private static byte[] readAll(ObjectStore store, ObjectKey key) {
        try (StoredObject object = store.read(PHOTOS, key).orElseThrow()) {
            return bytes(object);
        }
    }

    /** All of an object's content. */
    static byte[] bytes(StoredObject object) {
        byte[] all = new byte[(int) object.info().sizeBytes()];
        for (int at = 0; at < all.length; ) {
            ByteBuffer part = object.read(at, Integer.MAX_VALUE);
            int size = part.remaining();
            part.get(all, at, size);
            at += size;
        }
        return all;
    }

    @Test
    void deleteBucket_withObjects_needsForce() {
        try (HayloftStore store = withBucket(open())) {
            put(store, "a", "hay");
            assertThatThrownBy(() -> store.deleteBucket(PHOTOS, false))
                    .isInstanceOfSatisfying(
                            HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BUCKET_NOT_EMPTY));
            put(store, "b", "still here");
            store.deleteBucket(PHOTOS, true);
            assertThat(store.findBucket(PHOTOS)).isEmpty();
            withBucket(store);
            assertThat(keys(store)).isEmpty();
            assertThat(store.read(PHOTOS, ObjectKey.of("a"))).isEmpty();
        }
    }

    @Test
    void put_manyAcrossVolumes_allReadableAfterReopenAndRebuild() {
        int count = 20_000;
        try (HayloftStore store = withBucket(open())) {
            List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                writes.add(store.put(
                                PutRequest.of(PHOTOS, ObjectKey.of("key-" + i % 15_000)),
                                utf8("value " + i + "x".repeat(500)))
                        .toCompletableFuture());
                if (writes.size() == 1000) {
                    writes.forEach(CompletableFuture::join);
                    writes.clear();
                }
            }
            writes.forEach(CompletableFuture::join);
            assertThat(store.statistics(PHOTOS).objects()).isEqualTo(15_000);
            assertThat(store.volumes().size()).isGreaterThan(2);
        }
        try (HayloftStore store = open()) {
            assertThat(store.statistics(PHOTOS).objects()).isEqualTo(15_000);
            assertThat(text(store, "key-3")).startsWith("value 15003");
            Job job = store.jobs().submit(new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.empty(), true));
            Awaitility.await().until(() -> store.jobs()
                    .find(job.id())
                    .orElseThrow()
                    .finishedAt()
                    .isPresent());
            assertThat(store.jobs().find(job.id()).orElseThrow().error()).isEmpty();
            for (int i = 0; i < 15_000; i += 97) {
                assertThat(text(store, "key-" + i)).startsWith("value " + (i < 5000 ? i + 15_000 : i));
            }
        }
    }

    @Test
    void open_ofAFolderInUse_isRefusedWithASentence() {
        try (HayloftStore store = open()) {
            assertThat(store.buckets()).isEmpty();
            assertThatThrownBy(this::open).hasMessageContaining("Another process has this data folder open");
        }
    }

    @Test
    void attributes_areKept() {
        try (HayloftStore store = withBucket(open())) {
            ObjectAttributes attributes =
                    new ObjectAttributes("image/jpeg", Map.of("cache-control", "no-cache"), Map.of("owner", "Zoë"));
            ObjectKey key = ObjectKey.of("a");
            Futures.await(store.put(
                    new PutRequest(PHOTOS, key, attributes, WriteCondition.NONE, Optional.empty()), utf8("x")));
            try (StoredObject object = store.read(PHOTOS, key).orElseThrow()) {
                assertThat(object.info().attributes()).isEqualTo(attributes);
            }
        }
    }
}
