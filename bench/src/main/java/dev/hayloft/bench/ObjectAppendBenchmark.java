package dev.hayloft.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.AppendRequest;
import dev.hayloft.store.BucketStatistics;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.StoredObject;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What an append costs that finds 10, 1,000 or 100,000 parts: bytes of the log, time and processor time, each the mean
 * of the appends up to twice as many parts, at most 10,000.
 *
 * <p>Usage: {@code ObjectAppendBenchmark FOLDER [BYTES]}
 */
public final class ObjectAppendBenchmark {
    private static final BucketName BUCKET = new BucketName("appends");
    private static final ObjectKey KEY = ObjectKey.of("log/one");
    private static final int WARM_UP = 20_000;
    private static final int WINDOW_MAX = 10_000;

    private final PrintStream out;
    private final HayloftStore store;
    private final int bytes;
    private final SplittableRandom random = new SplittableRandom(1);

    private ObjectAppendBenchmark(PrintStream out, HayloftStore store, int bytes) {
        this.out = out;
        this.store = store;
        this.bytes = bytes;
    }

    public static void main(String[] arguments) {
        int bytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        try (HayloftStore store = HayloftStore.open(StoreConfig.defaults(Path.of(arguments[0])), Clock.systemUTC())) {
            store.createBucket(
                    BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            ObjectAppendBenchmark benchmark = new ObjectAppendBenchmark(System.out, store, bytes);
            benchmark.append(ObjectKey.of("warm-up"), WARM_UP);
            benchmark.measure();
        }
    }

    private void append(ObjectKey key, int count) {
        AppendRequest request = AppendRequest.of(PutRequest.of(BUCKET, key));
        byte[] part = new byte[bytes];
        for (int i = 0; i < count; i++) {
            random.nextBytes(part);
            ByteBuffer content = ByteBuffer.wrap(part);
            store.verbs()
                    .append(request, content, Sha256.of(content))
                    .toCompletableFuture()
                    .join();
        }
    }

    private void measure() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        int parts = 0;
        for (int wanted : new int[] {10, 1000, 100_000}) {
            append(KEY, wanted - parts);
            int window = Math.min(wanted, WINDOW_MAX);
            long written = written();
            long cpu = system.getProcessCpuTime();
            long start = System.nanoTime();
            append(KEY, window);
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
            long cpuMicros = TimeUnit.NANOSECONDS.toMicros(system.getProcessCpuTime() - cpu);
            out.printf(
                    "%d parts of %d bytes: %d bytes of log, %d us, %d us of processor time an append%n",
                    wanted, bytes, (written() - written) / window, micros / window, cpuMicros / window);
            parts = wanted + window;
        }
        long start = System.nanoTime();
        try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
            long at = 0;
            int reads = 0;
            while (at < object.info().sizeBytes()) {
                at += object.read(at, 1 << 20).remaining();
                reads++;
            }
            out.printf(
                    "read %d bytes in %d pieces, %d us%n",
                    at, reads, TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
        }
    }

    private long written() {
        BucketStatistics figures = store.statistics(BUCKET);
        return figures.liveBytes() + figures.deadBytes();
    }
}
