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
import dev.hayloft.client.PutOptions;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.model.Durability;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench} and what stands below it: the load generator. */
@Command(name = "bench", description = "Put a load on the server and measure it.")
public final class BenchVerbs {
    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new BenchVerbs())
                .addSubcommand(new Put(session))
                .addSubcommand(new Get(session))
                .addSubcommand(new Mixed(session));
    }

    /** What all loads have in common. */
    abstract static class Bench extends Verb {
        private static final int SIZE_MAX = 64 << 20;

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
        abstract Load.Operation prepare();

        @Override
        final int run() {
            if (count < 1 || connections < 1 || connections > 1_024 || rate < 0) {
                throw wrongUsage("--count is at least 1, --connections 1 to 1024, --rate 0 or more");
            }
            client().bucket(bucket);
            Load.Result result = new Load(connections, count, rate).run(prepare());
            JsonObject json = result.json();
            if (session().json()) {
                session().print(json);
            }
            session().say(result.text());
            result.firstError().ifPresent(error -> session().err().println("hayloft: the first error: " + error));
            return result.errors() == 0 ? 0 : 1;
        }

        final HayloftClient client() {
            return session().client();
        }

        /** A fresh body of the asked size that does not compress, different for every number. */
        final Load.Operation puts() {
            byte[] block = new byte[sizeBytes()];
            new Random(seed).nextBytes(block);
            PutOptions options =
                    durability.map(PutOptions.none()::withDurability).orElse(PutOptions.none());
            return number -> {
                byte[] body = block.clone();
                if (body.length >= Long.BYTES) {
                    ByteBuffer.wrap(body).putLong(0, seed << 40 ^ number);
                }
                String key = String.format(Locale.ROOT, "%s%010d", prefix, number);
                client().put(bucket, key, Content.of(body), options);
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

    @Command(name = "put", description = "Store new objects.")
    static final class Put extends Bench {
        Put(Session session) {
            super(session);
        }

        @Override
        Load.Operation prepare() {
            return puts();
        }
    }

    @Command(name = "get", description = "Read random objects below the prefix, checking every digest.")
    static final class Get extends Bench {
        Get(Session session) {
            super(session);
        }

        @Override
        Load.Operation prepare() {
            return gets();
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
        Load.Operation prepare() {
            Load.Operation puts = puts();
            Load.Operation gets = gets();
            return number ->
                    new Random(seed() * 17 + number).nextDouble() < reads ? gets.run(number) : puts.run(number);
        }
    }
}
