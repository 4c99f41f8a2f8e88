package dev.hayloft.bench;

import dev.hayloft.api.records.BinaryRecordParser;
import dev.hayloft.api.records.InRecord;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.ChangesPage;
import dev.hayloft.store.ChangesRequest;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.ListRequest;
import dev.hayloft.store.RecordStream;
import dev.hayloft.store.RecordsRequest;
import dev.hayloft.store.StoreConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * What a record costs within the process: parsed from the bytes of the wire, stored, readable by key and listed. Then
 * what reading the changes costs. Prints processor time by thread, so that each part's share is seen.
 *
 * <p>Usage: {@code IngestBenchmark FOLDER [RECORDS] [BYTES] [ordered|random] [ROUNDS]}; the folder must be new.
 */
public final class IngestBenchmark {
    private static final BucketName BUCKET = new BucketName("ingest");
    private static final int CHUNK = 64 << 10;
    private static final int HEAD = 12;
    private static final int POOL = 8 << 20;
    private static final long STEP = 4_099;
    private static final int KEY = 16;
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final double TICKS_PER_SECOND = 100;
    private static final int UTIME_FIELD = 11; // Behind the name.

    private final PrintStream out;
    private final HayloftStore store;
    private final Load load;

    private record Load(int records, int bytes, boolean random) {}

    private IngestBenchmark(PrintStream out, HayloftStore store, Load load) {
        this.out = out;
        this.store = store;
        this.load = load;
    }

    public static void main(String[] arguments) {
        int records = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3_000_000;
        int bytes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 100;
        boolean random = arguments.length > 3 && arguments[3].equals("random");
        int rounds = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 3;
        try (HayloftStore store = HayloftStore.open(StoreConfig.defaults(Path.of(arguments[0])), Clock.systemUTC())) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
            IngestBenchmark benchmark = new IngestBenchmark(System.out, store, new Load(records, bytes, random));
            for (int round = 0; round < rounds; round++) {
                benchmark.ingest(round);
            }
            benchmark.follow(false);
            benchmark.follow(true);
        }
    }

    /** Waits and hears. */
    private static final class Progress implements RecordStream.Listener {
        private final Thread giver = Thread.currentThread();
        private final AtomicReference<HayloftException> failure = new AtomicReference<>();
        private volatile long acknowledged;

        @Override
        public void acknowledged(long records) {
            acknowledged = records;
            LockSupport.unpark(giver);
        }

        @Override
        public void failed(HayloftException reason, long records) {
            failure.set(reason);
            LockSupport.unpark(giver);
        }

        void await() {
            LockSupport.parkNanos(1_000_000);
            HayloftException reason = failure.get();
            if (reason != null) {
                throw reason;
            }
        }
    }

    private void ingest(int round) {
        Map<String, Double> before = threads();
        long start = System.nanoTime();
        Progress progress = new Progress();
        BinaryRecordParser parser = new BinaryRecordParser(2048);
        Source source = new Source(round);
        long made = 0;
        try (RecordStream stream = store.startRecords(RecordsRequest.of(BUCKET), progress)) {
            for (int at = 0; at < load.records(); ) {
                long making = System.nanoTime();
                ByteBuffer chunk = source.next();
                made += System.nanoTime() - making;
                for (Optional<InRecord> next = parser.next(chunk); next.isPresent(); next = parser.next(chunk)) {
                    while (stream.isSaturated()) {
                        progress.await();
                    }
                    InRecord record = next.get();
                    stream.put(record.key(), record.attributes(), record.value());
                    at++;
                }
            }
            stream.flush();
            while (progress.acknowledged < load.records()) {
                progress.await();
            }
        }
        double acknowledged = (System.nanoTime() - start) / 1e9;
        store.list(new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 1))
                .toCompletableFuture()
                .join();
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Double> after = threads();
        double cpu = -made / 1e9;
        StringBuilder parts = new StringBuilder();
        for (Map.Entry<String, Double> thread : after.entrySet()) {
            double spent = thread.getValue() - before.getOrDefault(thread.getKey(), 0.0);
            cpu += spent;
            if (spent > 0.005 * seconds) {
                parts.append("    %-16s %6.3f us%n".formatted(thread.getKey(), spent * 1e6 / load.records()));
            }
        }
        out.printf(
                "stored %,d records of %d bytes in %.2f s, listed after %.2f s: %,.0f a second, %.2f us of CPU each%n"
                        + "    (making them: %.3f us, not counted)%n%s",
                load.records(),
                load.bytes(),
                acknowledged,
                seconds,
                load.records() / seconds,
                cpu * 1e6 / load.records(),
                made / 1e3 / load.records(),
                parts);
    }

    /** Records as they come from the wire, a chunk at a time. */
    private final class Source {
        private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK + HEAD + KEY + load.bytes());
        private final byte[] pool = new byte[POOL + load.bytes()]; // Values are its slices: nothing to be learnt of it.
        private final Random random;
        private final int round;
        private int number;

        Source(int round) {
            this.round = round;
            this.random = new Random(round);
            random.nextBytes(pool);
        }

        ByteBuffer next() {
            chunk.clear();
            while (chunk.position() < CHUNK && number < load.records()) {
                chunk.put((byte) 1)
                        .put((byte) 0)
                        .putShort((short) KEY)
                        .putInt(0)
                        .putInt(load.bytes());
                putKey(load.random() ? random.nextLong() : (long) round << 48 | number);
                int at = chunk.position();
                chunk.put(pool, (int) ((number * STEP) & (POOL - 1)), load.bytes())
                        .putLong(at, number);
                number++;
            }
            return chunk.flip();
        }

        private void putKey(long name) {
            for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
                chunk.put(DIGITS[(int) (name >>> shift) & 0xF]);
            }
        }
    }

    private void follow(boolean withValues) {
        Map<String, Double> before = threads();
        long start = System.nanoTime();
        String cursor = ChangesRequest.EARLIEST;
        long changes = 0;
        long bytes = 0;
        boolean isAtEnd = false;
        while (!isAtEnd) {
            ChangesPage page =
                    store.changes(new ChangesRequest(BUCKET, cursor, "", ChangesRequest.LIMIT_MAX, withValues));
            changes += page.changes().size();
            for (var change : page.changes()) {
                bytes += change.key().sizeBytes()
                        + change.value().map(ByteBuffer::remaining).orElse(0);
            }
            cursor = page.cursor();
            isAtEnd = page.atEnd();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpu = total(threads()) - total(before);
        out.printf(
                "followed %,d changes %s values in %.2f s: %,.0f and %.1f MB a second, %.2f us of CPU each%n",
                changes,
                withValues ? "with" : "without",
                seconds,
                changes / seconds,
                bytes / seconds / 1e6,
                cpu * 1e6 / changes);
    }

    private static double total(Map<String, Double> threads) {
        return threads.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Seconds of processor time by thread's name. */
    private static Map<String, Double> threads() {
        Map<String, Double> seconds = new TreeMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                try {
                    String stat = Files.readString(task.resolve("stat"));
                    int end = stat.lastIndexOf(')');
                    String[] fields = stat.substring(end + 2).split(" ");
                    double spent = (Long.parseLong(fields[UTIME_FIELD]) + Long.parseLong(fields[UTIME_FIELD + 1]))
                            / TICKS_PER_SECOND;
                    seconds.merge(stat.substring(stat.indexOf('(') + 1, end), spent, Double::sum);
                } catch (NoSuchFileException ended) {
                    // A thread that ended meanwhile.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return seconds;
    }
}
