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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rename, copy and patch. */
@Timeout(120)
class KeyVerbsTest {
    private static final BucketName BUCKET = new BucketName("bucket");
    private static final BucketName OTHER = new BucketName("other");
    private static final ObjectAttributes ATTRIBUTES =
            new ObjectAttributes("text/plain", Map.of("cache-control", "no-store"), Map.of("a", "1", "b", "2"));

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private HayloftStore store;

    @BeforeEach
    void open() {
        store = HayloftStore.open(StoreConfig.defaults(folder), Clock.systemUTC());
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
        store.createBucket(OTHER, BucketSettings.defaults(Durability.MEMORY));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static ObjectKey key(String text) {
        return ObjectKey.of(text);
    }

    private WriteResult put(String key, String content, Optional<Duration> ttl) {
        PutRequest request = new PutRequest(BUCKET, key(key), ATTRIBUTES, WriteCondition.NONE, Optional.empty(), ttl);
        return Futures.await(store.put(request, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
    }

    private WriteResult put(String key, String content) {
        return put(key, content, Optional.empty());
    }

    private WriteResult putLarge(String key, byte[] content) {
        PutRequest request = new PutRequest(BUCKET, key(key), ATTRIBUTES, WriteCondition.NONE, Optional.empty());
        try (Upload upload = store.startUpload(request)) {
            for (int from = 0; from < content.length; from += ObjectStore.EXTENT_SIZE) {
                int to = Math.min(content.length, from + ObjectStore.EXTENT_SIZE);
                Futures.await(upload.write(ByteBuffer.wrap(Arrays.copyOfRange(content, from, to))));
            }
            return Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(content))));
        }
    }

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Optional<byte[]> bytes(BucketName bucket, String key) {
        try (Closing<StoredObject> open = new Closing<>(store.read(bucket, key(key)))) {
            return open.value().map(StoreTest::bytes);
        }
    }

    private Optional<String> text(String key) {
        return bytes(BUCKET, key).map(content -> new String(content, StandardCharsets.UTF_8));
    }

    private ObjectInfo info(BucketName bucket, String key) {
        try (StoredObject object = store.read(bucket, key(key)).orElseThrow()) {
            return object.info();
        }
    }

    private RenameResult rename(String from, String to) {
        return rename(RenameRequest.of(BUCKET, key(from), key(to)));
    }

    private RenameResult rename(RenameRequest request) {
        return Futures.await(store.verbs().rename(request));
    }

    private WriteResult copy(CopyRequest request) {
        return Futures.await(store.verbs().copy(request));
    }

    private ObjectInfo patch(String key, String name, String value) {
        return Futures.await(
                store.verbs().patch(PatchRequest.of(BUCKET, key(key), before -> with(before, name, value))));
    }

    private static ObjectAttributes with(ObjectAttributes before, String name, String value) {
        Map<String, String> metadata = new java.util.TreeMap<>(before.metadata());
        metadata.put(name, value);
        return new ObjectAttributes(before.contentType(), before.headers(), metadata);
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    private static WriteCondition onVersion(long version) {
        return new WriteCondition(OptionalLong.of(version), Optional.empty(), Optional.empty());
    }

    @Test
    void rename_movesContentAndWhatIsKeptWithIt() {
        WriteResult put = put("a", "hello", Optional.of(Duration.ofHours(1)));
        RenameResult renamed = rename("a", "b");
        assertThat(renamed.replaced()).isFalse();
        assertThat(renamed.version()).isGreaterThan(put.version());
        assertThat(text("a")).isEmpty();
        assertThat(text("b")).contains("hello");
        ObjectInfo info = info(BUCKET, "b");
        assertThat(info.version()).isEqualTo(renamed.version());
        assertThat(info.attributes().unrenamed()).isEqualTo(ATTRIBUTES);
        assertThat(info.expiresAt()).isEqualTo(put.expiresAt());
        assertThat(info.sha256()).isEqualTo(put.sha256());
        assertThat(store.statistics(BUCKET).objects()).isEqualTo(1);
    }

    @Test
    void rename_ontoAnother_replacesIt_unlessItMayNot() {
        put("a", "new");
        put("b", "old");
        RenameRequest careful =
                new RenameRequest(BUCKET, key("a"), key("b"), WriteCondition.NONE, false, Optional.empty());
        assertCode(() -> rename(careful), ErrorCode.PRECONDITION_FAILED);
        assertThat(text("a")).contains("new");
        assertThat(text("b")).contains("old");
        assertThat(rename("a", "b").replaced()).isTrue();
        assertThat(text("a")).isEmpty();
        assertThat(text("b")).contains("new");
    }

    @Test
    void rename_ontoItself_changesNothing() {
        WriteResult put = put("a", "x");
        assertThat(rename("a", "a")).isEqualTo(new RenameResult(key("a"), put.version(), false));
        assertThat(info(BUCKET, "a").version()).isEqualTo(put.version());
        assertCode(() -> rename("b", "b"), ErrorCode.NO_SUCH_KEY);
    }

    @Test
    void rename_judgesItsCondition() {
        WriteResult put = put("a", "x");
        RenameRequest other =
                new RenameRequest(BUCKET, key("a"), key("b"), onVersion(put.version() + 1), true, Optional.empty());
        assertCode(() -> rename(other), ErrorCode.PRECONDITION_FAILED);
        RenameRequest same =
                new RenameRequest(BUCKET, key("a"), key("b"), onVersion(put.version()), true, Optional.empty());
        assertThat(rename(same).replaced()).isFalse();
        assertCode(() -> rename(same), ErrorCode.PRECONDITION_FAILED);
        assertCode(() -> rename("a", "b"), ErrorCode.NO_SUCH_KEY);
    }

    @Test
    void largeObject_isRenamedCopiedAndPatched() {
        byte[] content = random(3 * ObjectStore.EXTENT_SIZE + 7, 1);
        putLarge("a", content);
        rename("a", "b");
        assertThat(bytes(BUCKET, "a")).isEmpty();
        assertThat(bytes(BUCKET, "b")).contains(content);
        assertThat(patch("b", "c", "3").attributes().metadata()).containsEntry("c", "3");
        assertThat(bytes(BUCKET, "b")).contains(content);
        copy(CopyRequest.of(BUCKET, key("b"), OTHER, key("c")));
        Futures.await(store.delete(BUCKET, key("b"), WriteCondition.NONE));
        assertThat(bytes(OTHER, "c")).contains(content);
        close();
        store = HayloftStore.open(StoreConfig.defaults(folder), Clock.systemUTC());
        assertThat(bytes(OTHER, "c")).contains(content);
        assertThat(store.statistics(BUCKET).objects()).isZero();
    }

    @Test
    void copy_takesContentAndAttributes_fromAVersionToo() {
        WriteResult first = put("a", "1");
        WriteResult copied = copy(CopyRequest.of(BUCKET, key("a"), OTHER, key("x/y")));
        assertThat(copied.created()).isTrue();
        assertThat(copied.sha256()).isEqualTo(first.sha256());
        assertThat(info(OTHER, "x/y").attributes()).isEqualTo(ATTRIBUTES);
        assertThat(copy(CopyRequest.of(BUCKET, key("a"), BUCKET, key("a"))).created())
                .isFalse();
        assertThat(text("a")).contains("1");
        CopyRequest careful = new CopyRequest(
                BUCKET,
                key("a"),
                OptionalLong.empty(),
                WriteCondition.NONE,
                OTHER,
                key("x/y"),
                false,
                Optional.empty(),
                Optional.empty());
        assertCode(() -> copy(careful), ErrorCode.PRECONDITION_FAILED);
        assertCode(() -> copy(CopyRequest.of(BUCKET, key("none"), OTHER, key("z"))), ErrorCode.NO_SUCH_KEY);
        CopyRequest gone = new CopyRequest(
                BUCKET,
                key("a"),
                OptionalLong.of(first.version()),
                WriteCondition.NONE,
                OTHER,
                key("z"),
                true,
                Optional.empty(),
                Optional.empty());
        assertCode(() -> copy(gone), ErrorCode.NO_SUCH_VERSION);
    }

    @Test
    void patch_changesAttributesAlone() {
        WriteResult put = put("a", "x", Optional.of(Duration.ofHours(1)));
        ObjectInfo patched = patch("a", "b", "new");
        assertThat(patched).isEqualTo(info(BUCKET, "a"));
        assertThat(patched.version()).isGreaterThan(put.version());
        assertThat(patched.etag()).isEqualTo(put.etag());
        assertThat(patched.expiresAt()).isEqualTo(put.expiresAt());
        assertThat(patched.attributes().metadata()).isEqualTo(Map.of("a", "1", "b", "new"));
        assertThat(patched.attributes().headers()).isEqualTo(ATTRIBUTES.headers());
        assertCode(() -> patch("none", "a", "1"), ErrorCode.NO_SUCH_KEY);
        PatchRequest stale =
                new PatchRequest(BUCKET, key("a"), before -> before, onVersion(put.version()), Optional.empty());
        assertCode(() -> Futures.await(store.verbs().patch(stale)), ErrorCode.PRECONDITION_FAILED);
    }

    private void versioning(boolean on) {
        store.updateBucket(BUCKET, before -> before.toBuilder().versioning(on).build());
    }

    /** Contents of a key's versions, the newest first; "-" for a marker. */
    private List<String> versions(String key) {
        return store.versions(BUCKET, key(key), OptionalLong.empty(), 1000).stream()
                .map(line -> line.info().isEmpty() ? "-" : content(key, line.version()))
                .toList();
    }

    private String content(String key, long version) {
        ReadAttempt.Found found = (ReadAttempt.Found) store.read(BUCKET, key(key), OptionalLong.of(version));
        try (StoredObject object = found.object()) {
            byte[] bytes = StoreTest.bytes(object);
            return bytes.length > 100 ? "large" : new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private void delete(String key) {
        Futures.await(store.delete(BUCKET, key(key), WriteCondition.NONE));
    }

    @Test
    void rename_takesAllVersionsAlong_andThoseOfTheTargetGo() {
        put("a", "unkept");
        versioning(true);
        put("a", "1");
        delete("a");
        putLarge("a", random(2 * ObjectStore.EXTENT_SIZE, 2));
        put("a", "2");
        put("b", "old");
        put("b", "older");
        List<String> history = versions("a");
        assertThat(history).containsExactly("2", "large", "-", "1", "unkept");
        assertThat(rename("a", "b").replaced()).isTrue();
        assertThat(versions("a")).isEmpty();
        assertThat(versions("b")).isEqualTo(history);
        versioning(false);
        put("b", "3");
        rename("b", "c");
        assertThat(versions("c")).containsExactly("3", "2", "large", "-", "1", "unkept");
        put("c", "4");
        assertThat(versions("c")).containsExactly("4", "2", "large", "-", "1", "unkept");
        close();
        store = HayloftStore.open(StoreConfig.defaults(folder), Clock.systemUTC());
        assertThat(versions("c")).containsExactly("4", "2", "large", "-", "1", "unkept");
        assertThat(versions("b")).isEmpty();
    }

    @Test
    void largeObject_keepsItsExtents_whenItIsRenamedOrPatched() {
        putLarge("a", random(5 * ObjectStore.EXTENT_SIZE, 3));
        long before = store.statistics(BUCKET).storedBytes()
                + store.statistics(BUCKET).deadBytes();
        rename("a", "b");
        patch("b", "x", "y");
        rename("b", "c");
        long after = store.statistics(BUCKET).storedBytes()
                + store.statistics(BUCKET).deadBytes();
        assertThat(after - before).isLessThan(ObjectStore.EXTENT_SIZE);
        assertThat(bytes(BUCKET, "c")).contains(random(5 * ObjectStore.EXTENT_SIZE, 3));
    }

    @Test
    void feed_tellsRenamesAndPatches() {
        versioning(true);
        put("a", "1");
        put("a", "2");
        put("b", "x");
        patch("a", "c", "3");
        rename("a", "b");
        copy(CopyRequest.of(BUCKET, key("b"), BUCKET, key("c")));
        List<String> told =
                store.changes(new ChangesRequest(BUCKET, ChangesRequest.EARLIEST, "", 100, false)).changes().stream()
                        .map(change -> change.op().wireName() + " " + change.key()
                                + change.other().map(other -> " " + other).orElse(""))
                        .toList();
        assertThat(told).containsExactly("put a", "put a", "put b", "patch a", "put b a", "delete a b", "put c");
        assertThat(info(BUCKET, "b").attributes().headers()).containsEntry(ObjectAttributes.RENAMED_FROM, "a");
        assertThat(info(BUCKET, "c").attributes().headers()).isEqualTo(ATTRIBUTES.headers());
    }

    @Test
    void patches_atOneTime_loseNone() throws Exception {
        put("a", "x");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> patches = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String name = "n" + i;
                patches.add(threads.submit(() -> patch("a", name, "1")));
            }
            for (Future<?> patch : patches) {
                patch.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(info(BUCKET, "a").attributes().metadata()).hasSize(62);
    }

    /** Writers count up under a name that is being moved to and fro: no number may get lost with it. */
    @Test
    void rename_againstPuts_losesNone() throws Exception {
        put("a", "0");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> counters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                counters.add(threads.submit(() -> {
                    for (int turn = 0; turn < 40; turn++) {
                        countUp();
                    }
                }));
            }
            AtomicBoolean over = new AtomicBoolean();
            Future<?> mover = threads.submit(() -> {
                for (int turn = 0; !over.get(); turn++) {
                    rename(turn % 2 == 0 ? "a" : "b", turn % 2 == 0 ? "b" : "a");
                }
            });
            for (Future<?> counter : counters) {
                counter.get();
            }
            over.set(true);
            mover.get();
        } finally {
            threads.shutdownNow();
        }
        assertThat(List.of(text("a").orElse(""), text("b").orElse(""))).containsExactlyInAnyOrder("", "120");
    }

    private void countUp() {
        while (true) {
            for (String name : List.of("a", "b")) {
                Optional<StoredObject> found = store.read(BUCKET, key(name));
                if (found.isEmpty()) {
                    continue;
                }
                try (StoredObject object = found.get()) {
                    int count = Integer.parseInt(new String(StoreTest.bytes(object), StandardCharsets.UTF_8));
                    PutRequest request = new PutRequest(
                            BUCKET,
                            key(name),
                            ATTRIBUTES,
                            onVersion(object.info().version()),
                            Optional.empty());
                    byte[] next = Integer.toString(count + 1).getBytes(StandardCharsets.UTF_8);
                    Futures.await(store.put(request, ByteBuffer.wrap(next)));
                    return;
                } catch (HayloftException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
                }
            }
        }
    }
}
