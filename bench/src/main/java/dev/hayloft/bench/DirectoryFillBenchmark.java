package dev.hayloft.bench;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryConfig;
import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryQuery;
import dev.hayloft.index.DirectoryStatus;
import dev.hayloft.model.Sha256;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Fills the directory in groups, sorted or not, lists right after some of the groups, and says what a key takes.
 *
 * <p>Usage: {@code DirectoryFillBenchmark FOLDER [KEYS] [sorted|random]}; the folder should be empty.
 */
public final class DirectoryFillBenchmark {
    private static final int GROUP = 2_000;
    private static final int LIST_EVERY = 50;
    private static final int BUCKET = 1;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final PrintStream out;
    private final int keys;
    private final boolean sorted;
    private final SplittableRandom random = new SplittableRandom(7);

    private DirectoryFillBenchmark(PrintStream out, int keys, boolean sorted) {
        this.out = out;
        this.keys = keys;
        this.sorted = sorted;
    }

    public static void main(String[] arguments) {
        int keys = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3_000_000;
        boolean sorted = arguments.length < 3 || "sorted".equals(arguments[2]);
        try (Directory directory = Directory.open(DirectoryConfig.defaults(Path.of(arguments[0])))) {
            new DirectoryFillBenchmark(System.out, keys, sorted).run(directory);
        }
    }

    private void run(Directory directory) {
        Histogram listings = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        long cpuStart = cpuNanos();
        long start = System.nanoTime();
        long making = 0;
        for (int from = 0; from < keys; from += GROUP) {
            long before = System.nanoTime();
            List<DirectoryChange> changes = group(from);
            making += System.nanoTime() - before;
            directory.submit(changes, from + GROUP - 1L, from);
            if (from / GROUP % LIST_EVERY == LIST_EVERY - 1) {
                before = System.nanoTime();
                directory.whenApplied(from + GROUP - 1L).toCompletableFuture().join();
                directory.list(new DirectoryQuery(BUCKET, NONE, Optional.empty(), key(random.nextInt(keys)), 1_000));
                listings.recordValue(System.nanoTime() - before);
            }
        }
        directory.whenApplied(keys - 1L).toCompletableFuture().join();
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                "fill of %,d %s keys: %,.0f keys/s (making them took %.1f of %.1f s), CPU %.2f us/key%n",
                keys,
                sorted ? "sorted" : "random",
                keys / seconds,
                making / 1e9,
                seconds,
                (cpuNanos() - cpuStart) / 1e3 / keys);
        out.printf(
                "wait until visible, then a page of 1,000, while filling: p50 %.1f ms, p99 %.1f ms, longest %.1f ms%n",
                listings.getValueAtPercentile(50) / 1e6,
                listings.getValueAtPercentile(99) / 1e6,
                listings.getMaxValue() / 1e6);
        disk(directory, "right after");
        walk(directory, "right after");
        directory.flush();
        walk(directory, "flushed");
        page(directory);
        disk(directory, "flushed");
    }

    private void disk(Directory directory, String when) {
        DirectoryStatus status = directory.status();
        out.printf(
                "%s: %.1f B/key on disk, %.1f MiB native memory%n",
                when, (double) status.diskBytes() / keys, status.memoryBytes() / 1048576.0);
    }

    private void walk(Directory directory, String when) {
        long start = System.nanoTime();
        long seen = 0;
        try (DirectoryCursor cursor = directory.cursor(BUCKET, NONE, NONE)) {
            while (cursor.hasNext()) {
                cursor.next();
                seen++;
            }
        }
        out.printf("%s: walk over %,d keys, %.0f ns/key%n", when, seen, (double) (System.nanoTime() - start) / seen);
    }

    private void page(Directory directory) {
        Histogram pages = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        for (int i = 0; i < 2_000; i++) {
            long before = System.nanoTime();
            directory.list(new DirectoryQuery(BUCKET, NONE, Optional.empty(), key(random.nextInt(keys)), 1_000));
            pages.recordValue(System.nanoTime() - before);
        }
        out.printf(
                "a random page of 1,000 at rest: p50 %.2f ms, p99 %.2f ms%n",
                pages.getValueAtPercentile(50) / 1e6, pages.getValueAtPercentile(99) / 1e6);
    }

    private List<DirectoryChange> group(int from) {
        List<DirectoryChange> changes = new ArrayList<>(GROUP);
        for (int i = from; i < from + GROUP; i++) {
            int number = sorted ? i : (int) (i * 2_654_435_761L % keys);
            long time = 1_763_700_000_000L + i / 500;
            Sha256 digest = new Sha256(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
            DirectoryEntry entry = new DirectoryEntry(
                    BUCKET,
                    key(number),
                    (time << 16) + i % 500,
                    100 + i % 50,
                    time,
                    digest,
                    OptionalLong.empty(),
                    NONE);
            changes.add(new DirectoryChange.Put(entry, i));
        }
        return changes;
    }

    private static ByteBuffer key(int number) {
        String key = "device/" + (1_000_000_000 + number) + "/abc"; // 21 bytes.
        return ByteBuffer.wrap(key.getBytes(StandardCharsets.US_ASCII));
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }
}
