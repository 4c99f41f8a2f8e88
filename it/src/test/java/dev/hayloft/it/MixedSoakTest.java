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
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything at once, for as long as one likes: clients write, overwrite, append, rename, copy, delete and read in
 * buckets of three kinds (plain; equal content once; versions, encrypted) while volumes are sealed, compacted, encoded,
 * damaged as far as parity reaches, repaired and scrubbed and views are lost and built anew, and the server is killed
 * again and again. After each kill every key is compared with what was acknowledged; at the end nothing may be damaged,
 * the index complete, a store without any view must hold and count the same, and an emptied one nothing.
 *
 * <p>The seed says who asks for what in which order, which job comes behind which write, what is damaged and when the
 * kill comes, counted in acknowledged writes. How they run side by side is the machine's; with
 * {@code -Dhayloft.clients=1} nothing does, and the same seed tells the same story write by write.
 */
@Tag("soak")
final class MixedSoakTest {
    /** For each kind of store; more by {@code -Dhayloft.seconds=N}. */
    private static final int SECONDS = Integer.getInteger("hayloft.seconds", 60);

    private static final int CLIENTS = Integer.getInteger("hayloft.clients", 4);

    /** On a slow machine a few seconds may not be enough to damage anything. */
    private static final int ROUNDS_MAX = 50;

    private static final int PARTITIONS = 2;
    private static final int DATA_SHARDS = 4;
    private static final int PARITY_SHARDS = 2;
    private static final Duration STEP_MAX = Duration.ofSeconds(20);
    private static final List<String> JOBS =
            List.of("compact", "compact", "seal", "encode", "scrub", "repair", "rebuild-index");
    private static final List<String> VIEWS = List.of("index", "directory", "hints");

    @TempDir
    Path folder;

    private final SplittableRandom story = Seeds.random("MixedSoakTest");
    private final List<MixedClient> clients = new ArrayList<>();
    private final List<Path> disks = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private boolean isDamaged;
    private int damages;
    private int repairs;
    private int lostViews;

    private Options options() throws IOException {
        Options options = MixedBuckets.options(folder)
                .set("storage.partitions=" + PARTITIONS)
                .set("erasure.dataShards=" + DATA_SHARDS)
                .set("erasure.parityShards=" + PARITY_SHARDS)
                .set("erasure.after=1s")
                .set("erasure.automatic=" + (CLIENTS > 1))
                .set("erasure.bytesPerSecond=1TiB")
                .set("compaction.automatic=" + (CLIENTS > 1))
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
            clients.add(new MixedClient(id));
        }
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        int rounds = 0;
        for (; System.nanoTime() < end || (damages == 0 && rounds < ROUNDS_MAX); rounds++) {
            round(rounds, story.split());
        }
        settle();
        Map<String, String> figures = withoutViews();
        tell("%d disks, %d kills, %d damaged shards, %d repairs, %d lost views, %d acknowledged writes, %s"
                .formatted(diskCount, rounds, damages, repairs, lostViews, acknowledged.get(), figures));
        assertThat(damages).isPositive();
    }

    private static void tell(String what) {
        System.getLogger(MixedSoakTest.class.getName()).log(System.Logger.Level.INFO, what);
    }

    private void round(int number, SplittableRandom random) throws IOException {
        if (random.nextInt(4) == 0) {
            KilledStart.run(options(), random);
        }
        try (ServerProcess server = ServerProcess.start(options())) {
            MixedBuckets.make(server);
            MixedBuckets.check(server, clients);
            SplittableRandom damaging = random.split();
            if (!isDamaged && random.nextInt(3) > 0) {
                run(server, "encode");
                damage(server, damaging);
                if (random.nextBoolean()) {
                    MixedBuckets.check(server, clients);
                }
            } else if (isDamaged && random.nextBoolean()) {
                repair(server);
            }
            long before = acknowledged.get();
            List<String> steps = CLIENTS > 1 ? loadAndKill(server, random) : loadCalmlyAndKill(server, random);
            tell("round %d: %s; %d writes".formatted(number, steps, acknowledged.get() - before));
            assertThat(server.errorLines()).isEmpty();
        }
        if (random.nextInt(4) == 0) {
            loseView(random);
        }
    }

    /** What is derived goes; never more than that. */
    private void loseView(SplittableRandom random) throws IOException {
        int partition = random.nextInt(PARTITIONS);
        String view = VIEWS.get(random.nextInt(VIEWS.size()));
        for (Path root : roots()) {
            TempFolders.delete(root.resolve("partitions/" + partition).resolve(view));
        }
        lostViews++;
        tell("lost: %s of partition %d".formatted(view, partition));
    }

    private void settle() throws IOException {
        try (ServerProcess server = ServerProcess.start(options())) {
            MixedBuckets.check(server, clients);
            for (String kind : List.of("seal", "compact", "encode")) {
                run(server, kind);
            }
            repair(server);
            MixedBuckets.check(server, clients);
            JsonObject scrubbed = run(server, "scrub");
            for (String list : List.of("damaged", "lost", "indexMissing")) {
                assertThat(scrubbed.find(list).orElseThrow().asArray().values())
                        .as(list)
                        .isEmpty();
            }
            assertThat(scrubbed.number("indexOrphans")).isZero();
            run(server, "rebuild-index");
            MixedBuckets.check(server, clients);
            server.stopCleanly();
        }
    }

    private Map<String, String> withoutViews() throws IOException {
        Map<String, String> before;
        try (ServerProcess server = ServerProcess.start(options())) {
            before = MixedBuckets.figures(server);
            server.stopCleanly();
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (String view : VIEWS) {
                for (Path root : roots()) {
                    TempFolders.delete(root.resolve("partitions/" + partition).resolve(view));
                }
            }
        }
        try (ServerProcess server = ServerProcess.start(options())) {
            MixedBuckets.check(server, clients);
            MixedBuckets.awaitFigures(server, before);
            MixedBuckets.empty(server, clients);
            run(server, "compact");
            MixedBuckets.empty(server, clients);
            server.stopCleanly();
        }
        return before;
    }

    private List<Path> roots() {
        List<Path> roots = new ArrayList<>(disks);
        roots.add(folder.resolve("data"));
        return roots;
    }

    /** Jobs behind so many acknowledged writes each, in order, then the kill; answers what was done. */
    private List<String> loadAndKill(ServerProcess server, SplittableRandom random) {
        List<String> steps = new ArrayList<>();
        List<Consumer<BooleanSupplier>> loads = new ArrayList<>();
        HttpCalls calls = server.calls();
        for (MixedClient client : clients) {
            SplittableRandom own = random.split();
            SplittableRandom readers = random.split();
            loads.add(isStopping -> client.load(calls, own, acknowledged, isStopping));
            loads.add(isStopping -> MixedClient.read(calls, readers, CLIENTS, isStopping));
        }
        KilledLoad.run(server, loads, hasEnded -> {
            for (int jobs = random.nextInt(12); jobs > 0; jobs--) {
                awaitWrites(random.nextInt(100), hasEnded);
                String kind = JOBS.get(random.nextInt(JOBS.size()));
                steps.add(kind);
                submitOrFail(server, kind);
            }
            awaitWrites(random.nextInt(200), hasEnded);
            LockSupport.parkNanos(random.nextInt(20_000_000));
        });
        return steps;
    }

    private static void submitOrFail(ServerProcess server, String kind) {
        try {
            submit(server, kind);
        } catch (IOException failed) {
            throw new AssertionError("the server is gone before it was killed: " + server.said(), failed);
        }
    }

    /** One thing after the other. */
    private List<String> loadCalmlyAndKill(ServerProcess server, SplittableRandom random) throws IOException {
        List<String> steps = new ArrayList<>();
        SplittableRandom own = random.split();
        for (int jobs = random.nextInt(12); jobs > 0; jobs--) {
            writeCalmly(server, own, random.nextInt(100));
            String kind = JOBS.get(random.nextInt(JOBS.size()));
            steps.add(kind);
            run(server, kind);
        }
        writeCalmly(server, own, random.nextInt(200));
        server.kill();
        return steps;
    }

    private void writeCalmly(ServerProcess server, SplittableRandom random, int count) {
        long wanted = acknowledged.get() + count;
        clients.get(0).load(server.calls(), random, acknowledged, () -> acknowledged.get() >= wanted);
        assertThat(acknowledged.get())
                .as("writes; the server said %s", server.said())
                .isEqualTo(wanted);
    }

    private void awaitWrites(int count, BooleanSupplier hasEnded) {
        long wanted = acknowledged.get() + count;
        long end = System.nanoTime() + STEP_MAX.toNanos();
        while (acknowledged.get() < wanted && System.nanoTime() < end && !hasEnded.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
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
        assertThat(last[0].number("bytesDone"))
                .as(last[0].toString())
                .isLessThanOrEqualTo(last[0].number("bytesTotal"));
        return last[0].find("result").orElseThrow().asObject();
    }

    private static JsonObject object(HttpResponse<byte[]> answer) {
        return JsonValue.parse(HttpCalls.text(answer)).asObject();
    }

    /** Of each encoded volume as many shards at most as parity makes up for; none again before all are repaired. */
    private void damage(ServerProcess server, SplittableRandom random) throws IOException {
        Map<String, List<JsonObject>> encoded = new TreeMap<>();
        for (JsonValue each : object(server.operations().get("/api/volumes"))
                .find("volumes")
                .orElseThrow()
                .asArray()) {
            List<JsonObject> shards = new ArrayList<>();
            each.asObject().find("shards").orElseThrow().asArray().forEach(shard -> shards.add(shard.asObject()));
            if (shards.size() == DATA_SHARDS + PARITY_SHARDS) {
                encoded.put(each.asObject().text("id"), shards);
            }
        }
        for (Map.Entry<String, List<JsonObject>> volume : encoded.entrySet()) {
            TreeSet<Integer> hit = new TreeSet<>();
            for (int i = random.nextInt(PARITY_SHARDS + 1); i > 0; i--) {
                hit.add(random.nextInt(DATA_SHARDS + PARITY_SHARDS));
            }
            for (int index : hit) {
                tell("damaged: shard %d of volume %s, %s"
                        .formatted(
                                index, volume.getKey(), damage(volume.getValue().get(index), random)));
            }
        }
    }

    private String damage(JsonObject shard, SplittableRandom random) throws IOException {
        isDamaged = true;
        damages++;
        Path path = folder.resolve("data").resolve(shard.text("path"));
        long offset = shard.number("offset");
        long length = shard.number("length");
        try {
            if (path.toString().endsWith(".shard") && random.nextInt(3) == 0) {
                Files.deleteIfExists(path);
                return "its file";
            } else if (length > 0 && random.nextBoolean()) {
                FileDamage.hole(path, offset, length);
                return "all of it";
            } else if (length > 0) {
                FileDamage.flip(path, offset + random.nextLong(length), random.nextInt(8));
                return "a bit";
            }
        } catch (NoSuchFileException compactedMeanwhile) {
            damages--;
        }
        return "not at all";
    }
}
