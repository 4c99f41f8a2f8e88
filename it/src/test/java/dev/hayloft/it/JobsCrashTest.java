package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real server is killed in the middle of every kind of job: the next start goes on with it, and nothing is lost.
 */
@Tag("soak")
final class JobsCrashTest {
    private static final String BUCKET = "hay";
    private static final int OBJECTS = 100;
    private static final int OBJECT_SIZE_MAX = 30_000;
    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final String SLOW = "64KiB";
    private static final String FAST = "1TiB";

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random("JobsCrashTest");
    private final Map<String, byte[]> model = new TreeMap<>();
    private final List<String> cutOff = new ArrayList<>();

    /** Each start has its own paces: what is to be killed in the middle is slow, what is to end is not. */
    private ServerProcess start(String erasurePace, String scrubPace, String compactionPace) {
        return ServerProcess.start(Options.on(folder.resolve("data"))
                .set("storage.volumeSize=1MiB")
                .set("storage.partitions=1")
                .set("changes.retain=0s")
                .set("erasure.automatic=false")
                .set("compaction.automatic=false")
                .set("erasure.bytesPerSecond=" + erasurePace)
                .set("scrub.bytesPerSecond=" + scrubPace)
                .set("compaction.bytesPerSecond=" + compactionPace));
    }

    private void fill(HttpCalls calls) throws IOException {
        calls.makeBucket(BUCKET);
        for (int i = 0; i < OBJECTS; i++) {
            byte[] content = new byte[1 + random.nextInt(OBJECT_SIZE_MAX)];
            random.nextBytes(content);
            String key = "key-" + i;
            assertThat(calls.put(HttpCalls.object(BUCKET, key), content).statusCode())
                    .isEqualTo(201);
            if (i % 3 == 0) {
                assertThat(calls.delete(HttpCalls.object(BUCKET, key)).statusCode())
                        .isEqualTo(204);
            } else {
                model.put(key, content);
            }
        }
    }

    private String submit(ServerProcess server, String kind) throws IOException {
        String directory = "{\"kind\":\"backup\",\"directory\":\"" + folder.resolve("backup") + "\"}";
        HttpResponse<byte[]> answer = server.operations()
                .post("/api/jobs", kind.equals("backup") ? directory : "{\"kind\":\"" + kind + "\",\"all\":true}");
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(202);
        return object(answer).text("id");
    }

    private static JsonObject object(HttpResponse<byte[]> answer) {
        return JsonValue.parse(HttpCalls.text(answer)).asObject();
    }

    private static JsonObject find(ServerProcess server, String id) throws IOException {
        return object(server.operations().get("/api/jobs/" + id));
    }

    private static void awaitDone(ServerProcess server, String id) {
        Awaitility.await().atMost(PATIENCE).until(() -> find(server, id)
                .find("finishedAt")
                .filter(time -> !time.isNull())
                .isPresent());
        try {
            JsonObject job = find(server, id);
            assertThat(job.text("state")).as(job.toString()).isEqualTo("done");
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** Begins jobs that are too slow to end, and others that are cut off wherever they are; then kills the server. */
    private void killIn(ServerProcess server, List<String> slow, List<String> others) throws IOException {
        for (String kind : slow) {
            String id = submit(server, kind);
            cutOff.add(id);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> find(server, id).text("state").equals("running"));
        }
        for (String kind : others) {
            cutOff.add(submit(server, kind));
        }
        server.kill();
    }

    /** What the kill cut off goes on by itself. */
    private void awaitCutOff(ServerProcess server) {
        cutOff.forEach(id -> awaitDone(server, id));
        cutOff.clear();
    }

    private void assertAllThere(ServerProcess server) throws IOException {
        for (int i = 0; i < OBJECTS; i++) {
            byte[] expected = model.get("key-" + i);
            HttpResponse<byte[]> answer = server.calls().get(HttpCalls.object(BUCKET, "key-" + i));
            assertThat(answer.statusCode()).as("key-" + i).isEqualTo(expected == null ? 404 : 200);
            if (expected != null) {
                assertThat(answer.body()).as("key-" + i).isEqualTo(expected);
            }
        }
    }

    private void loseAParityFile() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            Files.delete(files.filter(file -> file.toString().endsWith(".shard"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    @Test
    void kill_inEachKindOfJob_isFollowedByItsEnd() throws IOException {
        try (ServerProcess server = start(SLOW, SLOW, FAST)) {
            fill(server.calls());
            awaitDone(server, submit(server, "seal"));
            killIn(server, List.of("encode", "scrub"), List.of());
        }
        try (ServerProcess server = start(FAST, FAST, FAST)) {
            awaitCutOff(server);
            assertAllThere(server);
            killIn(server, List.of(), List.of("backup", "rebuild-index"));
        }
        loseAParityFile();
        try (ServerProcess server = start(SLOW, FAST, SLOW)) {
            awaitCutOff(server);
            assertAllThere(server);
            killIn(server, List.of("repair", "compact"), List.of());
        }
        try (ServerProcess server = start(FAST, FAST, FAST)) {
            awaitCutOff(server);
            assertAllThere(server);
            killIn(server, List.of(), List.of("seal", "encode", "backup"));
        }
        try (ServerProcess server = start(FAST, FAST, FAST)) {
            awaitCutOff(server);
            for (String kind : List.of("seal", "encode", "compact", "repair", "scrub", "backup", "rebuild-index")) {
                awaitDone(server, submit(server, kind));
            }
            assertAllThere(server);
            server.stopCleanly();
        }
    }
}
