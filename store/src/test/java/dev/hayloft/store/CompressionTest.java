package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every setting of compression over content of every kind: the same bytes come back, whatever became of the store. */
@Timeout(120)
class CompressionTest {
    private static final int MIB = ObjectStore.EXTENT_SIZE;
    private static final int[] SIZES = {0, 1, 100, 5000, MIB - 1, MIB, MIB + 1, 3 * MIB};
    private static final List<String> SETTINGS = List.of("none", "auto", "zstd", "zstd:1", "zstd:9", "zlib");

    @TempDir
    Path folder;

    private HayloftStore open() {
        return HayloftStore.open(
                TestConfig.in(folder).volumeSizeBytes(16L << 20).build(), Clock.systemUTC());
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    /** Lines that differ a little, as in a log. */
    private static byte[] text(int size) {
        StringBuilder lines = new StringBuilder(size + 100);
        for (int i = 0; lines.length() < size; i++) {
            lines.append("line ")
                    .append(i)
                    .append(": the bale was carried to loft ")
                    .append(i % 17)
                    .append('\n');
        }
        return Arrays.copyOf(lines.toString().getBytes(StandardCharsets.US_ASCII), size);
    }

    private static Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        for (int size : SIZES) {
            contents.put("text-" + size, text(size));
            contents.put("random-" + size, random(size));
        }
        return contents;
    }

    private static BucketName bucketOf(String setting) {
        return new BucketName(setting.replace(":", "-level-"));
    }

    private static void put(HayloftStore store, BucketName bucket, String key, byte[] content) {
        ObjectAttributes attributes = new ObjectAttributes("text/plain", Map.of(), Map.of());
        PutRequest request = new PutRequest(
                bucket, ObjectKey.of(key), attributes, WriteCondition.NONE, Optional.of(Durability.MEMORY));
        if (content.length <= MIB) {
            Futures.await(store.put(request, ByteBuffer.wrap(content)));
            return;
        }
        try (Upload upload = store.startUpload(request)) {
            for (int at = 0; at < content.length; at += MIB) {
                Futures.await(upload.write(ByteBuffer.wrap(content, at, Math.min(MIB, content.length - at))));
            }
            Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(content))));
        }
    }

    private static void compare(HayloftStore store, Map<String, byte[]> contents) {
        for (String setting : SETTINGS) {
            contents.forEach((key, content) -> {
                try (StoredObject object =
                        store.read(bucketOf(setting), ObjectKey.of(key)).orElseThrow()) {
                    assertThat(object.info().sizeBytes()).as(key).isEqualTo(content.length);
                    assertThat(object.info().etag())
                            .isEqualTo(Sha256.of(ByteBuffer.wrap(content)).hex());
                    assertThat(StoreTest.bytes(object))
                            .as("%s in %s", key, setting)
                            .isEqualTo(content);
                    compareRange(object, content, content.length / 3, content.length / 3 + 1000);
                    compareRange(object, content, Math.max(0, content.length - 7), content.length);
                    compareRange(object, content, Math.min(content.length, MIB - 3), Math.min(content.length, MIB + 3));
                }
            });
        }
    }

    private static void compareRange(StoredObject object, byte[] content, int from, int to) {
        int end = Math.min(to, content.length);
        ByteBuffer read = ByteBuffer.allocate(end - from);
        while (read.hasRemaining()) {
            ByteBuffer piece = object.read(from + read.position(), read.remaining());
            assertThat(piece.remaining()).isPositive();
            read.put(piece);
        }
        assertThat(read.array()).isEqualTo(Arrays.copyOfRange(content, from, end));
    }

    @Test
    void read_ofEverySettingAndSize_givesTheContentAlsoAfterReopenRebuildAndCompaction() throws IOException {
        Map<String, byte[]> contents = contents();
        try (HayloftStore store = open()) {
            for (String setting : SETTINGS) {
                store.createBucket(
                        bucketOf(setting),
                        BucketSettings.defaults(Durability.MEMORY).withCompression(setting));
                contents.forEach((key, content) -> put(store, bucketOf(setting), key, content));
            }
            compare(store, contents);
        }
        Files.delete(folder.resolve("RUN")); // As after a power cut: no view is trusted.
        try (HayloftStore store = open()) {
            compare(store, contents);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            compare(store, contents);
        }
    }

    @Test
    void storedBytes_ofText_areLessThanLogicalBytesUnderEverySettingButNone() {
        try (HayloftStore store = open()) {
            byte[] text = text(200_000);
            for (String setting : SETTINGS) {
                BucketName bucket = bucketOf(setting);
                store.createBucket(
                        bucket, BucketSettings.defaults(Durability.MEMORY).withCompression(setting));
                put(store, bucket, "text", text);
                BucketStatistics statistics = store.statistics(bucket);
                assertThat(statistics.logicalBytes()).isEqualTo(text.length);
                if (setting.equals("none")) {
                    assertThat(statistics.storedBytes()).isGreaterThanOrEqualTo(text.length);
                } else {
                    assertThat(statistics.storedBytes()).as(setting).isLessThan(text.length / 3);
                }
            }
        }
    }

    /** What cannot get shorter is stored as it is, so a setting never costs more than the head of a needle. */
    @Test
    void storedBytes_ofRandomContent_areNoMoreThanUnderNone() {
        try (HayloftStore store = open()) {
            byte[] random = random(200_000);
            for (String setting : SETTINGS) {
                BucketName bucket = bucketOf(setting);
                store.createBucket(
                        bucket, BucketSettings.defaults(Durability.MEMORY).withCompression(setting));
                put(store, bucket, "random", random);
            }
            long none = store.statistics(bucketOf("none")).storedBytes();
            for (String setting : SETTINGS) {
                assertThat(store.statistics(bucketOf(setting)).storedBytes())
                        .as(setting)
                        .isLessThanOrEqualTo(none);
            }
        }
    }

    @Test
    void updateBucket_toAnotherCompression_leavesWhatIsStoredReadable() {
        try (HayloftStore store = open()) {
            BucketName bucket = new BucketName("changing");
            store.createBucket(bucket, BucketSettings.defaults(Durability.MEMORY));
            for (String setting : SETTINGS) {
                store.updateBucket(bucket, before -> before.withCompression(setting));
                put(store, bucket, setting, text(70_000));
            }
            for (String setting : SETTINGS) {
                try (StoredObject object =
                        store.read(bucket, ObjectKey.of(setting)).orElseThrow()) {
                    assertThat(StoreTest.bytes(object)).as(setting).isEqualTo(text(70_000));
                }
            }
        }
    }

    @Test
    void read_ofADamagedPayload_answersCorruptionUnderEverySetting() throws IOException {
        try (HayloftStore store = open()) {
            for (String setting : SETTINGS) {
                store.createBucket(
                        bucketOf(setting),
                        BucketSettings.defaults(Durability.MEMORY).withCompression(setting));
                put(store, bucketOf(setting), "damaged-" + setting + "-here", text(20_000));
                put(store, bucketOf(setting), "whole", text(20_000));
            }
        }
        for (String setting : SETTINGS) {
            damageBehind("damaged-" + setting + "-here");
        }
        try (HayloftStore store = open()) {
            for (String setting : SETTINGS) {
                ObjectKey key = ObjectKey.of("damaged-" + setting + "-here");
                assertThatThrownBy(() -> store.read(bucketOf(setting), key))
                        .as(setting)
                        .isInstanceOf(CorruptionException.class);
                try (StoredObject object =
                        store.read(bucketOf(setting), ObjectKey.of("whole")).orElseThrow()) {
                    assertThat(StoreTest.bytes(object)).isEqualTo(text(20_000));
                }
            }
        }
    }

    /** Inverts a bit of the payload, which follows the key. */
    private void damageBehind(String key) throws IOException {
        int damaged = 0;
        try (Stream<Path> files = Files.walk(folder.resolve("partitions/0"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(path -> path.toString().endsWith(".cq4"))
                    .toList()) {
                int at = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).indexOf(key);
                if (at >= 0) {
                    FileDamage.flip(file, at + key.length() + 50, 3);
                    damaged++;
                }
            }
        }
        assertThat(damaged).isEqualTo(1);
    }
}
