package dev.hayloft.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.BucketStatistics;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What a put costs in a bucket that shares content, of content that is new and of content that is known, beside one
 * that does not share; processor time of the process, digests included, one writer that waits for each.
 *
 * <p>Usage: {@code DedupBenchmark FOLDER [BYTES [COUNT]]}
 */
public final class DedupBenchmark {
    private static final int ROUNDS = 4; // The first warms up.
    private static final long KNOWN = 1000;

    private final PrintStream out;
    private final HayloftStore store;
    private final int bytes;
    private final int count;
    private long fresh = KNOWN;

    private DedupBenchmark(PrintStream out, HayloftStore store, int bytes, int count) {
        this.out = out;
        this.store = store;
        this.bytes = bytes;
        this.count = count;
    }

    public static void main(String[] arguments) {
        int bytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 16 << 10;
        int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5000;
        try (HayloftStore store = HayloftStore.open(StoreConfig.defaults(Path.of(arguments[0])), Clock.systemUTC())) {
            DedupBenchmark benchmark = new DedupBenchmark(System.out, store, bytes, count);
            for (int round = 0; round < ROUNDS; round++) {
                benchmark.round(round);
            }
        }
    }

    private void round(int round) {
        measure(new BucketName("plain-" + round), false, false);
        measure(new BucketName("shared-" + round), true, false);
        measure(new BucketName("known-" + round), true, true);
    }

    private void measure(BucketName bucket, boolean deduplicate, boolean isKnown) {
        store.createBucket(
                bucket,
                BucketSettings.builder(Durability.MEMORY)
                        .compression("none")
                        .deduplicate(deduplicate)
                        .build());
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        byte[] content = new byte[bytes];
        for (int i = 0; i < count; i++) {
            new SplittableRandom(isKnown ? i % KNOWN : fresh++).nextBytes(content);
            store.put(PutRequest.of(bucket, ObjectKey.of("key-" + i)), ByteBuffer.wrap(content))
                    .toCompletableFuture()
                    .join();
        }
        long cpuMicros = TimeUnit.NANOSECONDS.toMicros(system.getProcessCpuTime() - cpu);
        BucketStatistics figures = store.statistics(bucket);
        out.printf(
                "%s: %d us of processor time a put, %d bytes stored and %d saved of %d%n",
                bucket.value(), cpuMicros / count, figures.storedBytes(), figures.savedBytes(), figures.logicalBytes());
    }
}
