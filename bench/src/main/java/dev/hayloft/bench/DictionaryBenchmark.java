package dev.hayloft.bench;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.BucketDictionaries;
import dev.hayloft.store.content.Compressors;
import dev.hayloft.store.content.DictionaryFacts;
import dev.hayloft.store.content.DictionaryStore;
import dev.hayloft.store.content.DictionaryWatch;
import dev.hayloft.store.content.Encoded;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How small the objects of a set become, a line each of the files that are named: each compressed by itself; with a
 * dictionary that their bucket made of one half of them, measured on the other half; and in frames compressed whole.
 * What reading one object costs in each way, in processor time of the thread. {@code bench/dictionary/fetch} gets sets.
 */
public final class DictionaryBenchmark {
    private static final Logger LOGGER = System.getLogger(DictionaryBenchmark.class.getName());
    private static final int FRAME_SIZE = 64 << 10;
    private static final int ROUNDS = 7;

    private final Compressors compressors = new Compressors();
    private final Map<Integer, ByteBuffer> kept = new ConcurrentHashMap<>();
    private final List<ByteBuffer> training;
    private final List<ByteBuffer> measured;

    private DictionaryBenchmark(List<ByteBuffer> objects) {
        this.training = objects.subList(0, objects.size() / 2);
        this.measured = objects.subList(objects.size() / 2, objects.size());
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        for (String file : args) {
            List<ByteBuffer> objects = new ArrayList<>();
            for (String line : Files.readAllLines(Path.of(file))) {
                objects.add(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            }
            Collections.shuffle(objects, new Random(1)); // Neighbours are alike, and would be in both halves.
            DictionaryBenchmark benchmark = new DictionaryBenchmark(objects);
            tell("%s: %d objects", Path.of(file).getFileName(), objects.size());
            for (String setting : List.of("auto", "zstd", "zstd:9")) {
                benchmark.compare(setting);
            }
            benchmark.compressors.close();
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // Its annotation is of a library that the product has not.
    private static void tell(String format, Object... values) {
        LOGGER.log(Level.INFO, format.formatted(values));
    }

    private BucketContent bucket() {
        DictionaryStore store = new DictionaryStore() {
            @Override
            public Optional<ByteBuffer> load(int bucketId, int number) {
                return Optional.ofNullable(kept.get(number)).map(ByteBuffer::duplicate);
            }

            @Override
            public void write(int bucketId, List<DictionaryFacts> all, ByteBuffer stored) {
                kept.put(all.get(all.size() - 1).number(), stored.duplicate());
            }
        };
        DictionaryWatch watch = new DictionaryWatch() {
            @Override
            public void look(BucketDictionaries bucket) {}

            @Override
            public boolean admitSample(int sizeBytes) {
                return true;
            }

            @Override
            public void releaseSamples(long sizeBytes) {}

            @Override
            public void loaded(BucketDictionaries bucket) {}
        };
        return new BucketContent(compressors, new BucketDictionaries(1, List.of(), store, watch));
    }

    private void compare(String setting) {
        BucketContent plain = new BucketContent(compressors);
        BucketContent trained = bucket();
        for (ByteBuffer object : training) {
            encode(trained, setting, object);
        }
        long start = cpu();
        DictionaryStore nowhere = new DictionaryStore() {
            @Override
            public Optional<ByteBuffer> load(int bucketId, int number) {
                return Optional.empty();
            }

            @Override
            public void write(int bucketId, List<DictionaryFacts> all, ByteBuffer stored) {}
        };
        DictionaryFacts facts = trained.train(setting, false, nowhere, 1).orElseThrow();
        long trainNanos = cpu() - start;
        long raw = measured.stream().mapToLong(ByteBuffer::remaining).sum();
        long single = measured.stream()
                .mapToLong(object -> size(plain, setting, object))
                .sum();
        long stored = measured.stream()
                .mapToLong(object -> size(trained, setting, object))
                .sum();
        tell(
                "  %s: raw %d, each by itself %d, with a dictionary of %d bytes %d: %.2f times smaller; made in %d ms of CPU",
                setting, raw, single, facts.sizeBytes(), stored, (double) single / stored, trainNanos / 1_000_000);
        if (setting.equals("zstd")) {
            cost(setting, plain, "by itself");
            cost(setting, trained, "with the dictionary");
            frames(plain, trained);
        }
    }

    private static Encoded encode(BucketContent content, String setting, ByteBuffer object) {
        return content.encode(setting, false, "application/json", object);
    }

    private static long size(BucketContent content, String setting, ByteBuffer object) {
        return encode(content, setting, object).payload().remaining();
    }

    private void cost(String setting, BucketContent content, String what) {
        List<NeedleView> needles = new ArrayList<>();
        for (ByteBuffer object : measured) {
            FrameEncoder encoder = new FrameEncoder();
            encoder.begin(1, 1, 1, 1);
            int at = add(encoder, object, encode(content, setting, object), needles.size());
            needles.add(NeedleView.parse(copy(encoder.bytes(at, encoder.lastNeedleSize()))));
        }
        tell(
                "    %s: put %d ns, get %d ns",
                what,
                median(() -> measured.forEach(object -> encode(content, setting, object))),
                median(() -> needles.forEach(content::decode)));
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private static int add(FrameEncoder encoder, ByteBuffer object, Encoded encoded, int number) {
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                encoded.coding(),
                false,
                object.remaining(),
                Optional.of(Sha256.of(object)),
                OptionalLong.empty(),
                Optional.empty());
        ByteBuffer key = ByteBuffer.wrap("objects/%08d".formatted(number).getBytes(StandardCharsets.US_ASCII));
        return encoder.add(head, key, ByteBuffer.wrap(new byte[] {1, 3}), encoded.payload());
    }

    /** Whole needles, heads, keys and digests included: in frames compressed as one, and as they are. */
    private void frames(BucketContent plain, BucketContent trained) {
        long byDictionary = 0;
        long compressed = 0;
        List<byte[]> frames = new ArrayList<>();
        FrameEncoder small = new FrameEncoder();
        FrameEncoder whole = new FrameEncoder();
        whole.begin(1, 1, 1, 1);
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(3);
            for (int i = 0; i < measured.size(); i++) {
                small.begin(1, 1, 1, 1);
                add(small, measured.get(i), encode(trained, "zstd", measured.get(i)), i);
                byDictionary += small.lastNeedleSize();
                add(whole, measured.get(i), encode(plain, "none", measured.get(i)), i);
                if (whole.sizeBytes() >= FRAME_SIZE || i == measured.size() - 1) {
                    byte[] body = new byte[whole.sizeBytes() - 64];
                    whole.bytes(64, body.length).get(body);
                    byte[] packed = context.compress(body);
                    compressed += packed.length;
                    frames.add(packed);
                    whole.begin(1, 1, 1, 1);
                }
            }
        }
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            long nanos = median(() -> frames.forEach(frame -> context.decompress(frame, 2 * FRAME_SIZE)));
            tell(
                    "    whole needles: by dictionary %d bytes, in %d compressed frames %d; a frame opens in %d ns",
                    byDictionary, frames.size(), compressed, nanos * measured.size() / frames.size());
        }
    }

    /** Nanoseconds of the processor for each object. */
    private long median(Runnable all) {
        long[] nanos = new long[ROUNDS];
        for (int round = -2; round < ROUNDS; round++) { // The first two, not counted, warm up.
            long start = cpu();
            all.run();
            nanos[Math.max(round, 0)] = (cpu() - start) / measured.size();
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2];
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
