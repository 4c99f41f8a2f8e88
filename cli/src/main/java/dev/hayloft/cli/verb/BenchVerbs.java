package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.Content;
import dev.hayloft.client.GetOptions;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.ObjectContent;
import dev.hayloft.client.ProducerOptions;
import dev.hayloft.client.ProducerRecord;
import dev.hayloft.client.PutOptions;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Durability;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench} and what stands below it: the load generator. */
@Command(name = "bench", description = "Put a load on the server and measure it.")
public final class BenchVerbs {
    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new BenchVerbs())
                .addSubcommand(new Ingest(session))
                .addSubcommand(new Put(session))
                .addSubcommand(new Get(session))
                .addSubcommand(new Mixed(session));
    }

    /** What all loads have in common. */
    abstract static class Bench extends Verb {
        /** Bodies of up to this size are all random; a dictionary learns from such, and from no larger ones. */
        private static final int FRESH_MAX = 16 << 10;

        /** Random bytes of which larger bodies are slices. */
        private static final int BODY_POOL = 8 << 20;

        /** Where the next body begins; odd, so that each place has its turn. */
        private static final long BODY_STEP = 4_099;

        private static final int SIZE_MAX = 64 << 20;

        private static final String ZEROES = "0000000000";

        @Option(names = "--bucket", paramLabel = "B", required = true, description = "The bucket; it must exist.")
        private String bucket = "";

        @Option(names = "--size", paramLabel = "BYTES", description = "Size of an object, 0 to 64MiB (default: 1KiB).")
        private String size = "1KiB";

        @Option(names = "--count", paramLabel = "N", description = "Operations in all (default: 10000).")
        private long count = 10_000;

        @Option(names = "--connections", paramLabel = "N", description = "At once, 1 to 1024 (default: 16).")
        private int connections = 16;

        @Option(names = "--durability", paramLabel = "D", description = "disk or memory; else as the bucket says.")
        private Optional<Durability> durability = Optional.empty();

        @Option(
                names = "--seconds",
                paramLabel = "S",
                description = "Begin nothing more after so long (default: no bound but --count).")
        private double seconds = 86_400;

        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Operations a second in all; latency then counts from the time an operation was due.")
        private double rate;

        @Option(names = "--prefix", paramLabel = "TEXT", description = "What the keys begin with (default: bench/).")
        private String prefix = "bench/";

        @Option(names = "--seed", paramLabel = "N", description = "Of the random choices (default: 1).")
        private long seed = 1;

        Bench(Session session) {
            super(session);
        }

        /** Makes ready whatever the load needs; not measured. */
        abstract Supplier<Load.Result> prepare(Load.Bounds bounds);

        @Override
        final int run() {
            if (count < 1 || connections < 1 || connections > 1_024 || rate < 0 || seconds <= 0) {
                throw wrongUsage(
                        "--count is at least 1, --connections 1 to 1024, --rate 0 or more, --seconds more than 0");
            }
            client().bucket(bucket);
            Supplier<Load.Result> load = prepare(new Load.Bounds(connections, count, rate, seconds));
            Optional<Duration> before = serverTime();
            Load.Result result = load.get();
            Optional<Double> cpu = serverTime()
                    .flatMap(after -> before.map(after::minus))
                    .map(spent ->
                            spent.toNanos() / 1e3 / Math.max(1, result.micros().getTotalCount()));
            if (session().json()) {
                JsonValue micros = cpu.map(JsonValue::of).orElse(JsonNull.NULL);
                session().print(result.json().with("serverCpuMicrosPerOp", micros));
            }
            session()
                    .say(result.text()
                            + cpu.map(micros -> String.format(
                                            Locale.ROOT, "; %.2f µs of the server's processor time each", micros))
                                    .orElse(""));
            result.firstError().ifPresent(error -> session().err().println("hayloft: the first error: " + error));
            return result.errors() == 0 ? 0 : 1;
        }

        /** What the server's process has used of processors, when it runs on this machine. */
        private Optional<Duration> serverTime() {
            return session().serverProcess().flatMap(process -> process.info().totalCpuDuration());
        }

        final HayloftClient client() {
            return session().client();
        }

        final Optional<Durability> durability() {
            return durability;
        }

        final String bucket() {
            return bucket;
        }

        /** The key of a number. */
        final String key(long number) {
            String digits = Long.toString(number);
            return prefix + ZEROES.substring(Math.min(ZEROES.length(), digits.length())) + digits;
        }

        /** Bytes of the asked size that do not compress, nor have anything in common that a dictionary could learn. */
        final LongFunction<byte[]> bodies() {
            int bodySize = sizeBytes();
            if (bodySize <= FRESH_MAX) {
                return number -> {
                    byte[] body = new byte[bodySize];
                    new SplittableRandom(seed << 40 ^ number).nextBytes(body);
                    return body;
                };
            }
            byte[] pool = new byte[BODY_POOL + bodySize];
            new Random(seed).nextBytes(pool);
            return number -> {
                int from = (int) ((number * BODY_STEP) & (BODY_POOL - 1));
                byte[] body = Arrays.copyOfRange(pool, from, from + bodySize);
                ByteBuffer.wrap(body).putLong(0, seed << 40 ^ number);
                return body;
            };
        }

        /** Stores objects, each in a request of its own. */
        final Load.Operation puts() {
            LongFunction<byte[]> bodies = bodies();
            PutOptions options =
                    durability.map(PutOptions.none()::withDurability).orElse(PutOptions.none());
            return number -> {
                byte[] body = bodies.apply(number);
                client().put(bucket, key(number), Content.of(body), options);
                return body.length;
            };
        }

        /** Reads of keys that are there, at random; every body is checked against its digest. */
        final Load.Operation gets() {
            List<String> keys = new ArrayList<>();
            ListOptions options = ListOptions.prefix(prefix).withLimit(ListOptions.LIMIT_MAX);
            for (ListEntry entry : client().list(bucket, options)) {
                keys.add(entry.name());
            }
            if (keys.isEmpty()) {
                throw new CommandFailure("no-such-key: bucket \"" + bucket + "\" has no key that begins with \""
                        + prefix + "\"; `hayloft bench put --bucket " + bucket + "` makes some");
            }
            return number -> {
                String key = keys.get(new Random(seed * 31 + number).nextInt(keys.size()));
                try (ObjectContent content = client().get(bucket, key, GetOptions.whole())) {
                    content.writeTo(OutputStream.nullOutputStream());
                    return content.info().contentSizeBytes();
                } catch (IOException e) {
                    throw new CommandFailure("reading \"" + key + "\" failed: " + e.getMessage(), e);
                }
            };
        }

        private int sizeBytes() {
            try {
                long bytes = Figures.parseBytes(size);
                if (bytes <= SIZE_MAX) {
                    return (int) bytes;
                }
            } catch (IllegalArgumentException e) {
                throw wrongUsage("--size: " + e.getMessage());
            }
            throw wrongUsage("--size takes 0 to 64MiB, not " + size);
        }

        final long seed() {
            return seed;
        }
    }

    @Command(
            name = "ingest",
            description = "Store new records through --connections producers, each one stream of batches.")
    static final class Ingest extends Bench {
        @Option(
                names = "--batch",
                paramLabel = "BYTES",
                description = "Size of a batch, 1KiB to 8MiB (default: 128KiB).")
        private String batch = "128KiB";

        @Option(
                names = "--linger",
                paramLabel = "MS",
                description = "How long a batch may wait for more, 0 to 60000 (default: 5).")
        private long linger = 5;

        Ingest(Session session) {
            super(session);
        }

        @Override
        Supplier<Load.Result> prepare(Load.Bounds bounds) {
            LongFunction<byte[]> bodies = bodies();
            ProducerOptions options = options();
            IngestLoad load = new IngestLoad(bounds, number -> ProducerRecord.put(key(number), bodies.apply(number)));
            return () -> load.run(() -> {
                ProducerOptions own = options.withName("bench-" + UUID.randomUUID());
                return client().producer(bucket(), own);
            });
        }

        private ProducerOptions options() {
            try {
                int bytes = (int) Math.min(Integer.MAX_VALUE, Figures.parseBytes(batch));
                ProducerOptions options = ProducerOptions.unnamed()
                        .withInFlightBytes(Math.max(16 << 20, 2 * Math.min(bytes, 8 << 20)))
                        .withBatches(bytes, Duration.ofMillis(linger));
                return durability().map(options::withDurability).orElse(options);
            } catch (IllegalArgumentException e) {
                throw wrongUsage(e.getMessage() + ", not " + batch + " and " + linger + " ms");
            }
        }
    }

    @Command(name = "put", description = "Store new objects.")
    static final class Put extends Bench {
        Put(Session session) {
            super(session);
        }

        @Override
        Supplier<Load.Result> prepare(Load.Bounds bounds) {
            Load.Operation puts = puts();
            return () -> new Load(bounds).run(puts);
        }
    }

    @Command(name = "get", description = "Read random objects below the prefix, checking every digest.")
    static final class Get extends Bench {
        Get(Session session) {
            super(session);
        }

        @Override
        Supplier<Load.Result> prepare(Load.Bounds bounds) {
            Load.Operation gets = gets();
            return () -> new Load(bounds).run(gets);
        }
    }

    @Command(name = "mixed", description = "Read and store, by --reads.")
    static final class Mixed extends Bench {
        @Option(
                names = "--reads",
                paramLabel = "SHARE",
                description = "How many of the operations read, 0 to 1 (default: 0.8).")
        private double reads = 0.8;

        Mixed(Session session) {
            super(session);
        }

        @Override
        Supplier<Load.Result> prepare(Load.Bounds bounds) {
            Load.Operation puts = puts();
            Load.Operation gets = gets();
            return () -> new Load(bounds)
                    .run(number -> new Random(seed() * 17 + number).nextDouble() < reads
                            ? gets.run(number)
                            : puts.run(number));
        }
    }
}
