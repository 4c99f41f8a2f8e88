package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.MovableClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Content that several keys share, where encryption, times to live, damage and backups meet it. */
@Timeout(120)
class SharedContentTest {
    private static final BucketName BUCKET = new BucketName("shared");
    private static final int SIZE = 20_000;

    @TempDir
    Path root;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T10:00:00Z"));

    private HayloftStore open(String folder, boolean encrypt) throws IOException {
        Path key = root.resolve("master.key");
        Files.writeString(key, Base64.getEncoder().encodeToString(content(0, 32)) + "\n");
        StoreConfig config = TestConfig.in(root.resolve(folder))
                .encryption(new EncryptionConfig(Optional.of(key), List.of()))
                .build();
        HayloftStore store = HayloftStore.open(config, clock);
        if (store.findBucket(BUCKET).isEmpty()) {
            store.createBucket(
                    BUCKET, SharingBucket.settings(true, false, "none").withEncrypt(encrypt));
        }
        return store;
    }

    private static byte[] content(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void put(HayloftStore store, String key, byte[] content, Optional<Duration> ttl) {
        PutRequest request = new PutRequest(
                BUCKET, ObjectKey.of(key), ObjectAttributes.NONE, WriteCondition.NONE, Optional.empty(), ttl);
        Futures.await(store.put(request, ByteBuffer.wrap(content)));
    }

    private static byte[] read(HayloftStore store, String key) {
        try (StoredObject object = store.read(BUCKET, ObjectKey.of(key)).orElseThrow()) {
            return StoreTest.bytes(object);
        }
    }

    private static void awaitStored(HayloftStore store, long atLeast, long atMost) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(store.statistics(BUCKET).storedBytes()).isBetween(atLeast, atMost));
    }

    @Test
    void encryptedContent_isStoredOnce_andApartFromWhatIsClear() throws IOException {
        byte[] content = content(1, SIZE);
        try (HayloftStore store = open("data", true)) {
            put(store, "a", content, Optional.empty());
            put(store, "b", content, Optional.empty());
            awaitStored(store, SIZE, SIZE + 1_000);
            store.updateBucket(BUCKET, before -> before.withEncrypt(false));
            put(store, "c", content, Optional.empty());
            put(store, "d", content, Optional.empty());
            awaitStored(store, 2 * SIZE, 2 * SIZE + 2_000);
            store.updateBucket(BUCKET, before -> before.withEncrypt(true));
            Futures.await(store.verbs().copy(CopyRequest.of(BUCKET, ObjectKey.of("c"), BUCKET, ObjectKey.of("c"))));
            Futures.await(store.delete(DeleteRequest.of(BUCKET, ObjectKey.of("d"))));
            awaitStored(store, SIZE, SIZE + 2_000); // The copy is encrypted, as the bucket is by now.
        }
        try (HayloftStore store = open("data", true)) {
            for (String key : List.of("a", "b", "c")) {
                assertThat(read(store, key)).isEqualTo(content);
            }
        }
    }

    @Test
    void content_goesWithTheLastKeyThatExpires() throws IOException {
        byte[] content = content(2, SIZE);
        try (HayloftStore store = open("data", false)) {
            for (int i = 1; i <= 3; i++) {
                put(store, "k" + i, content, Optional.of(Duration.ofSeconds(10L * i)));
            }
            for (int i = 1; i <= 3; i++) {
                assertThat(read(store, "k3")).isEqualTo(content);
                awaitStored(store, SIZE, SIZE + 2_000);
                clock.advance(Duration.ofSeconds(10));
                store.sweepExpired();
            }
            awaitStored(store, 0, 0);
        }
    }

    @Test
    void restore_keepsWhatIsShared() throws IOException {
        byte[] content = content(3, SIZE);
        BucketStatistics expected;
        try (HayloftStore store = open("data", false)) {
            for (int i = 0; i < 10; i++) {
                put(store, "k" + i, content, Optional.empty());
            }
            Futures.await(store.delete(DeleteRequest.of(BUCKET, ObjectKey.of("k0"))));
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(store.statistics(BUCKET).savedBytes()).isBetween(8L * SIZE, 8L * (SIZE + 400)));
            expected = store.statistics(BUCKET);
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        new Restore(root.resolve("backup"), root.resolve("restored")).run(bytes -> {});
        try (HayloftStore store = open("restored", false)) {
            assertThat(store.statistics(BUCKET).savedBytes()).isEqualTo(expected.savedBytes());
            assertThat(store.statistics(BUCKET).storedBytes()).isEqualTo(expected.storedBytes());
            for (int i = 1; i < 10; i++) {
                assertThat(read(store, "k" + i)).isEqualTo(content);
                Futures.await(store.delete(DeleteRequest.of(BUCKET, ObjectKey.of("k" + i))));
            }
            awaitStored(store, 0, 0);
        }
    }

    @Test
    void scrub_ofDamagedContent_namesEveryKeyThatSharesIt() throws IOException {
        byte[] content = content(4, SIZE);
        Path volume;
        try (HayloftStore store = open("data", false)) {
            for (int i = 0; i < 5; i++) {
                put(store, "shared" + i, content, Optional.empty());
                put(store, "own" + i, content(100 + i, SIZE), Optional.empty());
            }
            TestJobs.run(store, JobRequest.Kind.SEAL);
            volume = store.volumes().stream()
                    .filter(each -> each.state() == VolumeStatus.State.SEALED)
                    .findFirst()
                    .orElseThrow()
                    .path();
        }
        FileDamage.flipBehind(volume, content, SIZE / 2, 3);
        try (HayloftStore store = open("data", false)) {
            Job scrub = TestJobs.run(store, JobRequest.Kind.SCRUB);
            String found = String.valueOf(scrub.result().orElseThrow().get("damaged"));
            for (int i = 0; i < 5; i++) {
                String key = "shared" + i;
                assertThat(found).contains("key=" + key);
                assertThatThrownBy(() -> read(store, key)).isInstanceOf(CorruptionException.class);
                assertThat(read(store, "own" + i)).isEqualTo(content(100 + i, SIZE));
            }
            assertThat(found).doesNotContain("key=own");
        }
    }
}
