package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs by Dropwizard's tasks, of a real server. */
final class TasksIT {
    @TempDir
    Path folder;

    private final byte[] nothing = new byte[0];

    @Test
    void tasks_ofAllKinds_doTheirWork() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data"))
                .set("storage.partitions=1")
                .set("compaction.automatic=false")
                .set("erasure.automatic=false"))) {
            HttpCalls calls = server.calls();
            calls.makeBucket("hay");
            byte[] content = "a needle in it".getBytes(StandardCharsets.UTF_8);
            calls.put(HttpCalls.object("hay", "a"), content);
            calls.put(HttpCalls.object("hay", "b"), content);
            calls.delete(HttpCalls.object("hay", "b"));
            for (String task : List.of(
                    "seal?all=true",
                    "compact?all=true&dryRun=true",
                    "compact?all=true",
                    "seal?all=true",
                    "encode?all=true",
                    "scrub",
                    "repair",
                    "rebuild-index",
                    "backup?directory=" + folder.resolve("backup"))) {
                String kind = task.split("\\?", -1)[0];
                JsonObject job = run(server, task);
                assertThat(job.text("kind")).isEqualTo(kind);
                assertThat(job.text("state")).as(job.toString()).isEqualTo("done");
                assertThat(job.number("bytesDone")).as(job.toString()).isLessThanOrEqualTo(job.number("bytesTotal"));
            }
            assertThat(folder.resolve("backup/BACKUP")).exists();
            assertThat(calls.get(HttpCalls.object("hay", "a")).body()).isEqualTo(content);
            assertThat(HttpCalls.text(server.operations().get("/api/volumes"))).contains("\"encoded\"");
            refuses(server);
        }
    }

    private void refuses(ServerProcess server) throws IOException {
        String before = HttpCalls.text(server.operations().get("/api/jobs"));
        for (String wrong : List.of("compact?everything=true", "compact?all=yes", "seal?volume=none", "backup")) {
            HttpResponse<byte[]> answer = server.operations().send("POST", "/tasks/" + wrong, nothing);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(500);
            assertThat(HttpCalls.text(answer)).as(wrong).isNotBlank().doesNotContain("job ");
        }
        HttpCalls stranger = new HttpCalls(server.admin(), "A".repeat(20), "not-the-secret");
        assertThat(stranger.send("POST", "/tasks/seal", nothing).statusCode()).isEqualTo(401);
        assertThat(server.calls().send("POST", "/tasks/seal", nothing).statusCode())
                .as("on the port for clients")
                .isEqualTo(404);
        assertThat(HttpCalls.text(server.operations().get("/api/jobs"))).isEqualTo(before);
    }

    private JsonObject run(ServerProcess server, String task) throws IOException {
        HttpResponse<byte[]> answer = server.operations().send("POST", "/tasks/" + task, nothing);
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(200);
        String text = HttpCalls.text(answer).strip();
        assertThat(text).matches("job \\d+");
        JsonObject[] last = {JsonObject.EMPTY};
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            HttpResponse<byte[]> job = server.operations().get("/api/jobs/" + text.substring("job ".length()));
            last[0] = JsonValue.parse(HttpCalls.text(job)).asObject();
            return last[0].find("finishedAt").filter(time -> !time.isNull()).isPresent();
        });
        return last[0];
    }
}
