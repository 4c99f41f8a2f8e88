package dev.hayloft.bench;

import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.IndexStatus;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Fills the point index from nothing and says how long single puts took, how much disk an entry takes at several sizes,
 * and what gets, overwrites, walks, reopening and recovery cost at the end.
 *
 * <p>Usage: {@code IndexGrowthBenchmark FOLDER [ENTRIES]}; the folder is overwritten.
 */
public final class IndexGrowthBenchmark {
    private static final int ENTRIES = 20_000_000;
    private static final int STEPS = 2_000_000;
    private static final long[] SIZES = {300_000, 1_000_000, 3_000_000, 5_000_000, 10_000_000, 20_000_000};
    private static final long STALL_NANOS = 5_000_000;
    private static final int QUEUED_EVERY = 1_024;
    private static final KeyHasher HASHER = new KeyHasher(1, 2);

    private final PrintStream out;
    private final IndexConfig config;
    private final int entries;

    private IndexGrowthBenchmark(PrintStream out, Path folder, int entries) {
        this.out = out;
        this.config = IndexConfig.defaults(folder);
        this.entries = entries;
    }

    public static void main(String[] arguments) {
        int entries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ENTRIES;
        new IndexGrowthBenchmark(System.out, Path.of(arguments[0]), entries).run();
    }

    private void run() {
        try (KeyIndex index = KeyIndex.open(config, KeyIndex.OpenMode.CREATE)) {
            fill(index);
            use(index);
        }
        open(KeyIndex.OpenMode.TRUST);
        open(KeyIndex.OpenMode.RECOVER);
    }

    private void fill(KeyIndex index) {
        Histogram histogram = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        int size = 0;
        long pauseNanos = 0; // Of this program: waiting for the splitter before a size is measured.
        Histogram stalls = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        long queued = queuedNanos();
        long start = System.nanoTime();
        for (int i = 0; i < entries; i++) {
            KeyHash hash = hash(i);
            Location location = location(i);
            long before = System.nanoTime();
            index.put(hash, location);
            long nanos = System.nanoTime() - before;
            histogram.recordValue(nanos);
            if (nanos > STALL_NANOS || i % QUEUED_EVERY == 0) {
                long now = queuedNanos();
                if (nanos > STALL_NANOS) {
                    stalls.recordValue(Math.max(0, nanos - (now - queued)));
                }
                queued = now;
            }
            if (size < SIZES.length && i + 1 == SIZES[size]) {
                size++;
                long measured = System.nanoTime();
                report(index);
                pauseNanos += System.nanoTime() - measured;
            }
        }
        double perPut = (double) (System.nanoTime() - start - pauseNanos) / entries;
        out.printf(
                "fill: %.0f ns/put with hashing; single put p50 %d ns, p99 %d ns, p99.99 %d us, longest %.1f ms%n",
                perPut,
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.99) / 1_000,
                histogram.getMaxValue() / 1e6);
        out.printf(
                "%d puts took over %d ms; without waiting for a core the longest took %.1f ms%n",
                stalls.getTotalCount(), STALL_NANOS / 1_000_000, stalls.getMaxValue() / 1e6);
    }

    /** How long this thread has been ready and had no core, as Linux counts; 0 where that cannot be asked. */
    private static long queuedNanos() {
        Path counters = Path.of("/proc/thread-self/schedstat");
        if (!Files.isReadable(counters)) {
            return 0;
        }
        try {
            return Long.parseLong(Files.readString(counters).split(" ", -1)[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report(KeyIndex index) {
        IndexStatus status = index.status();
        long done = -1;
        long moving = status.diskBytes();
        while (status.splitsRunning() > 0 || status.splitsDone() != done) {
            done = status.splitsDone();
            LockSupport.parkNanos(20_000_000);
            status = index.status();
            moving = Math.max(moving, status.diskBytes());
        }
        out.printf(
                "%,d entries: %d maps, load %.2f, %.1f B/entry on disk (%.1f at most while splitting)%n",
                status.entries(),
                status.maps(),
                status.load(),
                (double) status.diskBytes() / status.entries(),
                (double) moving / status.entries());
    }

    private void use(KeyIndex index) {
        Random random = new Random(7);
        long start = System.nanoTime();
        for (int i = 0; i < STEPS; i++) {
            if (index.find(hash(random.nextInt(entries))).isEmpty()) {
                throw new IllegalStateException("an entry is lost");
            }
        }
        perStep("random get", start, STEPS);
        start = System.nanoTime();
        for (int i = 0; i < STEPS; i++) {
            int key = random.nextInt(entries);
            if (index.put(hash(key), location(key)).isEmpty()) {
                throw new IllegalStateException("an entry is lost");
            }
        }
        perStep("random overwrite, previous answered", start, STEPS);
        long[] seen = {0};
        start = System.nanoTime();
        index.forEach((hash, location) -> seen[0]++);
        perStep("walk", start, seen[0]);
    }

    private void open(KeyIndex.OpenMode mode) {
        long start = System.nanoTime();
        try (KeyIndex index = KeyIndex.open(config, mode)) {
            out.printf("open %s of %,d entries: %.2f s%n", mode, index.size(), (System.nanoTime() - start) / 1e9);
        }
    }

    private void perStep(String what, long startNanos, long steps) {
        out.printf("%s: %.0f ns%n", what, (double) (System.nanoTime() - startNanos) / steps);
    }

    private static KeyHash hash(int number) {
        return HASHER.object(1, ByteBuffer.wrap(key(number).getBytes(StandardCharsets.US_ASCII)));
    }

    private static String key(int number) {
        return "device/" + (1_000_000_000 + number) + "/abc"; // 21 bytes.
    }

    private static Location location(int number) {
        return new Location(number * 40L, number % 60_000, 200, (long) number << 16, 100, 0, 1, number);
    }
}
