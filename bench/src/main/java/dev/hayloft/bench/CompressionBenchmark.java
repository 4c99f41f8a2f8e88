package dev.hayloft.bench;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.Compressors;
import dev.hayloft.store.content.Encoded;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/**
 * What {@code auto} costs: of text against zstd's level 1 alone into memory that is there, and of random content, in a
 * put (digest, encoding, needle), against {@code none}; in turns, on one thread, by its processor time. Arguments: MiB
 * a run, rounds.
 */
public final class CompressionBenchmark {
    private static final Logger LOGGER = System.getLogger(CompressionBenchmark.class.getName());
    private static final int[] SIZES = {20 << 10, 128 << 10, 1 << 20};

    private final BucketContent content = new BucketContent(new Compressors());
    private final ZstdCompressCtx bare = new ZstdCompressCtx().setLevel(1);
    private final ByteBuffer key = ByteBuffer.wrap("a/key/of/21/bytes/abc".getBytes(StandardCharsets.US_ASCII));
    private final FrameEncoder encoder = new FrameEncoder();
    private final long bytesPerRun;
    private final int rounds;

    private CompressionBenchmark(long bytesPerRun, int rounds) {
        this.bytesPerRun = bytesPerRun;
        this.rounds = rounds;
    }

    /** Runs it. */
    public static void main(String[] args) {
        CompressionBenchmark benchmark =
                new CompressionBenchmark(Long.parseLong(args[0]) << 20, Integer.parseInt(args[1]));
        for (int size : SIZES) {
            benchmark.text(size);
            benchmark.random(size);
        }
        benchmark.bare.close();
    }

    /** Lines of a log, of words and numbers that differ. */
    private static byte[] lines(int size) {
        Random random = new Random(1);
        String[] words = {"bale", "loft", "barn", "stored", "moved", "opened", "by", "keeper", "north", "refused"};
        StringBuilder text = new StringBuilder(size + 200);
        while (text.length() < size) {
            text.append("2026-11-21T10:")
                    .append(10 + random.nextInt(50))
                    .append(":00.")
                    .append(random.nextInt(1000));
            for (int i = 0; i < 8; i++) {
                text.append(' ').append(words[random.nextInt(words.length)]);
            }
            text.append(" id=").append(Integer.toHexString(random.nextInt())).append('\n');
        }
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
    }

    private void text(int size) {
        ByteBuffer raw = ByteBuffer.wrap(lines(size));
        ByteBuffer source = ByteBuffer.allocateDirect(size).put(raw.duplicate()).flip();
        ByteBuffer target = ByteBuffer.allocateDirect((int) Zstd.compressBound(size));
        compare(
                "auto of text against zstd's level 1",
                size,
                () -> content.encode("auto", false, "text/plain", raw).payload().remaining(),
                () -> bare.compressDirectByteBuffer(target, 0, target.capacity(), source, 0, size));
    }

    private void random(int size) {
        byte[] bytes = new byte[size];
        new Random(2).nextBytes(bytes);
        ByteBuffer raw = ByteBuffer.wrap(bytes);
        compare("auto of random content against none, in a put", size, () -> put("auto", raw), () -> put("none", raw));
    }

    private int put(String setting, ByteBuffer raw) {
        Sha256 digest = Sha256.of(raw);
        Encoded encoded = content.encode(setting, false, "application/octet-stream", raw);
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                encoded.coding(),
                false,
                raw.remaining(),
                Optional.of(digest),
                OptionalLong.empty(),
                Optional.empty());
        encoder.begin(1, 1, 1, 1);
        encoder.add(head, key, ByteBuffer.allocate(0), encoded.payload());
        return encoder.finish(0).getInt(0) == 0 ? 0 : encoded.payload().remaining();
    }

    private interface Work {
        int run();
    }

    private void compare(String what, int size, Work ours, Work other) {
        double[] first = new double[rounds];
        double[] second = new double[rounds];
        for (int round = -2; round < rounds; round++) { // The first two, not counted, warm up.
            first[Math.max(round, 0)] = rate(size, ours);
            second[Math.max(round, 0)] = rate(size, other);
        }
        LOGGER.log(
                Level.INFO,
                "%s, %d bytes: %.0f and %.0f MB/s; ratio of medians %.2f, of the best %.2f"
                        .formatted(
                                what,
                                size,
                                median(first),
                                median(second),
                                median(first) / median(second),
                                best(first) / best(second)));
    }

    private double rate(int size, Work work) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (long done = 0; done < bytesPerRun; done += size) {
            if (work.run() == 0) {
                throw new AssertionError("content never becomes nothing");
            }
        }
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        return bytesPerRun / (nanos / 1e9) / 1e6;
    }

    private static double best(double[] rates) {
        return Arrays.stream(rates).max().orElseThrow();
    }

    private static double median(double[] rates) {
        double[] sorted = rates.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
