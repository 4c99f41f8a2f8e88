package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the real server while clients append, rename, copy, batch, delete and prune versions, and put and delete the
 * same contents side by side where equal content is stored once. Every verb must have happened as a whole or not at
 * all, and content that two keys share must outlive one of them. {@link MixedSoakTest} adds jobs, damage and lost
 * views.
 */
@Tag("crash")
final class VerbsCrashTest {
    /** Kills under load; more by {@code -Dhayloft.rounds=N}. */
    private static final int ROUNDS = Integer.getInteger("hayloft.rounds", 3);

    private static final int CLIENTS = 6;

    @TempDir
    Path folder;

    private final List<MixedClient> clients = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();

    @Test
    void kill_inTheMiddleOfVerbs_leavesEachWholeOrUndone() throws IOException {
        SplittableRandom random = Seeds.random("VerbsCrashTest");
        Options options = MixedBuckets.options(folder);
        for (int id = 0; id < CLIENTS; id++) {
            clients.add(new MixedClient(id));
        }
        for (int round = 0; round < ROUNDS; round++) {
            try (ServerProcess server = ServerProcess.start(options)) {
                MixedBuckets.make(server);
                MixedBuckets.check(server, clients);
                loadAndKill(server, random);
                assertThat(server.errorLines()).isEmpty();
            }
            KilledStart.run(options, random);
        }
        try (ServerProcess server = ServerProcess.start(options)) {
            MixedBuckets.check(server, clients);
            MixedBuckets.empty(server, clients);
            server.stopCleanly();
        }
        assertThat(acknowledged.get()).isGreaterThan(ROUNDS * 10L);
    }

    private void loadAndKill(ServerProcess server, SplittableRandom random) {
        HttpCalls calls = server.calls();
        List<Consumer<BooleanSupplier>> loads = new ArrayList<>();
        for (MixedClient client : clients) {
            SplittableRandom own = random.split();
            loads.add(isStopping -> client.load(calls, own, acknowledged, isStopping));
        }
        Duration time = Duration.ofMillis(100 + random.nextInt(900));
        KilledLoad.run(server, loads, hasEnded -> LockSupport.parkNanos(time.toNanos()));
    }
}
