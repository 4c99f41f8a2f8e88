package dev.hayloft.bench;

import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** The point index by itself, with a million keys: hashing, random gets and overwrites, a walk; per key. */
public class IndexRoomBenchmark extends RoomBenchmark {
    private static final int KEYS = 1_000_000;

    private final KeyHasher hasher = new KeyHasher(1, 2);
    private final KeyHash[] hashes = new KeyHash[KEYS];
    private final SplittableRandom random = new SplittableRandom(7);
    private final ByteBuffer key = ByteBuffer.wrap("device/1000000000/abc".getBytes(StandardCharsets.US_ASCII));
    private List<KeyIndex> index = List.of();

    /** Fills the index. */
    @Override
    void open(Path folder) throws IOException {
        KeyIndex open = KeyIndex.open(IndexConfig.defaults(folder.resolve("index")), KeyIndex.OpenMode.CREATE);
        for (int i = 0; i < KEYS; i++) {
            hashes[i] = hasher.extent(1, i);
            open.put(hashes[i], location(i));
        }
        index = List.of(open);
    }

    private static Location location(int number) {
        return new Location(number * 40L, number % 60_000, 200, (long) number << 16, 100, 0, 1, number);
    }

    @Override
    void close() {
        index.forEach(KeyIndex::close);
    }

    /** From a key of 21 bytes to its hash. */
    @Benchmark
    public KeyHash hash() {
        return hasher.object(1, key);
    }

    /** One of the keys. */
    @Benchmark
    public Optional<Location> get() {
        return index.get(0).find(hashes[random.nextInt(KEYS)]);
    }

    /** Another place for one of the keys. */
    @Benchmark
    public Optional<Location> overwrite() {
        int number = random.nextInt(KEYS);
        return index.get(0).put(hashes[number], location(number));
    }

    /** Every key once, as a start after a kill counts them. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public long walk() {
        long[] sizes = new long[1];
        index.get(0).forEach((hash, location) -> sizes[0] += location.needleSize());
        return sizes[0];
    }
}
