package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.Acknowledgement;
import dev.hayloft.client.Change;
import dev.hayloft.client.ChangePage;
import dev.hayloft.client.ChangesOptions;
import dev.hayloft.client.ClientConfig;
import dev.hayloft.client.Credentials;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.Producer;
import dev.hayloft.client.ProducerOptions;
import dev.hayloft.client.ProducerRecord;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java producer over servers that are killed: what it acknowledges is there, once and in order. */
final class ProducerIT {
    private static final int KEYS = 5_000;

    private static final int FIRST_PORT = 21_700;
    private static final int PORTS = 1_000;

    @TempDir
    Path folder;

    @Test
    void records_overKills_areThereOnceAndInOrder() throws IOException {
        run(3);
    }

    @Test
    @Tag("soak")
    void records_overThirtyKills_areThereOnceAndInOrder() throws IOException {
        run(30);
    }

    private void run(int kills) throws IOException {
        SplittableRandom random = new SplittableRandom(Long.getLong("hayloft.seed", 6));
        int port = freePort();
        Options options = Options.on(folder.resolve("data"))
                .with("--port", Integer.toString(port))
                .set("compaction.automatic=false"); // Overwritten records stay in the feed.
        AtomicLong acknowledged = new AtomicLong();
        long given = 0;
        ServerProcess server = ServerProcess.start(options);
        try (HayloftClient client = client(server)) {
            client.createBucket("logs", JsonObject.EMPTY);
            ProducerOptions patient = ProducerOptions.named("it").withDeliveryTimeout(Duration.ofMinutes(10));
            Producer producer = client.producer("logs", patient);
            for (int round = 0; round < kills; round++) {
                long untilNanos = System.nanoTime()
                        + Duration.ofMillis(50 + random.nextInt(250)).toNanos();
                long wanted = acknowledged.get() + 1;
                while (acknowledged.get() < wanted || System.nanoTime() < untilNanos) {
                    give(producer, given++, acknowledged);
                }
                server.kill();
                server = ServerProcess.launch(options); // Before more is given, which waits once the producer is full.
                for (int i = 0; i < 2_000; i++) {
                    give(producer, given++, acknowledged);
                }
                server.awaitReady();
            }
            producer.close();
            assertThat(acknowledged).hasValue(given);
            checkFeed(client, given);
            checkListing(client, Math.min(KEYS, given));
            server.stopCleanly();
        } finally {
            server.close();
        }
    }

    private static void give(Producer producer, long number, AtomicLong acknowledged) {
        byte[] value = Long.toString(number).getBytes(StandardCharsets.UTF_8);
        ProducerRecord record = ProducerRecord.put("k" + number % KEYS, value).withMetadata("n", Long.toString(number));
        Acknowledgement counting = (its, failure) -> {
            if (failure.isEmpty() && its == number) {
                acknowledged.incrementAndGet();
            }
        };
        producer.send(record, counting);
        if (number % 50 == 0) {
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos()); // The rate is not what is proved here.
        }
    }

    /** Every number once, and in its order: so of each key too. */
    private static void checkFeed(HayloftClient client, long given) {
        long next = 0;
        ChangesOptions options = ChangesOptions.after(ChangesOptions.EARLIEST).withLimit(10_000);
        for (ChangePage page = client.changes("logs", options);
                !page.changes().isEmpty();
                page = client.changes("logs", options.withAfter(page.cursor()))) {
            for (Change change : page.changes()) {
                assertThat(change.json().get("metadata").asObject().text("n")).isEqualTo(Long.toString(next));
                next++;
            }
        }
        assertThat(next).isEqualTo(given);
    }

    private static void checkListing(HayloftClient client, long keys) {
        List<String> listed = new ArrayList<>();
        for (ListEntry entry : client.list("logs", ListOptions.prefix("").withLimit(ListOptions.LIMIT_MAX))) {
            listed.add(entry.name());
        }
        assertThat(listed).hasSize((int) keys).doesNotHaveDuplicates();
    }

    private static HayloftClient client(ServerProcess server) {
        return HayloftClient.open(ClientConfig.of(URI.create(server.api()))
                .withCredentials(Credentials.key(server.rootKey("access_key"), server.rootKey("secret_key"))));
    }

    /**
     * A port that the server has again after each start: none that the system may give to a client meanwhile, and one
     * that tries to connect to it again and again may be given it first of all.
     */
    private static int freePort() throws IOException {
        for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // The next one.
            }
        }
        throw new AssertionError("no port is free");
    }
}
