package dev.hayloft.index.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.core.OS;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapFileTest {
    private static final int KEYS = 40_000;

    @TempDir
    Path folder;

    @Test
    void hash_isTheOneOfTheMap() {
        Random random = new Random(11);
        LongHashFunction ofMap = LongHashFunction.xx_r39();
        long[] words = new long[LocationData.SIZE / Long.BYTES];
        BytesStore<?, ?> memory = BytesStore.nativeStore(LocationData.SIZE);
        try {
            for (int round = 0; round < 1_000; round++) {
                for (int i = 0; i < words.length; i++) {
                    words[i] = random.nextInt(4) == 0 ? -random.nextInt(2) : random.nextLong();
                    memory.writeLong((long) i * Long.BYTES, words[i]);
                }
                assertThat(XxHash.ofWords(words[0], words[1]))
                        .isEqualTo(ofMap.hashLongs(new long[] {words[0], words[1]}));
                for (int count = 4; count <= words.length; count++) {
                    assertThat(XxHash.ofMemory(OS.memory(), memory.addressForRead(0), count * Long.BYTES))
                            .isEqualTo(ofMap.hashLongs(words, 0, count));
                }
            }
        } finally {
            memory.releaseLast();
        }
    }

    /** Recovery drops what has a wrong checksum, a chunk that no slot names, and a slot that leads nowhere. */
    @Test
    void put_amongRemovals_leavesAMapThatRecoveryFindsWhole() {
        assertWorks(KEYS);
    }

    @Test
    void put_farBeyondTheCapacity_goesOnInFurtherTiers() {
        assertWorks(KEYS / 4);
    }

    private void assertWorks(long capacity) {
        Path file = folder.resolve("map");
        Map<KeyHash, Location> model = new HashMap<>();
        Random random = new Random(5);
        try (MapFile map = MapFile.create(file, capacity)) {
            for (int step = 0; step < 4 * KEYS; step++) {
                KeyHash hash = hash(random.nextInt(KEYS));
                map.touch(hash, step % 2 == 1);
                change(map, model, hash, random);
                assertThat(map.find(hash)).isEqualTo(Optional.ofNullable(model.get(hash)));
            }
            assertThat(map.size()).isEqualTo(model.size());
            assertThat(entries(map)).isEqualTo(model);
        }
        try (MapFile map = MapFile.recover(file, capacity)) {
            assertThat(map.size()).isEqualTo(model.size());
            assertThat(entries(map)).isEqualTo(model);
            model.forEach(
                    (hash, location) -> assertThat(map.put(hash, location)).contains(location));
            assertThat(map.size()).isEqualTo(model.size());
        }
    }

    private static void change(MapFile map, Map<KeyHash, Location> model, KeyHash hash, Random random) {
        Location location = location(random);
        switch (random.nextInt(8)) {
            case 0 -> assertThat(map.remove(hash)).isEqualTo(Optional.ofNullable(model.remove(hash)));
            case 1 -> assertThat(map.putIfAbsent(hash, location)).isEqualTo(model.putIfAbsent(hash, location) == null);
            default -> assertThat(map.put(hash, location)).isEqualTo(Optional.ofNullable(model.put(hash, location)));
        }
    }

    @Test
    void put_toAClosedMap_isRefused() {
        MapFile map = MapFile.create(folder.resolve("map"), 100);
        map.close();
        assertThatThrownBy(() -> map.put(hash(1), location(new Random(1)))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> map.touch(hash(1), false)).isInstanceOf(IllegalStateException.class);
    }

    private static Map<KeyHash, Location> entries(MapFile map) {
        Map<KeyHash, Location> entries = new HashMap<>();
        for (int segment = 0; segment < map.segments(); segment++) {
            map.segment(segment).forEach(entry -> assertThat(entries.put(entry.getKey(), entry.getValue()))
                    .isNull());
        }
        return entries;
    }

    private static KeyHash hash(int key) {
        Random random = new Random(key);
        return new KeyHash(random.nextLong(), random.nextLong());
    }

    /** Any bits in every field. */
    private static Location location(Random random) {
        return new Location(
                random.nextLong() & Long.MAX_VALUE,
                random.nextInt() & Integer.MAX_VALUE,
                random.nextInt() & Integer.MAX_VALUE,
                random.nextLong(),
                random.nextLong() & Location.CONTENT_SIZE_MAX,
                random.nextInt() & Location.FLAGS_MAX,
                random.nextInt(),
                random.nextLong() & Location.TIME_MILLIS_MAX,
                random.nextLong(),
                random.nextLong() & Location.TIME_MILLIS_MAX);
    }
}
