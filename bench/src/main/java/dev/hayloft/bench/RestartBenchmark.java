package dev.hayloft.bench;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.WriteResult;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How long a start takes with many objects, after a clean stop and after a sudden end.
 *
 * <p>Usage: {@code RestartBenchmark fill FOLDER [OBJECTS] [BYTES]} stores objects and stops cleanly; {@code open FOLDER
 * [OBJECTS]} opens, checks a sample, prints times, stops cleanly; {@code die FOLDER [OBJECTS]} opens, stores some more
 * and halts without closing. {@code bench/restart} drives them.
 */
public final class RestartBenchmark {
    private static final BucketName BUCKET = new BucketName("restart");
    private static final int UNDER_WAY = 4096;
    private static final int SAMPLE = 1000;
    private static final int MORE = 20_000;

    private final PrintStream out;
    private final HayloftStore store;
    private final int objects;

    private RestartBenchmark(PrintStream out, HayloftStore store, int objects) {
        this.out = out;
        this.store = store;
        this.objects = objects;
    }

    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = System.out;
        int objects = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5_000_000;
        int bytes = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 100;
        long atMain = ManagementFactory.getRuntimeMXBean().getUptime();
        long start = System.nanoTime();
        long cpuStart = cpuNanos();
        HayloftStore store = HayloftStore.open(StoreConfig.defaults(Path.of(arguments[1])), Clock.systemUTC());
        long openedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        long cpuMillis = TimeUnit.NANOSECONDS.toMillis(cpuNanos() - cpuStart);
        RestartBenchmark benchmark = new RestartBenchmark(out, store, objects);
        switch (arguments[0]) {
            case "fill" -> benchmark.fill(bytes);
            case "open" -> benchmark.check(atMain, openedMillis, cpuMillis);
            case "die" -> benchmark.die(bytes);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        long closing = System.nanoTime();
        store.close();
        out.printf("closed in %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - closing));
    }

    private static ObjectKey key(int number) {
        return ObjectKey.of("restart/object-%08d".formatted(number)); // 23 bytes.
    }

    private void fill(int bytes) throws InterruptedException {
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
        long start = System.nanoTime();
        long cpuStart = cpuNanos();
        put(0, objects, bytes);
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                "stored %,d objects of %d bytes in %.1f s: %,.0f a second, %.2f us of CPU each%n",
                objects, bytes, seconds, objects / seconds, (cpuNanos() - cpuStart) / 1e3 / objects);
    }

    private void put(int from, int to, int bytes) throws InterruptedException {
        Semaphore underWay = new Semaphore(UNDER_WAY);
        for (int i = from; i < to; i++) {
            underWay.acquire();
            ByteBuffer content = ByteBuffer.allocate(bytes).putInt(0, i); // Each with a digest of its own.
            put(key(i), content, Sha256.of(content), underWay);
        }
        underWay.acquire(UNDER_WAY);
    }

    private void put(ObjectKey key, ByteBuffer content, Sha256 digest, Semaphore underWay) {
        store.put(PutRequest.of(BUCKET, key), content, digest).whenComplete((WriteResult result, Throwable failure) -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof CapacityException) {
                put(key, content, digest, underWay);
            } else if (cause != null) {
                throw new IllegalStateException(cause);
            } else {
                underWay.release();
            }
        });
    }

    private void check(long jvmMillis, long openedMillis, long cpuMillis) {
        int step = Math.max(1, objects / SAMPLE);
        int checked = 0;
        for (int i = 0; i < objects; i += step) {
            Optional<StoredObject> found = store.read(BUCKET, key(i));
            found.orElseThrow(() -> new IllegalStateException("an object is gone"))
                    .close();
            checked++;
        }
        long there = ((ObjectStore) store).statistics(BUCKET).objects();
        out.printf(
                "opened in %d ms, %d ms of CPU, after %d ms of JVM start; %,d objects, %,d of them read%n",
                openedMillis, cpuMillis, jvmMillis, there, checked);
    }

    private void die(int bytes) throws InterruptedException {
        put(objects, objects + MORE, bytes);
        out.println("ends without closing");
        out.flush();
        Runtime.getRuntime().halt(137);
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
