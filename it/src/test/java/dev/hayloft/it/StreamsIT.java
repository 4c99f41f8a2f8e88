package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in, many objects out and changes, against a real server that is killed in between. */
final class StreamsIT {
    private static final String BUCKET = "/v1/buckets/logs";
    private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]+)\"");

    @TempDir
    Path folder;

    private static byte[] records(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append(String.format("{\"key\":\"k%08d\",\"text\":\"value %d\"}\n", i, i));
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> lines(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8).lines().toList();
    }

    private static String last(List<String> lines) {
        return lines.get(lines.size() - 1);
    }

    private static HttpResponse<byte[]> send(HttpCalls calls, byte[] body, long first) throws IOException {
        return calls.send(
                "POST",
                BUCKET + "/records",
                body,
                "Content-Type",
                "application/x-ndjson",
                "X-Hayloft-Producer",
                "p",
                "X-Hayloft-Sequence",
                Long.toString(first));
    }

    private static List<String> lines(HttpCalls calls, String query) throws IOException {
        HttpResponse<byte[]> answer = calls.get(BUCKET + "/changes?" + query);
        assertThat(answer.statusCode()).isEqualTo(200);
        return lines(answer);
    }

    private static String cursor(String line) {
        Matcher matcher = CURSOR.matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        return matcher.group(1);
    }

    private static List<String> keysOfAllChanges(HttpCalls calls, String after) throws IOException {
        List<String> keys = new ArrayList<>();
        String cursor = after;
        while (true) {
            List<String> page = lines(calls, "limit=10000&after=" + cursor);
            for (String line : page.subList(0, page.size() - 1)) {
                Matcher matcher = KEY.matcher(line);
                assertThat(matcher.find()).as(line).isTrue();
                keys.add(matcher.group(1));
            }
            cursor = cursor(last(page));
            if (page.size() == 1) {
                return keys;
            }
        }
    }

    @Test
    void records_ofAProducerThatRepeatsOverKills_areStoredOnceAndListedWhenAcknowledged() throws IOException {
        Options options = Options.on(folder.resolve("data")).set("storage.durability=memory");
        int count = 30_000;
        for (int round = 0; round < 3; round++) {
            try (ServerProcess server = ServerProcess.start(options)) {
                HttpCalls calls = server.calls();
                calls.makeBucket("logs");
                int from = Math.max(0, round * count - 5_000); // What the last round sent is sent again in part.
                HttpResponse<byte[]> answer = send(calls, records(from, (round + 1) * count), from);
                assertThat(last(lines(answer)))
                        .startsWith("{\"done\":true,\"records\":" + ((round + 1) * count - from));
                List<String> listed = lines(calls.get(BUCKET + "/objects", "Accept", "application/x-ndjson"));
                assertThat(last(listed)).contains("\"objects\":" + (round + 1) * count);
                server.kill();
            }
        }
        try (ServerProcess server = ServerProcess.start(options)) {
            List<String> keys = keysOfAllChanges(server.calls(), "earliest");
            assertThat(keys).hasSize(3 * count).isSorted().doesNotHaveDuplicates();
            server.stopCleanly();
        }
    }

    @Test
    void changes_areToldByPageWaitAndEvent_andManyObjectsAtOnce() throws Exception {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            calls.makeBucket("logs");
            calls.put(HttpCalls.object("logs", "a"), "one".getBytes(StandardCharsets.UTF_8));
            calls.delete(HttpCalls.object("logs", "a"));
            List<String> page = lines(calls, "");
            assertThat(page).hasSize(3);
            assertThat(page.get(0)).contains("\"op\":\"put\"", "\"size\":3");
            assertThat(page.get(1)).contains("\"op\":\"delete\"").doesNotContain("\"size\"");
            String end = cursor(page.get(2));
            assertThat(lines(calls, "after=" + end)).hasSize(1);
            CompletableFuture<List<String>> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return lines(calls, "wait=20&after=" + end);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            calls.put(HttpCalls.object("logs", "b"), "two".getBytes(StandardCharsets.UTF_8));
            assertThat(waiting.get(30, TimeUnit.SECONDS)).hasSize(2);
            assertThat(calls.get(BUCKET + "/changes?after=nonsense").statusCode())
                    .isEqualTo(400);
            readEvents(server, calls, end);
            HttpResponse<byte[]> many = calls.send(
                    "POST",
                    BUCKET + "/multiget",
                    "{\"keys\":[\"b\",\"none\"]}".getBytes(StandardCharsets.UTF_8),
                    "Accept",
                    "application/x-ndjson");
            assertThat(lines(many).get(0)).contains("\"found\":true", "\"base64\":\"dHdv\"");
            assertThat(lines(many).get(1)).isEqualTo("{\"key\":\"none\",\"found\":false}");
            calls.delete(BUCKET + "?force=true");
            calls.makeBucket("logs");
            assertThat(calls.get(BUCKET + "/changes?after=" + end).statusCode()).isEqualTo(410);
            server.stopCleanly();
        }
    }

    /** Two events, the second of which comes while the stream is open. */
    private static void readEvents(ServerProcess server, HttpCalls calls, String after) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.api() + BUCKET + "/changes"))
                .header("Authorization", calls.authorization())
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", after)
                .build();
        HttpResponse<java.io.InputStream> stream =
                HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream");
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(nextData(reader)).contains("\"key\":\"b\"");
            calls.put(HttpCalls.object("logs", "c"), "three".getBytes(StandardCharsets.UTF_8));
            assertThat(nextData(reader)).contains("\"key\":\"c\"");
        }
    }

    private static String nextData(BufferedReader reader) throws IOException {
        String line = reader.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = reader.readLine();
        }
        return line == null ? "the stream ended" : line;
    }
}
