package dev.hayloft.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.CompactionConfig;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.VolumeStatus;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.parity.ParityConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * What background work on volumes costs, against the disk's own speed and beside reads of 4 KiB. Encoding and
 * compaction at full pace are measured the first time in the process, and then {@value #ROUNDS_WARM} times on fresh
 * volumes of the same kind.
 *
 * <p>Usage: {@code UpkeepBenchmark FOLDER [VOLUMES] [MIB]}: so many volumes of so many MiB in each round, in an empty
 * folder, which holds six times as much at most.
 */
public final class UpkeepBenchmark {
    private static final BucketName BUCKET = new BucketName("upkeep");
    private static final int SIZE = 4096;
    private static final int UNDER_WAY = 4096;
    private static final int ROUNDS_WARM = 3;
    private static final int PAIRS = 5;
    private static final long INTERVAL_NANOS = 2_000_000_000L;
    private static final int SAMPLE = 2000;

    private final PrintStream out;
    private final Path folder;
    private final long volumeBytes;
    private final int objects;
    private final SplittableRandom random = new SplittableRandom(1);

    private UpkeepBenchmark(PrintStream out, Path folder, int volumes, long volumeBytes) {
        this.out = out;
        this.folder = folder;
        this.volumeBytes = volumeBytes;
        this.objects = (int) (volumes * volumeBytes / (SIZE + 120)) / 4 * 4;
    }

    /** What a piece of work took. */
    private record Cost(double seconds, double cpuSeconds) {}

    /** Bytes that a round wrote, what that took, and how fast the disk was right before and after. */
    private record Round(double bytes, Cost cost, double diskBytesPerSecond) {
        double bytesPerSecond() {
            return bytes / cost.seconds();
        }

        double ratio() {
            return bytesPerSecond() / diskBytesPerSecond;
        }

        double bytesPerCpuSecond() {
            return bytes / cost.cpuSeconds();
        }
    }

    public static void main(String[] arguments) throws IOException {
        int volumes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        long mebibytes = arguments.length > 2 ? Long.parseLong(arguments[2]) : 512;
        new UpkeepBenchmark(System.out, Path.of(arguments[0]), volumes, mebibytes << 20).run();
    }

    private void run() throws IOException {
        out.printf("load %.2f%n", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        int all = (1 + ROUNDS_WARM) * objects;
        try (HayloftStore store = open(1L << 40)) {
            store.createBucket(
                    BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            List<Round> encodings = new ArrayList<>();
            for (int from = 0; from < all; from += objects) {
                fill(store, from);
                job(store, JobRequest.Kind.SEAL);
                encodings.add(print("encode", encode(store)));
            }
            summary("encode", "written", encodings);
            degraded(store);
            List<Round> compactions = new ArrayList<>();
            for (int from = 0; from < all; from += objects) {
                delete(store, from, from + objects, 2);
                compactions.add(print("compact", compact(store)));
            }
            summary("compact", "moved", compactions);
            delete(store, 1, all, 4);
        }
        try (HayloftStore store = open(CompactionConfig.DEFAULTS.bytesPerSecond())) {
            foreground(store);
        }
    }

    private HayloftStore open(long compactionBytesPerSecond) {
        ParityConfig parity =
                new ParityConfig(false, 10, 4, Duration.ofDays(1), 1L << 40, Duration.ofDays(7), 1L << 40, List.of());
        return HayloftStore.open(
                StoreConfig.builder(folder.resolve("store"))
                        .partitions(1)
                        .volumeSizeBytes(volumeBytes)
                        .durability(Durability.MEMORY)
                        .reserveBytes(0)
                        .compaction(new CompactionConfig(false, 0.25, compactionBytesPerSecond, Duration.ZERO))
                        .parity(parity)
                        .build(),
                Clock.systemUTC());
    }

    private static ObjectKey key(int i) {
        return ObjectKey.of("upkeep/object-%08d".formatted(i));
    }

    private void fill(HayloftStore store, int from) {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = from; i < from + objects; i++) {
            byte[] content = new byte[SIZE];
            random.nextBytes(content);
            add(writes, store.put(PutRequest.of(BUCKET, key(i)), ByteBuffer.wrap(content)));
        }
        writes.forEach(CompletableFuture::join);
    }

    private static void delete(HayloftStore store, int from, int to, int step) {
        List<CompletableFuture<?>> deletions = new ArrayList<>();
        for (int i = from; i < to; i += step) {
            add(deletions, store.delete(BUCKET, key(i), WriteCondition.NONE));
        }
        deletions.forEach(CompletableFuture::join);
    }

    private static void add(List<CompletableFuture<?>> underWay, CompletionStage<?> next) {
        underWay.add(next.toCompletableFuture());
        if (underWay.size() == UNDER_WAY) {
            underWay.forEach(CompletableFuture::join);
            underWay.clear();
        }
    }

    private Job job(HayloftStore store, JobRequest.Kind kind) {
        return job(store, new JobRequest(kind, Optional.empty(), true));
    }

    private Job job(HayloftStore store, JobRequest request) {
        String id = store.jobs().submit(request).id();
        while (store.jobs().find(id).orElseThrow().finishedAt().isEmpty()) {
            LockSupport.parkNanos(1_000_000);
        }
        Job job = store.jobs().find(id).orElseThrow();
        if (job.state() != Job.State.DONE) {
            throw new IllegalStateException(job.toString());
        }
        return job;
    }

    private static long figure(Job job, String name) {
        return job.result().orElseThrow().get(name) instanceof Long figure ? figure : 0;
    }

    private static Cost cost(Runnable work) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        work.run();
        return new Cost((System.nanoTime() - start) / 1e9, (system.getProcessCpuTime() - cpu) / 1e9);
    }

    private Round encode(HayloftStore store) throws IOException {
        Job[] done = new Job[1];
        long parityBytes = (long) objects * SIZE * 4 / 10;
        double diskBefore = diskWrite(parityBytes);
        Cost cost = cost(() -> done[0] = job(store, JobRequest.Kind.ENCODE));
        return new Round(figure(done[0], "writtenBytes"), cost, (diskBefore + diskWrite(parityBytes)) / 2);
    }

    private Round print(String what, Round round) {
        out.printf(
                "%s: %.0f MB in %.2f s (%.2f s of CPU): %.0f MB/s, disk %.0f MB/s: %.2f%n",
                what,
                round.bytes() / 1e6,
                round.cost().seconds(),
                round.cost().cpuSeconds(),
                round.bytesPerSecond() / 1e6,
                round.diskBytesPerSecond() / 1e6,
                round.ratio());
        return round;
    }

    private void summary(String what, String verb, List<Round> rounds) {
        List<Round> warm = rounds.subList(1, rounds.size());
        out.printf(
                "%s: first %.2f of the disk, %.0f MB %s a second of CPU; warm %.2f of the disk (%.0f MB/s beside %.0f), "
                        + "%.0f MB a second of CPU, medians of %d%n",
                what,
                rounds.get(0).ratio(),
                rounds.get(0).bytesPerCpuSecond() / 1e6,
                verb,
                median(warm, Round::ratio),
                median(warm, Round::bytesPerSecond) / 1e6,
                median(warm, Round::diskBytesPerSecond) / 1e6,
                median(warm, Round::bytesPerCpuSecond) / 1e6,
                warm.size());
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Bytes a second that a new file takes until it is forced. */
    private double diskWrite(long bytes) throws IOException {
        Path file = folder.resolve("disk.tmp");
        ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
        long start = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; at += piece.capacity()) {
                channel.write(piece.clear(), at);
            }
            channel.force(true);
        }
        double speed = bytes / ((System.nanoTime() - start) / 1e9);
        Files.delete(file);
        return speed;
    }

    private void degraded(HayloftStore store) throws IOException {
        double healthy = medianMicros(store, 0);
        VolumeStatus volume = store.volumes().stream()
                .filter(each -> each.shards().size() > 1)
                .findFirst()
                .orElseThrow();
        VolumeStatus.Shard shard = volume.shards().get(0);
        try (FileChannel channel = FileChannel.open(shard.path(), StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
            for (long at = 0; at < shard.length(); at += zeros.capacity()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), shard.length() - at));
                channel.write(zeros, shard.offset() + at);
            }
        }
        double degraded = medianMicros(store, 0);
        out.printf("degraded read of 4 KiB: %.1f us, healthy %.1f us: %.2f%n", degraded, healthy, degraded / healthy);
        job(store, JobRequest.Kind.REPAIR);
    }

    /** Of objects that stand one behind the other in the first shard, each read once. */
    private double medianMicros(HayloftStore store, int first) {
        double[] micros = new double[SAMPLE];
        for (int i = 0; i < SAMPLE; i++) {
            long start = System.nanoTime();
            read(store, first + i * 2);
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        return micros[SAMPLE / 2];
    }

    private static void read(HayloftStore store, int i) {
        try (StoredObject object = store.read(BUCKET, key(i)).orElseThrow()) {
            if (object.read(0, SIZE).remaining() != SIZE) {
                throw new IllegalStateException("a short object");
            }
        }
    }

    private void foreground(HayloftStore store) {
        percentile(store); // Warms up.
        List<Double> ratios = new ArrayList<>();
        for (int pair = 0; pair < PAIRS; pair++) {
            double without = percentile(store);
            String id = store.jobs()
                    .submit(new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), true))
                    .id();
            Cost cost = cost(() -> ratios.add(percentile(store) / without));
            boolean wasAtWork = store.jobs().find(id).orElseThrow().finishedAt().isEmpty();
            out.printf(
                    "p99 of GET beside compaction: %.1f us without, %.2f times with, %.0f %% of a core%s%n",
                    without,
                    ratios.get(ratios.size() - 1),
                    cost.cpuSeconds() / cost.seconds() * 100,
                    wasAtWork ? "" : " (the compaction ended before the interval)");
            if (wasAtWork) {
                store.jobs().cancel(id);
            }
            while (store.jobs().find(id).orElseThrow().finishedAt().isEmpty()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        ratios.sort(Double::compare);
        out.printf(
                "p99 of GET beside compaction at its default pace: %.2f, median of %d%n", ratios.get(PAIRS / 2), PAIRS);
    }

    private double percentile(HayloftStore store) {
        double[] micros = new double[1 << 20];
        int count = 0;
        long end = System.nanoTime() + INTERVAL_NANOS;
        while (System.nanoTime() < end && count < micros.length) {
            int i = random.nextInt(objects) * 4 + 3; // What is left of all rounds.
            long start = System.nanoTime();
            read(store, i);
            micros[count++] = (System.nanoTime() - start) / 1e3;
            LockSupport.parkNanos(100_000);
        }
        Arrays.sort(micros, 0, count);
        return micros[count * 99 / 100];
    }

    private Round compact(HayloftStore store) throws IOException {
        Job[] done = new Job[1];
        double diskBefore = copy(sealed(store));
        // By policy: "all" would move again what stands beside the deletions of the round before.
        JobRequest worthIt = new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), false);
        Cost cost = cost(() -> done[0] = job(store, worthIt));
        return new Round(figure(done[0], "movedBytes"), cost, (diskBefore + copy(sealed(store))) / 2);
    }

    private static Path sealed(HayloftStore store) {
        return store.volumes().stream()
                .filter(each -> each.state() != VolumeStatus.State.OPEN && each.partition() == 0)
                .max(Comparator.comparingLong(VolumeStatus::bytes))
                .orElseThrow()
                .path();
    }

    /** Bytes a second of a file that is read, written to another, and forced. */
    private double copy(Path file) throws IOException {
        Path target = folder.resolve("copy.tmp");
        long start = System.nanoTime();
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
            while (from.read(piece.clear()) > 0) {
                to.write(piece.flip());
            }
            to.force(true);
        }
        double speed = Files.size(target) / ((System.nanoTime() - start) / 1e9);
        Files.delete(target);
        return speed;
    }
}
