package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.Seeds;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything at once, for as long as one likes: clients write, overwrite, delete and read while volumes are sealed,
 * compacted, encoded, damaged as far as parity reaches, repaired and scrubbed and the index is built anew, and the
 * server is killed again and again. After each kill every key is compared with what was acknowledged; at the end
 * nothing may be damaged, the index complete, and a store without any view must hold the same.
 */
@Tag("soak")
final class MixedSoakTest {
    /** For each kind of store; more by {@code -Dhayloft.seconds=N}. */
    private static final int SECONDS = Integer.getInteger("hayloft.seconds", 60);

    /** On a slow machine a few seconds may not be enough to damage anything. */
    private static final int ROUNDS_MAX = 50;

    private static final int CLIENTS = 4;
    private static final int DATA_SHARDS = 4;
    private static final int PARITY_SHARDS = 2;
    private static final List<String> JOBS =
            List.of("compact", "compact", "seal", "encode", "scrub", "repair", "rebuild-index");

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random("MixedSoakTest");
    private final List<CrashClient> clients = new ArrayList<>();
    private final List<Path> disks = new ArrayList<>();
    private boolean isDamaged;
    private int kills;
    private int damages;
    private int repairs;

    private Options options() {
        Options options = Options.on(folder.resolve("data"))
                .set("storage.volumeSize=1MiB")
                .set("storage.partitions=2")
                .set("erasure.dataShards=" + DATA_SHARDS)
                .set("erasure.parityShards=" + PARITY_SHARDS)
                .set("erasure.after=1s")
                .set("erasure.bytesPerSecond=1TiB")
                .set("scrub.bytesPerSecond=1TiB")
                .set("changes.retain=0s");
        return disks.isEmpty()
                ? options
                : options.set("storage.disks="
                        + String.join(",", disks.stream().map(Path::toString).toList()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void everythingAtOnce_losesNothing(int diskCount) throws IOException {
        for (int i = 1; i < diskCount; i++) {
            disks.add(folder.resolve("disk-" + i));
        }
        for (int id = 0; id < CLIENTS; id++) {
            clients.add(new CrashClient(id, random.split()));
        }
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        for (int round = 0; System.nanoTime() < end || (damages == 0 && round < ROUNDS_MAX); round++) {
            round();
        }
        settle();
        withoutViews();
        System.getLogger(MixedSoakTest.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0} disks, {1} kills, {2} damaged shards, {3} repairs, {4} acknowledged writes",
                        diskCount,
                        kills,
                        damages,
                        repairs,
                        clients.stream()
                                .mapToLong(CrashClient::acknowledgedCount)
                                .sum());
        assertThat(damages).isPositive();
    }

    private void round() throws IOException {
        try (ServerProcess server = ServerProcess.start(options())) {
            server.calls().makeBucket(CrashClient.BUCKET);
            checkAll(server);
            if (!isDamaged && random.nextInt(3) > 0) {
                run(server, "encode");
                damage(server);
                checkAll(server);
            } else if (isDamaged && random.nextBoolean()) {
                repair(server);
            }
            loadAndKill(server);
            assertThat(server.errorLines()).isEmpty();
        }
    }

    private void settle() throws IOException {
        try (ServerProcess server = ServerProcess.start(options())) {
            checkAll(server);
            for (String kind : List.of("seal", "compact", "encode")) {
                run(server, kind);
            }
            repair(server);
            checkAll(server);
            JsonObject scrubbed = run(server, "scrub");
            for (String list : List.of("damaged", "lost", "indexMissing")) {
                assertThat(scrubbed.find(list).orElseThrow().asArray().values())
                        .as(list)
                        .isEmpty();
            }
            assertThat(scrubbed.number("indexOrphans")).isZero();
            run(server, "rebuild-index");
            checkAll(server);
            server.stopCleanly();
        }
    }

    private void withoutViews() throws IOException {
        for (int partition = 0; partition < 2; partition++) {
            for (String view : List.of("index", "directory", "hints")) {
                for (Path root : roots()) {
                    TempFolders.delete(root.resolve("partitions/" + partition).resolve(view));
                }
            }
        }
        try (ServerProcess server = ServerProcess.start(options())) {
            checkAll(server);
            server.stopCleanly();
        }
    }

    private List<Path> roots() {
        List<Path> roots = new ArrayList<>(disks);
        roots.add(folder.resolve("data"));
        return roots;
    }

    private void checkAll(ServerProcess server) throws IOException {
        HttpCalls calls = server.calls();
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

    private void loadAndKill(ServerProcess server) {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            List<Future<?>> loads = new ArrayList<>();
            for (CrashClient client : clients) {
                loads.add(threads.submit(() -> client.load(server.calls(), stop)));
            }
            long end = System.nanoTime()
                    + Duration.ofMillis(200 + random.nextInt(3_000)).toNanos();
            while (System.nanoTime() < end) {
                submit(server, JOBS.get(random.nextInt(JOBS.size())));
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
            }
            server.kill();
            kills++;
            stop.set(true);
            for (Future<?> load : loads) {
                load.get();
            }
        } catch (IOException failed) {
            throw new AssertionError("the server is gone before it was killed: " + server.said(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    private static HttpResponse<byte[]> submit(ServerProcess server, String kind) throws IOException {
        return server.operations().post("/api/jobs", "{\"kind\":\"" + kind + "\",\"all\":true}");
    }

    private void repair(ServerProcess server) throws IOException {
        JsonObject result = run(server, "repair");
        assertThat(result.find("lost").orElseThrow().asArray().values()).isEmpty();
        isDamaged = false;
        repairs++;
    }

    private static JsonObject run(ServerProcess server, String kind) throws IOException {
        HttpResponse<byte[]> answer = submit(server, kind);
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(202);
        String id = object(answer).text("id");
        JsonObject[] last = {JsonObject.EMPTY};
        Awaitility.await().atMost(Duration.ofSeconds(200)).until(() -> {
            last[0] = object(server.operations().get("/api/jobs/" + id));
            return last[0].find("finishedAt").filter(time -> !time.isNull()).isPresent();
        });
        assertThat(last[0].text("state")).as(last[0].toString()).isEqualTo("done");
        return last[0].find("result").orElseThrow().asObject();
    }

    private static JsonObject object(HttpResponse<byte[]> answer) {
        return JsonValue.parse(HttpCalls.text(answer)).asObject();
    }

    /** Of each encoded volume as many shards at most as parity makes up for; none again before all are repaired. */
    private void damage(ServerProcess server) throws IOException {
        for (JsonValue volume : object(server.operations().get("/api/volumes"))
                .find("volumes")
                .orElseThrow()
                .asArray()) {
            List<JsonObject> shards = new ArrayList<>();
            volume.asObject().find("shards").orElseThrow().asArray().forEach(shard -> shards.add(shard.asObject()));
            if (shards.size() == DATA_SHARDS + PARITY_SHARDS) {
                Set<Integer> hit = new HashSet<>();
                for (int i = random.nextInt(PARITY_SHARDS + 1); i > 0; i--) {
                    hit.add(random.nextInt(shards.size()));
                }
                for (int index : hit) {
                    damage(shards.get(index));
                }
            }
        }
    }

    private void damage(JsonObject shard) throws IOException {
        isDamaged = true;
        damages++;
        Path path = folder.resolve("data").resolve(shard.text("path"));
        long offset = shard.number("offset");
        long length = shard.number("length");
        boolean hasFile = path.toString().endsWith(".shard");
        try {
            if (hasFile && random.nextInt(3) == 0) {
                Files.deleteIfExists(path);
            } else if (length > 0 && random.nextBoolean()) {
                FileDamage.hole(path, offset, length);
            } else if (length > 0) {
                FileDamage.flip(path, offset + random.nextLong(length), random.nextInt(8));
            }
        } catch (NoSuchFileException compactedMeanwhile) {
            damages--;
        }
    }
}
