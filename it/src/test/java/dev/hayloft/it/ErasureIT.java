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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parity of a real server: encoded, damaged on disk, read through, scrubbed, repaired; killed in the middle. */
final class ErasureIT {
    private static final String BUCKET = "hay";
    private static final int PARITY_SHARDS = 4;
    private static final int SHARDS = 14;

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random("ErasureIT");
    private final Map<String, byte[]> model = new TreeMap<>();

    private Options options() {
        return Options.on(folder.resolve("data"))
                .set("storage.volumeSize=2MiB")
                .set("storage.partitions=1")
                .set("erasure.automatic=false")
                .set("scrub.bytesPerSecond=1TiB");
    }

    private void fill(HttpCalls calls) throws IOException {
        calls.makeBucket(BUCKET);
        for (int i = 0; i < 250; i++) {
            byte[] content = new byte[i % 50 == 0 ? 1_500_000 : random.nextInt(30_000)];
            random.nextBytes(content);
            model.put("key-" + i, content);
            assertThat(calls.put(HttpCalls.object(BUCKET, "key-" + i), content).statusCode())
                    .isEqualTo(201);
        }
    }

    private static String start(ServerProcess server, String kind) throws IOException {
        HttpResponse<byte[]> answer = server.operations().post("/api/jobs", "{\"kind\":\"" + kind + "\",\"all\":true}");
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(202);
        return object(answer).text("id");
    }

    private static JsonObject run(ServerProcess server, String kind) throws IOException {
        return awaitEnd(server, start(server, kind));
    }

    private static JsonObject awaitEnd(ServerProcess server, String id) {
        JsonObject[] last = {JsonObject.EMPTY};
        Awaitility.await().atMost(Duration.ofSeconds(100)).until(() -> {
            last[0] = object(server.operations().get("/api/jobs/" + id));
            return last[0].find("finishedAt").filter(time -> !time.isNull()).isPresent();
        });
        assertThat(last[0].text("state")).as(last[0].toString()).isEqualTo("done");
        return last[0].find("result").orElseThrow().asObject();
    }

    private static JsonObject object(HttpResponse<byte[]> answer) {
        return JsonValue.parse(HttpCalls.text(answer)).asObject();
    }

    private static List<JsonObject> encoded(ServerProcess server) throws IOException {
        List<JsonObject> encoded = new ArrayList<>();
        for (JsonValue volume : object(server.operations().get("/api/volumes"))
                .find("volumes")
                .orElseThrow()
                .asArray()) {
            if (shards(volume.asObject()).size() > 1) {
                encoded.add(volume.asObject());
            }
        }
        return encoded;
    }

    private static List<JsonObject> shards(JsonObject volume) {
        List<JsonObject> shards = new ArrayList<>();
        volume.find("shards").orElseThrow().asArray().forEach(shard -> shards.add(shard.asObject()));
        return shards;
    }

    private Path path(JsonObject shard) {
        return folder.resolve("data").resolve(shard.text("path"));
    }

    /** Damages so many shards of a volume, each in its own way; parity may lose its file. */
    private void damage(JsonObject volume, int count) throws IOException {
        Set<Integer> hit = new HashSet<>();
        while (hit.size() < count) {
            hit.add(random.nextInt(SHARDS));
        }
        for (int index : hit) {
            JsonObject shard = shards(volume).get(index);
            long offset = shard.number("offset");
            long length = shard.number("length");
            boolean isParity = shard.text("kind").equals("parity");
            if (isParity && random.nextBoolean()) {
                Files.delete(path(shard));
            } else if (random.nextBoolean()) {
                FileDamage.hole(path(shard), offset, length);
            } else {
                FileDamage.flip(path(shard), offset + random.nextLong(length), random.nextInt(8));
            }
        }
    }

    private void assertAllReadable(ServerProcess server) throws IOException {
        for (Map.Entry<String, byte[]> entry : model.entrySet()) {
            HttpResponse<byte[]> answer = server.calls().get(HttpCalls.object(BUCKET, entry.getKey()));
            assertThat(answer.statusCode()).as(entry.getKey()).isEqualTo(200);
            assertThat(answer.body()).as(entry.getKey()).isEqualTo(entry.getValue());
        }
    }

    /** Damage is told to people, and takes no server out of service. */
    private static void assertHealthTells(ServerProcess server, String text) throws IOException {
        assertThat(HttpCalls.text(server.adminCalls().get("/api/status"))).contains(text);
        assertThat(server.adminCalls().get("/healthcheck").statusCode()).isEqualTo(200);
    }

    private static void assertWhole(ServerProcess server) throws IOException {
        for (JsonObject volume : encoded(server)) {
            assertThat(volume.text("state")).isEqualTo("encoded");
            assertThat(shards(volume)).hasSize(SHARDS).allSatisfy(shard -> assertThat(shard.text("state"))
                    .isEqualTo("ok"));
        }
    }

    @Test
    void encodedVolumes_damagedUpToParity_areReadMendedAndKeepTheirSizeLaw() throws IOException {
        List<String> ids = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(options())) {
            fill(server.calls());
            run(server, "seal");
            run(server, "encode");
            for (JsonObject volume : encoded(server)) {
                ids.add(volume.text("id"));
                long all = 0;
                for (JsonObject shard : shards(volume)) {
                    all += shard.text("kind").equals("parity") ? Files.size(path(shard)) : shard.number("length");
                }
                assertThat(all).isLessThanOrEqualTo(volume.number("bytes") * 145 / 100 + SHARDS * (72L << 10));
                damage(volume, PARITY_SHARDS);
            }
            assertThat(ids).hasSizeGreaterThan(4);
            assertAllReadable(server);
            server.stopCleanly();
        }
        try (ServerProcess server = ServerProcess.start(options())) {
            assertAllReadable(server);
            JsonObject scrubbed = run(server, "scrub");
            assertThat(scrubbed.find("damaged").orElseThrow().asArray().values())
                    .hasSizeGreaterThanOrEqualTo(ids.size());
            assertHealthTells(server, "damaged or missing bytes");
            JsonObject repaired = run(server, "repair");
            assertThat(repaired.number("repaired")).isGreaterThanOrEqualTo(ids.size());
            assertThat(repaired.find("lost").orElseThrow().asArray().values()).isEmpty();
            assertWhole(server);
            assertThat(encoded(server).stream().map(volume -> volume.text("id")))
                    .isEqualTo(ids);
            assertThat(run(server, "scrub")
                            .find("damaged")
                            .orElseThrow()
                            .asArray()
                            .values())
                    .isEmpty();
            assertAllReadable(server);
            assertHealthTells(server, "\"problems\":[]");
            server.stopCleanly();
        }
    }

    @Test
    void emptiedParityFolder_isFilledAgain_andLossBeyondParityIsNamed() throws IOException {
        try (ServerProcess server = ServerProcess.start(options())) {
            fill(server.calls());
            run(server, "seal");
            run(server, "encode");
            TempFolders.delete(
                    path(shards(encoded(server).get(0)).get(SHARDS - 1)).resolveSibling(""));
            assertAllReadable(server);
            run(server, "repair");
            assertWhole(server);
            JsonObject volume = encoded(server).get(1);
            for (int index = 0; index <= PARITY_SHARDS; index++) {
                JsonObject shard = shards(volume).get(index);
                FileDamage.hole(path(shard), shard.number("offset"), shard.number("length"));
            }
            Set<String> lost = new HashSet<>();
            for (Map.Entry<String, byte[]> entry : model.entrySet()) {
                HttpResponse<byte[]> answer = server.calls().get(HttpCalls.object(BUCKET, entry.getKey()));
                if (answer.statusCode() == 200) {
                    assertThat(answer.body()).isEqualTo(entry.getValue());
                } else {
                    assertThat(HttpCalls.text(answer)).contains("corrupt-object");
                    lost.add(entry.getKey());
                }
            }
            Set<String> named = new HashSet<>();
            run(server, "repair")
                    .find("lost")
                    .orElseThrow()
                    .asArray()
                    .forEach(key -> named.add(key.asObject().text("key")));
            assertThat(lost).isNotEmpty();
            assertThat(named).containsAll(lost);
            server.stopCleanly();
        }
    }

    @Test
    void kill_whileEncodingAndRepairing_leavesWhatTheNextStartFinishes() throws IOException {
        try (ServerProcess server = ServerProcess.start(options())) {
            fill(server.calls());
            run(server, "seal");
            start(server, "encode");
            server.kill();
        }
        for (int round = 0; round < 2; round++) {
            try (ServerProcess server = ServerProcess.start(options())) {
                assertAllReadable(server);
                for (JsonObject volume : encoded(server)) {
                    damage(volume, round);
                }
                start(server, round % 2 == 0 ? "repair" : "encode");
                start(server, round % 2 == 0 ? "encode" : "repair");
                server.kill();
            }
        }
        try (ServerProcess server = ServerProcess.start(options())) {
            assertAllReadable(server);
            run(server, "encode");
            run(server, "repair");
            assertWhole(server);
            assertThat(run(server, "scrub")
                            .find("damaged")
                            .orElseThrow()
                            .asArray()
                            .values())
                    .isEmpty();
            assertAllReadable(server);
            server.stopCleanly();
        }
    }
}
