package dev.hayloft.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.index.KeyIndex.OpenMode;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyIndexTest {
    private static final int TINY = 128;

    @TempDir
    Path folder;

    @Test
    void put_thenFindReplaceRemove_answerWhatWasThere() {
        try (KeyIndex index = KeyIndex.open(IndexConfig.defaults(folder), OpenMode.CREATE)) {
            KeyHash hash = hash(1);
            assertThat(index.find(hash)).isEmpty();
            assertThat(index.remove(hash)).isEmpty();
            assertThat(index.put(hash, location(1))).isEmpty();
            assertThat(index.find(hash)).contains(location(1));
            assertThat(index.put(hash, location(2))).contains(location(1));
            assertThat(index.replace(hash, location(1), location(3))).isFalse();
            assertThat(index.find(hash)).contains(location(2));
            assertThat(index.replace(hash, location(2), location(3))).isTrue();
            assertThat(index.size()).isEqualTo(1);
            assertThat(index.remove(hash)).contains(location(3));
            assertThat(index.replace(hash, location(3), location(4))).isFalse();
            assertThat(index.find(hash)).isEmpty();
            assertThat(index.size()).isZero();
        }
    }

    @Test
    void location_atItsBounds_comesBack() {
        Location most = new Location(
                Long.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Long.MIN_VALUE,
                Location.CONTENT_SIZE_MAX,
                Location.FLAGS_MAX,
                Integer.MAX_VALUE,
                Location.TIME_MILLIS_MAX,
                Long.MAX_VALUE,
                Location.TIME_MILLIS_MAX);
        Location least = new Location(0, 0, 0, 0, 0, 0, 0, 0);
        Location mixed = new Location(1L << 40, 1 << 30, 5, -1, 1L << 47, 1 << 15, 1 << 30, 1L << 47, -1, 1L << 46);
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE)) {
            for (Location location : List.of(most, least, mixed)) {
                index.put(hash(5), location);
                assertThat(index.find(hash(5))).contains(location);
            }
        }
    }

    @Test
    void location_beyondItsBounds_isRefused() {
        assertThatThrownBy(() -> new Location(-1, 0, 0, 0, 0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Location(0, 0, 0, 0, Location.CONTENT_SIZE_MAX + 1, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Location(0, 0, 0, 0, 0, Location.FLAGS_MAX + 1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Location(0, 0, 0, 0, 0, 0, 0, Location.TIME_MILLIS_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Location(0, 0, 0, 0, 0, 0, 0, 0, 0, Location.TIME_MILLIS_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Puts, removals and replacements at random, through growth, splits and openings, answer as a map does. */
    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void operations_throughSplitsAndOpenings_answerAsAMapDoes(@ForAll long seed) throws IOException {
        Path place = TempFolders.create("index");
        try {
            Random random = new Random(seed);
            Map<KeyHash, Location> model = new HashMap<>();
            OpenMode mode = OpenMode.CREATE;
            for (int round = 0; round < 3; round++) {
                try (KeyIndex index = KeyIndex.open(tiny(place), mode)) {
                    index.recovered();
                    change(index, model, random, 3_000);
                    assertSame(index, model);
                }
                mode = random.nextBoolean() ? OpenMode.TRUST : OpenMode.RECOVER;
            }
            try (KeyIndex index = KeyIndex.open(tiny(place), mode)) {
                assertSame(index, model);
                assertThat(index.status().maps()).isGreaterThan(4);
            }
        } finally {
            TempFolders.delete(place);
        }
    }

    private static void change(KeyIndex index, Map<KeyHash, Location> model, Random random, int steps) {
        for (int step = 0; step < steps; step++) {
            KeyHash hash = hash(random.nextInt(4_000));
            Location location = location(random.nextInt(1_000_000));
            int choice = random.nextInt(10);
            if (choice < 6) {
                assertThat(index.put(hash, location)).isEqualTo(Optional.ofNullable(model.put(hash, location)));
            } else if (choice < 8) {
                assertThat(index.remove(hash)).isEqualTo(Optional.ofNullable(model.remove(hash)));
            } else if (choice < 9 && model.containsKey(hash)) {
                assertThat(index.replace(hash, model.get(hash), location)).isTrue();
                model.put(hash, location);
            } else {
                assertThat(index.find(hash)).isEqualTo(Optional.ofNullable(model.get(hash)));
            }
        }
    }

    private static void assertSame(KeyIndex index, Map<KeyHash, Location> model) {
        Map<KeyHash, Location> seen = new HashMap<>();
        index.forEach((hash, location) -> assertThat(seen.put(hash, location)).isNull());
        assertThat(seen).isEqualTo(model);
        assertThat(index.size()).isEqualTo(model.size());
        model.forEach((hash, location) -> assertThat(index.find(hash)).contains(location));
    }

    @Test
    void forEachAndFind_duringSplits_seeEveryStableEntryOnce() throws InterruptedException {
        int stable = 2_000;
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE)) {
            for (int i = 0; i < stable; i++) {
                index.put(hash(i), location(i));
            }
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread reader = new Thread(() -> {
                for (int round = 0; round < 6; round++) {
                    Set<KeyHash> seen = new HashSet<>();
                    List<KeyHash> twice = new ArrayList<>();
                    index.forEach((hash, location) -> {
                        if (!seen.add(hash)) {
                            twice.add(hash);
                        }
                    });
                    assertThat(twice).isEmpty();
                    for (int i = 0; i < stable; i++) {
                        assertThat(seen.contains(hash(i))).isTrue();
                        assertThat(index.find(hash(i)).equals(Optional.of(location(i))))
                                .isTrue();
                    }
                }
            });
            reader.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            reader.start();
            int extra = 0;
            while (reader.isAlive()) {
                int next = stable + extra++ % 20_000;
                index.put(hash(next), location(next));
                index.remove(hash(stable + (extra * 7) % 20_000));
            }
            reader.join();
            assertThat(failure.get()).isNull();
            assertThat(index.status().splitsDone()).isGreaterThan(4);
        }
    }

    @Test
    void remove_whileTheMapIsCopied_isNotBroughtBack() {
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE)) {
            for (int i = 0; i < 30_000; i++) {
                index.put(hash(i), location(i));
                if (i >= 50) {
                    assertThat(index.remove(hash(i - 50))).contains(location(i - 50));
                }
                if (i % 3 == 0) { // Enough stay for the maps to grow all the time.
                    index.put(hash(1_000_000 + i), location(i));
                }
            }
            assertThat(index.status().splitsDone()).isGreaterThan(20);
            assertThat(index.size()).isEqualTo(10_000 + 50);
        }
    }

    @Test
    void open_toRecoverAfterAKill_findsEverythingAndUndoesTheSplit() throws IOException {
        Path copy = folder.resolve("copy");
        try (KeyIndex index = KeyIndex.open(tiny(folder.resolve("live")), OpenMode.CREATE)) {
            for (int i = 0; i < 5_000; i++) {
                index.put(hash(i), location(i));
            }
            await(index);
            TempFolders.copy(folder.resolve("live"), copy); // What a killed process leaves in the page cache.
        }
        Files.writeString(copy.resolve("map-99999"), "a successor that was not finished");
        try (KeyIndex index = KeyIndex.open(tiny(copy), OpenMode.RECOVER)) {
            assertThat(copy.resolve("map-99999")).doesNotExist();
            assertThat(index.size()).isEqualTo(5_000);
            for (int i = 0; i < 5_000; i++) {
                assertThat(index.find(hash(i))).contains(location(i));
                index.put(hash(i), location(i + 1));
            }
        }
    }

    @Test
    void open_toRecoverAfterARecoveryThatWasCutShort_isRefusedUntilMadeAnew() throws IOException {
        KeyIndex.open(tiny(folder), OpenMode.CREATE).close();
        Path mark = Files.createFile(folder.resolve(IndexFolder.RECOVERING_FILE));
        for (OpenMode mode : List.of(OpenMode.RECOVER, OpenMode.TRUST)) {
            assertThatThrownBy(() -> KeyIndex.open(tiny(folder), mode))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("cut short");
        }
        KeyIndex.open(tiny(folder), OpenMode.CREATE).close();
        assertThat(mark).doesNotExist();
        KeyIndex.open(tiny(folder), OpenMode.RECOVER).close();
        assertThatThrownBy(() -> KeyIndex.open(tiny(folder), OpenMode.RECOVER))
                .as("nobody has said that the log was replayed")
                .isInstanceOf(CorruptionException.class);
        KeyIndex.open(tiny(folder), OpenMode.CREATE).close();
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.RECOVER)) {
            index.recovered();
        }
        KeyIndex.open(tiny(folder), OpenMode.TRUST).close();
    }

    @Test
    void open_toRecoverAnEntryThatWasHalfWrittenOver_isRefusedUntilMadeAnew() throws IOException {
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE)) {
            for (int i = 0; i < TINY / 2; i++) {
                index.put(hash(i), location(i));
            }
        }
        FileDamage.flipBehind(folder.resolve("map-00000"), bytes(hash(7)), KeyHash.SIZE + 3, 5);
        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(() -> KeyIndex.open(tiny(folder), OpenMode.RECOVER))
                    .isInstanceOf(CorruptionException.class);
        }
    }

    /** As a map holds it. */
    private static byte[] bytes(KeyHash hash) {
        return ByteBuffer.allocate(KeyHash.SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(hash.high())
                .putLong(hash.low())
                .array();
    }

    @Test
    void open_whenSomethingIsMissingOrDamaged_saysSo() throws IOException {
        assertThatThrownBy(() -> KeyIndex.open(tiny(folder), OpenMode.TRUST)).isInstanceOf(CorruptionException.class);
        KeyIndex.open(tiny(folder), OpenMode.CREATE).close();
        Path state = folder.resolve(IndexFolder.STATE_FILE);
        byte[] whole = Files.readAllBytes(state);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(state, damaged);
            assertThatThrownBy(() -> KeyIndex.open(tiny(folder), OpenMode.RECOVER))
                    .isInstanceOf(CorruptionException.class);
        }
        Files.write(state, whole);
        try (Stream<Path> files = Files.list(folder)) {
            Files.delete(files.filter(file -> !file.equals(state)).findFirst().orElseThrow());
        }
        assertThatThrownBy(() -> KeyIndex.open(tiny(folder), OpenMode.TRUST)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void create_overAnOldIndex_isEmpty() {
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE)) {
            index.put(hash(1), location(1));
        }
        try (KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE)) {
            assertThat(index.size()).isZero();
            assertThat(index.find(hash(1))).isEmpty();
        }
    }

    @Test
    void close_endsEverythingAndMayBeRepeated() {
        KeyIndex index = KeyIndex.open(tiny(folder), OpenMode.CREATE);
        index.put(hash(1), location(1));
        index.close();
        index.close();
        assertThatThrownBy(() -> index.find(hash(1))).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> index.put(hash(1), location(1))).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(index::size).isInstanceOf(StoreClosedException.class);
    }

    @Test
    void status_afterFilling_saysWhatIsThere() {
        try (KeyIndex index = KeyIndex.open(new IndexConfig(folder, 1_000, 4_000), OpenMode.CREATE)) {
            for (int i = 0; i < 20_000; i++) {
                index.put(hash(i), location(i));
            }
            await(index);
            IndexStatus status = index.status();
            assertThat(status.entries()).isEqualTo(20_000);
            assertThat(status.maps()).isBetween(4, 16);
            assertThat(status.capacity()).isEqualTo(status.maps() * 4_000L);
            assertThat(status.load()).isEqualTo(20_000.0 / status.capacity());
            assertThat(status.diskBytes()).isBetween(20_000L * 60, 20_000L * 200);
        }
    }

    @Test
    void config_outOfItsRange_isRefused() {
        assertThatThrownBy(() -> new IndexConfig(folder, 63, 64)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new IndexConfig(folder, 65, 64)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new IndexConfig(folder, 64, IndexConfig.MAP_ENTRIES_LIMIT + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new IndexConfig(folder, 64, 64).mapEntriesMax()).isEqualTo(64);
    }

    /** Until the splitter has nothing to do. */
    private static void await(KeyIndex index) {
        long done = -1;
        while (index.status().splitsRunning() > 0 || index.status().splitsDone() != done) {
            done = index.status().splitsDone();
            Thread.onSpinWait();
        }
    }

    private static IndexConfig tiny(Path folder) {
        return new IndexConfig(folder, TINY, 2 * TINY);
    }

    static KeyHash hash(long number) {
        return new KeyHash(mix(number), mix(~number));
    }

    static Location location(int number) {
        return new Location(number, number % 7, 100 + number % 50, number * 3L, number, number % 16, 5, number);
    }

    private static long mix(long number) {
        long mixed = (number ^ number >>> 30) * 0xBF58_476D_1CE4_E5B9L + 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }
}
