package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Laws that other small object stores hold, or break, as far as no other test stands for them; docs/testing.md. */
@Timeout(120)
class NeighbourLawsTest {
    private static final BucketName BUCKET = new BucketName("laws");

    @TempDir
    Path folder;

    private HayloftStore open() {
        return HayloftStore.open(TestConfig.in(folder.resolve("data")).build(), Clock.systemUTC());
    }

    private static BucketSettings settings(boolean versioning, boolean deduplicate) {
        return BucketSettings.defaults(Durability.MEMORY).toBuilder()
                .versioning(versioning)
                .deduplicate(deduplicate)
                .build();
    }

    private static WriteResult put(HayloftStore store, String key, byte[] content) {
        return Futures.await(store.put(PutRequest.of(BUCKET, ObjectKey.of(key)), ByteBuffer.wrap(content)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] read(HayloftStore store, String key) {
        try (StoredObject object = store.read(BUCKET, ObjectKey.of(key)).orElseThrow()) {
            ByteBuffer content = object.read(0, (int) object.info().sizeBytes());
            byte[] bytes = new byte[content.remaining()];
            content.get(bytes);
            return bytes;
        }
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).collect(Collectors.toSet());
        }
    }

    @Test
    void put_ofTheSameAgainAndAgain_leavesNoFileBehind_andNoContent() throws IOException {
        byte[] content = new byte[20_000];
        new Random(1).nextBytes(content);
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, settings(false, true));
            put(store, "same", content);
        }
        int before = files().size();
        try (HayloftStore store = open()) {
            for (int i = 0; i < 300; i++) {
                put(store, "same", content);
            }
            assertThat(store.statistics(BUCKET).storedBytes())
                    .as("one content, and one needle that names it")
                    .isLessThan(content.length + 2_000);
            assertThat(read(store, "same")).isEqualTo(content);
        }
        assertThat(files().size()).as("not one for each").isLessThan(before + 20);
    }

    @Test
    void versionNumbers_onceGiven_neverComeBack() {
        long last;
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, settings(true, false));
            long first = put(store, "a", utf8("one")).version();
            last = put(store, "a", utf8("two")).version();
            assertThat(last).isGreaterThan(first);
            Futures.await(store.delete(new DeleteRequest(
                    BUCKET, ObjectKey.of("a"), new DeleteRequest.Target.Version(last), WriteCondition.NONE)));
            long again = put(store, "a", utf8("three")).version();
            assertThat(again).as("the newest was deleted").isGreaterThan(last);
            last = again;
            Futures.await(store.delete(
                    new DeleteRequest(BUCKET, ObjectKey.of("a"), new DeleteRequest.Target.All(), WriteCondition.NONE)));
        }
        try (HayloftStore store = open()) {
            assertThat(put(store, "a", utf8("four")).version())
                    .as("nothing was left of the key")
                    .isGreaterThan(last);
            assertThat(store.versions(BUCKET, ObjectKey.of("a"), OptionalLong.empty(), 10))
                    .hasSize(1);
        }
    }

    @Test
    void keys_thatLookLikePathsOrVersions_areKeysAlone() throws IOException {
        List<String> keys = List.of(
                "y", "y_v7", "y.2", "../../evil", "/evil", "..", "a/../evil", "a\\evil", "a", "a/b", "evil.bin");
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, settings(true, false));
            for (String key : keys) {
                put(store, key, utf8("value of " + key));
            }
            for (String key : keys) {
                assertThat(read(store, key)).as(key).isEqualTo(utf8("value of " + key));
                assertThat(store.versions(BUCKET, ObjectKey.of(key), OptionalLong.empty(), 10))
                        .as(key)
                        .hasSize(1);
            }
        }
        assertThat(files()).noneMatch(file -> String.valueOf(file.getFileName()).contains("evil"));
        assertThat(files()).allMatch(file -> file.startsWith(folder.resolve("data")));
    }

    @Test
    void value_overwrittenWhileItIsRead_isNeverTorn() throws Exception {
        int size = 100_000;
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try (HayloftStore store = open()) {
            store.createBucket(BUCKET, settings(false, false));
            put(store, "a", new byte[size]);
            List<Future<Integer>> reads = Stream.generate(() -> readers.submit(() -> {
                        int count = 0;
                        while (!done.get() || count == 0) {
                            byte[] seen = read(store, "a");
                            byte[] whole = new byte[size];
                            Arrays.fill(whole, seen[0]);
                            assertThat(Arrays.equals(seen, whole))
                                    .as("one value, whole")
                                    .isTrue();
                            count++;
                        }
                        return count;
                    }))
                    .limit(2)
                    .toList();
            try {
                for (int i = 1; i <= 200; i++) {
                    byte[] value = new byte[size];
                    Arrays.fill(value, (byte) i);
                    put(store, "a", value);
                }
            } finally {
                done.set(true);
            }
            for (Future<Integer> read : reads) {
                assertThat(read.get(60, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            readers.shutdownNow();
        }
    }
}
