package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bucket in which equal content stands once, and what its tests do with it. */
abstract class SharingBucket {
    static final BucketName BUCKET = new BucketName("shared");
    static final int SIZE = 20_000;
    static final int MANIFEST_MAX = 400; // A needle with a short key, and a manifest of one extent.

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    HayloftStore store;

    @BeforeEach
    void open() {
        store = open(folder);
        if (store.findBucket(BUCKET).isEmpty()) {
            store.createBucket(BUCKET, settings(true, false, "none"));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    static HayloftStore open(Path data) {
        return HayloftStore.open(
                TestConfig.in(data)
                        .volumeSizeBytes(1L << 20)
                        .durability(Durability.DISK)
                        .build(),
                Clock.systemUTC());
    }

    static BucketSettings settings(boolean deduplicate, boolean versioning, String compression) {
        BucketSettings defaults = BucketSettings.defaults(Durability.MEMORY);
        return defaults.toBuilder()
                .versioning(versioning)
                .maxVersions(Optional.empty())
                .compression(compression)
                .deduplicate(deduplicate)
                .build();
    }

    static byte[] content(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    WriteResult put(String key, byte[] content) {
        return Futures.await(store.put(PutRequest.of(BUCKET, ObjectKey.of(key)), ByteBuffer.wrap(content)));
    }

    void delete(String key) {
        Futures.await(store.delete(BUCKET, ObjectKey.of(key), WriteCondition.NONE));
    }

    byte[] read(HayloftStore from, String key) {
        try (StoredObject object = from.read(BUCKET, ObjectKey.of(key)).orElseThrow()) {
            ByteBuffer all = ByteBuffer.allocate((int) object.info().sizeBytes());
            while (all.hasRemaining()) {
                all.put(object.read(all.position(), all.remaining()));
            }
            return all.array();
        }
    }

    void upload(String key, byte[] content) {
        try (Upload upload = store.startUpload(PutRequest.of(BUCKET, ObjectKey.of(key)))) {
            for (int from = 0; from < content.length; from += ObjectStore.EXTENT_SIZE) {
                int size = Math.min(ObjectStore.EXTENT_SIZE, content.length - from);
                Futures.await(upload.write(ByteBuffer.wrap(content, from, size)));
            }
            Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(content))));
        }
    }

    void awaitStored(long atLeast, long atMost) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(store.statistics(BUCKET).storedBytes()).isBetween(atLeast, atMost));
    }

    void awaitNothingStored() {
        awaitStored(0, 0);
        assertThat(store.statistics(BUCKET).savedBytes()).isZero();
        assertThat(store.statistics(BUCKET).objects()).isZero();
    }

    /** Opens a copy of the files as they are now, as if the process had died. */
    void onACopy(Consumer<HayloftStore> check, boolean withoutIndex) {
        Path copy = folder.resolveSibling(folder.getFileName() + "-copy");
        try {
            RecoveryTest.copyTree(folder, copy);
            if (withoutIndex) {
                Files.delete(copy.resolve("RUN"));
            }
            try (HayloftStore other = open(copy)) {
                check.accept(other);
            }
            RecoveryTest.deleteTree(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
