package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** The buckets that {@link MixedClient} writes to, of three kinds: made, counted, compared and emptied. */
final class MixedBuckets {
    private static final Duration FIGURES_MAX = Duration.ofSeconds(20);
    private static final List<String> NAMES = List.of(MixedClient.PLAIN, MixedClient.SHARED, MixedClient.KEPT);

    private MixedBuckets() {}

    /** A server of the folder {@code data} below this one, with a master key beside it. */
    static Options options(Path folder) throws IOException {
        Path key = folder.resolve("master.key");
        if (!Files.exists(key)) {
            Files.writeString(key, Base64.getEncoder().encodeToString(new byte[32]));
        }
        return Options.on(folder.resolve("data")).set("storage.volumeSize=1MiB").set("encryption.masterKeyFile=" + key);
    }

    static void make(ServerProcess server) throws IOException {
        Map<String, String> settings = Map.of(
                MixedClient.PLAIN,
                "{}",
                MixedClient.SHARED,
                "{\"deduplicate\":true}",
                MixedClient.KEPT,
                "{\"versioning\":\"on\",\"encrypt\":true,\"maxVersions\":" + MixedClient.VERSIONS_MAX + "}");
        for (Map.Entry<String, String> bucket : settings.entrySet()) {
            HttpResponse<byte[]> answer = server.calls()
                    .put(
                            "/v1/buckets/" + bucket.getKey(),
                            bucket.getValue().getBytes(StandardCharsets.UTF_8),
                            "Content-Type",
                            "application/json");
            assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isIn(200, 201);
        }
    }

    /** Compares every key of every client, and what is listed. */
    static void check(ServerProcess server, List<MixedClient> clients) throws IOException {
        HttpCalls calls = server.calls();
        for (MixedClient client : clients) {
            client.check(calls);
        }
        for (String bucket : NAMES) {
            long live = clients.stream()
                    .mapToLong(client -> client.liveKeys(bucket))
                    .sum();
            String listing = HttpCalls.text(calls.get("/v1/buckets/" + bucket + "/objects?limit=10000"));
            assertThat(listing.split("\"key\":", -1))
                    .as("keys of %s listed, and one piece before them", bucket)
                    .hasSize((int) live + 1);
        }
    }

    /** What each bucket counts of what readers see. */
    static Map<String, String> figures(ServerProcess server) throws IOException {
        Map<String, String> figures = new TreeMap<>();
        for (String name : NAMES) {
            JsonObject bucket = JsonValue.parse(HttpCalls.text(server.calls().get("/v1/buckets/" + name)))
                    .asObject();
            StringBuilder text = new StringBuilder();
            for (String figure : List.of("objects", "versions", "logicalBytes", "storedBytes")) {
                text.append(figure).append(' ').append(bucket.number(figure)).append(' ');
            }
            figures.put(name, text.toString());
        }
        return figures;
    }

    static void awaitFigures(ServerProcess server, Map<String, String> expected) {
        Awaitility.await().atMost(FIGURES_MAX).untilAsserted(() -> assertThat(figures(server))
                .isEqualTo(expected));
    }

    /** Deletes everything for good; then nothing may be counted any more. */
    static void empty(ServerProcess server, List<MixedClient> clients) throws IOException {
        for (MixedClient client : clients) {
            client.empty(server.calls());
        }
        check(server, clients);
        Awaitility.await().atMost(FIGURES_MAX).untilAsserted(() -> assertThat(figures(server))
                .allSatisfy((bucket, figures) -> assertThat(figures).matches("[^1-9]*")));
    }
}
