package dev.hayloft.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    private static final int BUCKET = 5;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    @TempDir
    Path folder;

    @Test
    void list_afterSubmit_showsWhatWasPut() {
        try (Directory directory = open(folder)) {
            DirectoryEntry full = new DirectoryEntry(
                    BUCKET,
                    utf8("ключ/🐎"),
                    1_763_700_000_000L << 16,
                    Location.CONTENT_SIZE_MAX,
                    1_763_700_000_123L,
                    Sha256.of(utf8("content")),
                    OptionalLong.of(1_763_700_100_000L),
                    utf8("attributes"));
            submit(directory, 1, new DirectoryChange.Put(full, 1), put(BUCKET, "a", 2), put(BUCKET + 1, "b", 3));
            assertThat(directory.list(query("", "", "", 10)))
                    .isEqualTo(new DirectoryPage(List.of(entry(BUCKET, "a", 2), full), List.of(), Optional.empty()));
            assertThat(directory.find(BUCKET, utf8("ключ/🐎"))).contains(full);
            assertThat(directory.find(BUCKET, utf8("b"))).isEmpty();
            assertThat(directory.isEmpty(BUCKET + 1)).isFalse();
            assertThat(directory.isEmpty(BUCKET + 2)).isTrue();
        }
    }

    @Test
    void list_withDelimiter_rollsPrefixesUpOnce() {
        try (Directory directory = open(folder)) {
            submit(directory, 1, puts("a", "a/b", "a/c/x", "a/c/y", "a/d", "a0", "b/"));
            assertThat(items(directory.list(query("a/", "/", "", 10)))).containsExactly("a/b", "a/c/", "a/d");
            assertThat(items(directory.list(query("a/", "/", "a/c/", 10)))).containsExactly("a/d");
            assertThat(items(directory.list(query("a/", "", "a/c/", 10)))).containsExactly("a/c/x", "a/c/y", "a/d");
            assertThat(items(directory.list(query("a/", "/", "a/c", 10)))).containsExactly("a/c/", "a/d");
            assertThat(items(directory.list(query("a/", "/", "a/c/x", 10)))).containsExactly("a/d");
            assertThat(items(directory.list(query("", "/", "", 10)))).containsExactly("a", "a/", "a0", "b/");
            assertThat(items(directory.list(query("", "/", "b/", 10)))).isEmpty();
            assertThat(items(directory.list(query("b", "/", "a", 10)))).containsExactly("b/");
            assertThat(items(directory.list(query("a", "/", "b", 10)))).isEmpty();
        }
    }

    @Test
    void list_atItsLimit_namesTheNextOnlyWhenThereIsMore() {
        try (Directory directory = open(folder)) {
            submit(directory, 1, puts("a", "b/1", "b/2", "c"));
            assertThat(directory.list(query("", "/", "", 2)).next()).contains(utf8("b/"));
            assertThat(directory.list(query("", "/", "", 3)).next()).isEmpty();
            assertThat(directory.list(query("", "/", "b/", 1)).next()).isEmpty();
            assertThatThrownBy(() -> query("", "", "", 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> query("", "", "", DirectoryQuery.LIMIT_MAX + 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void list_asOfATime_leavesOutWhatHasExpired() {
        try (Directory directory = open(folder)) {
            submit(directory, 1, expiring("a/1", 100), expiring("b/1", 200), put(BUCKET, "b/2", 3));
            assertThat(items(directory.list(query("", "/", "", 10), 99))).containsExactly("a/", "b/");
            assertThat(items(directory.list(query("", "/", "", 10), 100))).containsExactly("b/");
            assertThat(items(directory.list(query("", "", "", 10), 200))).containsExactly("b/2");
            assertThat(items(directory.list(query("", "", "", 10)))).containsExactly("a/1", "b/1", "b/2");
            try (DirectoryCursor cursor = directory.cursor(BUCKET, NONE, NONE, 150)) {
                assertThat(text(cursor.next().key())).isEqualTo("b/1");
            }
        }
    }

    /** Random changes, pages and openings answer as a sorted map does. */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void list_ofRandomChanges_isAsOfASortedMap(@ForAll long seed) throws IOException {
        Path place = TempFolders.create("directory");
        try {
            Random random = new Random(seed);
            TreeMap<String, Long> model = new TreeMap<>();
            long sequence = 0;
            for (int round = 0; round < 3; round++) {
                try (Directory directory = open(place)) {
                    assertThat(directory.appliedSequence()).isEqualTo(sequence == 0 ? -1 : sequence);
                    for (int step = 0; step < 40; step++) {
                        List<DirectoryChange> changes = new ArrayList<>();
                        int count = random.nextInt(30);
                        for (int i = 0; i < count; i++) {
                            changes.add(change(random, model, ++sequence));
                        }
                        sequence++; // One that shows nothing.
                        directory.submit(changes, sequence, sequence * 4);
                        directory.whenApplied(sequence).toCompletableFuture().join();
                        assertPages(directory, model, random);
                    }
                }
            }
        } finally {
            TempFolders.delete(place);
        }
    }

    private static DirectoryChange change(Random random, TreeMap<String, Long> model, long sequence) {
        String key = randomKey(random);
        if (random.nextInt(3) == 0) {
            model.remove(key);
            return new DirectoryChange.Delete(BUCKET, utf8(key), sequence);
        }
        model.put(key, sequence);
        return put(BUCKET, key, sequence);
    }

    private static void assertPages(Directory directory, TreeMap<String, Long> model, Random random) {
        String prefix = random.nextInt(3) == 0 ? "" : randomKey(random);
        String delimiter = List.of("", "/", "/", "b", "/a").get(random.nextInt(5));
        String after = random.nextBoolean() ? "" : randomKey(random);
        int limit = 1 + random.nextInt(6);
        List<String> expected = modelItems(model, prefix, delimiter, after);
        List<String> all = new ArrayList<>();
        Optional<String> next = Optional.of(after);
        while (next.isPresent()) {
            DirectoryPage page = directory.list(query(prefix, delimiter, next.get(), limit));
            List<String> items = items(page);
            assertThat(items.size()).isLessThanOrEqualTo(limit);
            page.entries().forEach(entry -> assertThat(entry)
                    .isEqualTo(entry(BUCKET, text(entry.key()), model.getOrDefault(text(entry.key()), -1L))));
            all.addAll(items);
            next = page.next().map(DirectoryTest::text);
            if (next.isPresent()) {
                assertThat(items).endsWith(next.get()).hasSize(limit);
            }
        }
        assertThat(all)
                .as("prefix %s delimiter %s after %s limit %d", prefix, delimiter, after, limit)
                .isEqualTo(expected);
        List<String> rest = new ArrayList<>();
        try (DirectoryCursor cursor = directory.cursor(BUCKET, utf8(prefix), utf8(after))) {
            cursor.forEachRemaining(entry -> rest.add(text(entry.key())));
            assertThatThrownBy(cursor::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(rest).isEqualTo(modelItems(model, prefix, "", after));
        assertThat(directory.isEmpty(BUCKET)).isEqualTo(model.isEmpty());
    }

    /** The contract said with a sorted map: roll up first, then take what sorts after. */
    private static List<String> modelItems(TreeMap<String, Long> model, String prefix, String delimiter, String after) {
        return model.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> {
                    int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
                    return at < 0 ? key : key.substring(0, at + delimiter.length());
                })
                .distinct()
                .filter(item -> item.compareTo(after) > 0)
                .toList();
    }

    private static String randomKey(Random random) {
        StringBuilder key = new StringBuilder();
        int length = 1 + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            key.append("ab/".charAt(random.nextInt(3)));
        }
        return key.toString();
    }

    @Test
    void open_afterAKill_goesOnFromWhatWasFlushed() throws IOException {
        Path copy = folder.resolve("copy");
        try (Directory directory = open(folder.resolve("live"))) {
            directory.submit(List.of(put(BUCKET, "a", 1)), 7, 70);
            assertThat(directory.flushedSequence()).isEqualTo(-1);
            assertThat(directory.flushedPosition()).isZero();
            directory.flush();
            assertThat(directory.flushed()).isEqualTo(new DirectoryCheckpoint(70, 7));
            directory.submit(List.of(put(BUCKET, "b", 8), put(BUCKET, "a", 9)), 9, 90);
            directory.whenApplied(9).toCompletableFuture().join();
            assertThat(directory.appliedSequence()).isEqualTo(9);
            assertThat(directory.flushedPosition()).isEqualTo(70);
            TempFolders.copy(folder.resolve("live"), copy);
        }
        try (Directory directory = open(copy)) {
            assertThat(directory.flushed()).isEqualTo(new DirectoryCheckpoint(70, 7));
            assertThat(directory.appliedSequence()).isEqualTo(7);
            assertThat(directory.list(query("", "", "", 10)).entries()).containsExactly(entry(BUCKET, "a", 1));
        }
        try (Directory directory = open(folder.resolve("live"))) {
            assertThat(directory.flushedPosition()).isEqualTo(90);
            assertThat(directory.list(query("", "", "", 10)).entries())
                    .containsExactly(entry(BUCKET, "a", 9), entry(BUCKET, "b", 8));
        }
    }

    @Test
    void deleteBucket_takesItsKeysAndNoOthers() {
        try (Directory directory = open(folder)) {
            submit(directory, 3, put(4, "a", 1), put(5, "a", 2), put(5, "b", 3), put(6, "a", 4));
            directory.deleteBucket(5);
            assertThat(directory.isEmpty(4)).isFalse();
            assertThat(directory.isEmpty(5)).isTrue();
            assertThat(directory.isEmpty(6)).isFalse();
            submit(directory, 4, put(Integer.MAX_VALUE, "z", 5));
            directory.deleteBucket(Integer.MAX_VALUE);
            assertThat(directory.isEmpty(Integer.MAX_VALUE)).isTrue();
            assertThat(directory.appliedSequence()).isEqualTo(4);
            directory.flush();
            assertThat(directory.flushedSequence()).isEqualTo(4);
        }
    }

    @Test
    void clear_takesEverythingAndTheCheckpoint() {
        try (Directory directory = open(folder)) {
            submit(directory, 3, put(0, "a", 1), put(5, "a", 2));
            directory.flush();
            submit(directory, 4, put(5, "b", 3));
            directory.clear();
            assertThat(directory.isEmpty(0)).isTrue();
            assertThat(directory.isEmpty(5)).isTrue();
            assertThat(directory.appliedSequence()).isEqualTo(-1);
            assertThat(directory.flushed()).isEqualTo(DirectoryCheckpoint.START);
            submit(directory, 1, put(5, "c", 1));
            assertThat(items(directory.list(query("", "", "", 10)))).containsExactly("c");
        }
        try (Directory directory = open(folder)) {
            assertThat(items(directory.list(query("", "", "", 10)))).containsExactly("c");
            assertThat(directory.flushedSequence()).isEqualTo(1);
        }
    }

    @Test
    void cursor_whileChangesComeIn_showsOneState() {
        try (Directory directory = open(folder)) {
            submit(directory, 3, puts("a", "b", "c"));
            try (DirectoryCursor cursor = directory.cursor(BUCKET, NONE, NONE)) {
                submit(directory, 9, put(BUCKET, "aa", 8), new DirectoryChange.Delete(BUCKET, utf8("c"), 9));
                List<String> keys = new ArrayList<>();
                cursor.forEachRemaining(entry -> keys.add(text(entry.key())));
                assertThat(keys).containsExactly("a", "b", "c");
            }
            assertThat(items(directory.list(query("", "", "", 10)))).containsExactly("a", "aa", "b");
        }
    }

    @Test
    void close_withCursorsAndWaitersLeft_endsThem() {
        Directory directory = open(folder);
        submit(directory, 3, puts("a", "b", "c"));
        DirectoryCursor cursor = directory.cursor(BUCKET, NONE, NONE);
        cursor.next();
        var never = directory.whenApplied(1_000).toCompletableFuture();
        directory.close();
        directory.close();
        assertThatThrownBy(cursor::next).isInstanceOf(StoreClosedException.class);
        cursor.close();
        assertThatThrownBy(never::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> directory.list(query("", "", "", 1))).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> directory.submit(List.of(), 1, 1)).isInstanceOf(RuntimeException.class);
        assertThat(directory.whenApplied(1_000).toCompletableFuture()).isCompletedExceptionally();
        assertThat(directory.whenApplied(3).toCompletableFuture()).isCompletedWithValue(null);
    }

    @Test
    void submit_ofMoreThanTheQueueHolds_losesNothing() {
        int count = 50_000;
        try (Directory directory = Directory.open(new DirectoryConfig(folder, 8L << 20, 1_000))) {
            for (int i = 0; i < count; i += 100) {
                List<DirectoryChange> changes = new ArrayList<>();
                for (int j = i; j < i + 100; j++) {
                    changes.add(put(BUCKET, "%08d".formatted(j * 7_919L % count), j));
                }
                directory.submit(changes, i + 99, i + 99);
            }
            directory.whenApplied(count - 1).toCompletableFuture().join();
            int seen = 0;
            try (DirectoryCursor cursor = directory.cursor(BUCKET, NONE, NONE)) {
                while (cursor.hasNext()) {
                    assertThat(text(cursor.next().key())).isEqualTo("%08d".formatted(seen++));
                }
            }
            assertThat(seen).isEqualTo(count);
        }
    }

    private static Directory open(Path folder) {
        return Directory.open(new DirectoryConfig(folder, 4L << 20, 1_000));
    }

    private static void submit(Directory directory, long lastSequence, DirectoryChange... changes) {
        directory.submit(List.of(changes), lastSequence, lastSequence * 10);
        directory.whenApplied(lastSequence).toCompletableFuture().join();
    }

    private static DirectoryChange[] puts(String... keys) {
        return Arrays.stream(keys).map(key -> put(BUCKET, key, 1)).toArray(DirectoryChange[]::new);
    }

    private static DirectoryChange put(int bucketId, String key, long sequence) {
        return new DirectoryChange.Put(entry(bucketId, key, sequence), sequence);
    }

    private static DirectoryChange expiring(String key, long atMillis) {
        DirectoryEntry entry =
                new DirectoryEntry(BUCKET, utf8(key), 9, 1, 50, Sha256.of(utf8(key)), OptionalLong.of(atMillis), NONE);
        return new DirectoryChange.Put(entry, 1);
    }

    private static DirectoryEntry entry(int bucketId, String key, long sequence) {
        return new DirectoryEntry(
                bucketId,
                utf8(key),
                sequence << 16,
                sequence % 100,
                sequence,
                Sha256.of(utf8(key)),
                OptionalLong.empty(),
                utf8("x".repeat((int) (sequence % 3))));
    }

    private static DirectoryQuery query(String prefix, String delimiter, String after, int limit) {
        return new DirectoryQuery(
                BUCKET,
                utf8(prefix),
                Optional.of(delimiter).filter(d -> !d.isEmpty()).map(DirectoryTest::utf8),
                utf8(after),
                limit);
    }

    private static List<String> items(DirectoryPage page) {
        return Stream.concat(page.entries().stream().map(DirectoryEntry::key), page.prefixes().stream())
                .map(DirectoryTest::text)
                .sorted()
                .toList();
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer utf8) {
        return StandardCharsets.UTF_8.decode(utf8.duplicate()).toString();
    }
}
