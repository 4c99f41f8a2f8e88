package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the real server while it acknowledges, and looks at every key after each restart. A kill keeps the page cache,
 * so this proves process crashes; the damaged images of {@link DamagedTailTest} stand for power cuts.
 */
@Tag("crash")
final class StoreCrashTest {
    /** Kills under load; more by {@code -Dhayloft.rounds=N}. */
    private static final int ROUNDS = Integer.getInteger("hayloft.rounds", 30);

    private static final int CLIENTS_MAX = 8;

    @TempDir
    Path folder;

    @Test
    void kill_underLoad_losesNothingAcknowledged() throws IOException {
        SplittableRandom random = Seeds.random("StoreCrashTest");
        Options options = Options.on(folder.resolve("data"))
                .set("storage.volumeSize=1MiB")
                .set("compaction.automatic=false")
                .set("changes.retain=0s");
        List<CrashClient> clients = new ArrayList<>();
        for (int id = 0; id < CLIENTS_MAX; id++) {
            clients.add(new CrashClient(id, random.split()));
        }
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 3 == 2) {
                KilledStart.run(options, random);
            }
            try (ServerProcess server = ServerProcess.start(options)) {
                HttpCalls calls = server.calls();
                calls.makeBucket(CrashClient.BUCKET);
                checkAll(clients, calls);
                loadAndKill(clients.subList(0, 1 + round % CLIENTS_MAX), server, random, round % 2 == 1);
                assertThat(server.errorLines()).isEmpty();
            }
        }
        try (ServerProcess server = ServerProcess.start(options)) {
            checkAll(clients, server.calls());
            server.stopCleanly();
        }
        long acknowledged =
                clients.stream().mapToLong(CrashClient::acknowledgedCount).sum();
        long refused = clients.stream().mapToLong(CrashClient::refusedCount).sum();
        System.getLogger(StoreCrashTest.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0} kills, {1} acknowledged writes, {2} refused ones",
                        ROUNDS,
                        acknowledged,
                        refused);
        assertThat(acknowledged).isGreaterThan(ROUNDS * 10L);
        assertThat(refused).isPositive();
    }

    /** Wherever the kill comes then: in a move, before the volume is noted as gone, before its file is. */
    private static void compactUntil(HttpCalls operations, long nanoTime) {
        while (System.nanoTime() - nanoTime < 0) {
            try {
                operations.post("/api/jobs", "{\"kind\":\"compact\",\"all\":true}");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static void checkAll(List<CrashClient> clients, HttpCalls calls) throws IOException {
        long live = 0;
        for (CrashClient client : clients) {
            client.check(calls);
            live += client.liveKeys();
        }
        String listing = HttpCalls.text(calls.get("/v1/buckets/" + CrashClient.BUCKET + "/objects?limit=10000"));
        assertThat(listing.split("\"key\":", -1))
                .as("keys listed, and one piece before them")
                .hasSize((int) live + 1);
    }

    private static void loadAndKill(
            List<CrashClient> clients, ServerProcess server, SplittableRandom random, boolean compacts) {
        HttpCalls calls = server.calls();
        List<Consumer<BooleanSupplier>> loads = new ArrayList<>();
        for (CrashClient client : clients) {
            loads.add(isStopping -> client.load(calls, isStopping));
        }
        KilledLoad.run(server, loads, hasEnded -> {
            Duration time = Duration.ofMillis(50 + random.nextInt(750));
            if (compacts) {
                compactUntil(server.operations(), System.nanoTime() + time.toNanos());
            } else {
                LockSupport.parkNanos(time.toNanos());
            }
        });
    }
}
