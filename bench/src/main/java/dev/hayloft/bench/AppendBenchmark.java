package dev.hayloft.bench;

import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Appends needles of 1 KiB in groups to a {@link VolumeLog}, and the same frames by the same encoder into a plain
 * mapped file, in turns, without forcing; prints the rates, their medians and the ratio. Arguments: folder, MiB a run,
 * rounds, needles a frame.
 *
 * <p>{@code -Dhayloft.bench.cpuTime=true} counts the thread's processor time, for a machine that is not idle.
 *
 * <p>Who of the two gets memory that the host of a virtual machine has to find first is slower, by up to three times:
 * so they take turns in going first, and many rounds are needed.
 *
 * <p>It moves every byte twice (into the encoder, into the mapping) and reads it twice (checksums of needle and body);
 * the page faults of fresh file pages decide the rest.
 */
public final class AppendBenchmark {
    private static final Logger LOGGER = System.getLogger(AppendBenchmark.class.getName());
    private static final int PAYLOAD_SIZE = 1024;
    private static final int MAPPING_SIZE = 64 << 20;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Path folder;
    private final long bytesPerRun;
    private final int needlesPerFrame;
    private final FrameEncoder encoder = new FrameEncoder();
    private final ByteBuffer key = ByteBuffer.wrap(new byte[21]);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_SIZE);
    private final NeedleHead head = NeedleHead.object(PAYLOAD_SIZE, new Sha256(1, 2, 3, 4));
    private long sequence;

    private AppendBenchmark(Path folder, long bytesPerRun, int needlesPerFrame) {
        this.folder = folder;
        this.bytesPerRun = bytesPerRun;
        this.needlesPerFrame = needlesPerFrame;
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        long bytes = Long.parseLong(args[1]) << 20;
        int rounds = Integer.parseInt(args[2]);
        AppendBenchmark benchmark = new AppendBenchmark(folder, bytes, Integer.parseInt(args[3]));
        double[] log = new double[rounds];
        double[] mapped = new double[rounds];
        double[] encoded = new double[rounds];
        for (int round = -1; round < rounds; round++) { // The first, not counted, warms up.
            int at = Math.max(round, 0);
            if (round % 2 == 0) {
                log[at] = benchmark.intoLog();
                mapped[at] = benchmark.intoMapping();
            } else {
                mapped[at] = benchmark.intoMapping();
                log[at] = benchmark.intoLog();
            }
            encoded[at] = benchmark.encodeOnly();
        }
        print("log", log);
        print("mapped file", mapped);
        print("encoder alone", encoded);
        LOGGER.log(
                Level.INFO, "log / mapped file, of the medians: {0}", "%.2f".formatted(median(log) / median(mapped)));
    }

    private double intoLog() throws IOException {
        Path place = Files.createTempDirectory(folder, "log");
        VolumeLogConfig config = VolumeLogConfig.defaults(place, new UUID(1, 2), 0);
        long start;
        long stop;
        try (VolumeLog log = VolumeLog.open(config, InstantSource.system())) {
            log.startAppending(LogPosition.START, true);
            start = now();
            for (long written = 0; written < bytesPerRun; ) {
                log.append(nextFrame());
                written += encoder.sizeBytes();
            }
            stop = now();
        } finally {
            delete(place);
        }
        return rate(stop - start);
    }

    private double intoMapping() throws IOException {
        double rate = intoFreshMapping();
        System.gc(); // Java unmaps when it collects: until then the memory of the deleted file is held.
        return rate;
    }

    private double intoFreshMapping() throws IOException {
        Path file = Files.createTempFile(folder, "mapped", ".bytes");
        long start;
        long stop;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            start = now();
            long mappedFrom = 0;
            MappedByteBuffer mapping = channel.map(MapMode.READ_WRITE, 0, MAPPING_SIZE);
            for (long written = 0; written < bytesPerRun; ) {
                ByteBuffer frame = nextFrame().finish(0);
                int size = encoder.sizeBytes();
                if (size > mapping.remaining()) {
                    mappedFrom += mapping.position();
                    mapping = channel.map(MapMode.READ_WRITE, mappedFrom, MAPPING_SIZE);
                }
                mapping.put(mapping.position(), frame, 0, size);
                mapping.position(mapping.position() + size);
                written += size;
            }
            stop = now();
            channel.force(false); // As the log does when it is closed: so both leave the same behind.
        } finally {
            Files.delete(file);
        }
        return rate(stop - start);
    }

    private double encodeOnly() {
        long start = now();
        for (long written = 0; written < bytesPerRun; ) {
            nextFrame().finish(0);
            written += encoder.sizeBytes();
        }
        return rate(now() - start);
    }

    private FrameEncoder nextFrame() {
        encoder.begin(1, sequence, sequence, sequence);
        for (int i = 0; i < needlesPerFrame; i++) {
            encoder.add(head, key, NOTHING, payload);
        }
        sequence += needlesPerFrame;
        return encoder;
    }

    private static long now() {
        return Boolean.getBoolean("hayloft.bench.cpuTime")
                ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
                : System.nanoTime();
    }

    private double rate(long nanos) {
        return bytesPerRun / (nanos / 1e9) / 1e6;
    }

    private static void print(String what, double[] rates) {
        List<String> all = Arrays.stream(rates).mapToObj("%.0f"::formatted).toList();
        String figures = "median %.0f, best %.0f MB/s".formatted(median(rates), best(rates));
        LOGGER.log(Level.INFO, "{0}: {1} of {2}", what, figures, all);
    }

    private static double best(double[] rates) {
        return Arrays.stream(rates).max().orElseThrow();
    }

    private static double median(double[] rates) {
        double[] sorted = rates.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
