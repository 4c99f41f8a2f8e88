package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions, delete markers and times to live as a client sees them, over a restart and a kill. */
final class VersionsIT {
    private static final String BUCKETS = "/v1/buckets/";
    private static final Pattern VERSION = Pattern.compile("\"version\":\"([0-9]+)\"");

    @TempDir
    Path folder;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void make(HttpCalls calls, String bucket, String settings) throws IOException {
        HttpResponse<byte[]> answer = calls.put(BUCKETS + bucket, utf8(settings), "Content-Type", "application/json");
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(201);
    }

    private static void change(HttpCalls calls, String bucket, String settings) throws IOException {
        HttpResponse<byte[]> answer =
                calls.send("PATCH", BUCKETS + bucket, utf8(settings), "Content-Type", "application/json");
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(200);
    }

    private static String version(HttpResponse<byte[]> answer) {
        return answer.headers().firstValue("X-Hayloft-Version").orElse("none");
    }

    private static String put(HttpCalls calls, String path, String content) throws IOException {
        HttpResponse<byte[]> answer = calls.put(path, utf8(content));
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isIn(200, 201);
        return version(answer);
    }

    private static List<String> versions(HttpCalls calls, String path) throws IOException {
        List<String> found = new ArrayList<>();
        Matcher matcher = VERSION.matcher(HttpCalls.text(calls.get(path + "?versions")));
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static void assertProblem(HttpResponse<byte[]> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(HttpCalls.text(answer)).contains("urn:hayloft:problem:" + code + "\"");
    }

    @Test
    void versions_areKeptShownAndDeleted() throws IOException {
        String path = HttpCalls.object("kept", "a/b");
        String first;
        String second;
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            make(calls, "kept", "{\"versioning\":\"on\"}");
            first = put(calls, path, "one");
            second = put(calls, path, "two");
            assertThat(versions(calls, path)).containsExactly(second, first);
            assertThat(HttpCalls.text(calls.get(path + "?version=" + first))).isEqualTo("one");
            assertProblem(calls.get(path + "?version=12345"), 404, "no-such-version");
            HttpResponse<byte[]> deleted = calls.delete(path);
            assertThat(deleted.statusCode()).isEqualTo(204);
            String marker = version(deleted);
            HttpResponse<byte[]> gone = calls.get(path);
            assertProblem(gone, 404, "no-such-key");
            assertThat(gone.headers().firstValue("X-Hayloft-Deleted")).contains("true");
            assertThat(version(gone)).isEqualTo(marker);
            assertThat(calls.put(path, utf8("x"), "If-Match", "*").statusCode()).isEqualTo(412);
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            List<String> all = versions(calls, path);
            assertThat(all).hasSize(3).endsWith(second, first);
            assertThat(calls.delete(path + "?version=" + all.get(0)).statusCode())
                    .isEqualTo(204);
            assertThat(HttpCalls.text(calls.get(path))).isEqualTo("two");
            assertThat(calls.delete(path + "?version=" + second).statusCode()).isEqualTo(204);
            assertThat(HttpCalls.text(calls.get(path))).isEqualTo("one");
            assertThat(version(calls.get(path))).isEqualTo(first);
            assertThat(version(calls.delete(HttpCalls.object("kept", "never")))).matches("[0-9]+");
            assertThat(calls.delete(path + "?purge=true").statusCode()).isEqualTo(204);
            assertProblem(calls.get(path + "?versions"), 404, "no-such-key");
            assertProblem(calls.get(path), 404, "no-such-key");
            server.stopCleanly();
        }
    }

    @Test
    void versions_areAtMostAsManyAsTheBucketSays() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            make(calls, "few", "{\"versioning\":\"on\",\"maxVersions\":3}");
            String path = HttpCalls.object("few", "k");
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                written.add(0, put(calls, path, "v" + i));
                assertThat(versions(calls, path)).isEqualTo(written.subList(0, Math.min(3, written.size())));
            }
            assertProblem(calls.get(path + "?version=" + written.get(3)), 404, "no-such-version");
            change(calls, "few", "{\"versioning\":\"off\"}");
            String unkept = put(calls, path, "off");
            assertThat(versions(calls, path)).containsExactly(unkept, written.get(0), written.get(1));
            String other = put(calls, path, "off again");
            assertThat(versions(calls, path)).containsExactly(other, written.get(0), written.get(1));
            String bucket = HttpCalls.text(calls.get(BUCKETS + "few"));
            assertThat(bucket).contains("\"objects\":1,\"versions\":3");
            server.stopCleanly();
        }
    }

    @Test
    void listingOfVersions_goesOnWhereAPageEnded() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            make(calls, "pages", "{\"versioning\":\"on\"}");
            List<String> expected = new ArrayList<>();
            for (String key : List.of("a", "b", "c")) {
                List<String> ofKey = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    ofKey.add(0, put(calls, HttpCalls.object("pages", key), key + i));
                }
                expected.addAll(ofKey);
            }
            List<String> found = new ArrayList<>();
            String after = "";
            for (int page = 0; page < 20; page++) {
                String text = HttpCalls.text(calls.get(BUCKETS + "pages/objects?versions=true&limit=3" + after));
                Matcher matcher = VERSION.matcher(text);
                while (matcher.find()) {
                    found.add(matcher.group(1));
                }
                Matcher next = Pattern.compile("\"next\":\"(.)\",\"nextVersion\":\"([0-9]+)\"")
                        .matcher(text);
                if (!next.find()) {
                    break;
                }
                after = "&after=" + next.group(1) + "&afterVersion=" + next.group(2);
            }
            assertThat(found).isEqualTo(expected);
            assertThat(HttpCalls.text(
                            calls.get(BUCKETS + "pages/objects?versions=true", "Accept", "application/x-ndjson")))
                    .endsWith("{\"end\":true,\"objects\":12}\n");
            assertProblem(calls.get(BUCKETS + "pages/objects?afterVersion=1"), 400, "bad-parameter");
            server.stopCleanly();
        }
    }

    @Test
    void objects_endByTheirTime() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            make(calls, "brief", "{\"ttl\":1}");
            String path = HttpCalls.object("brief", "k");
            HttpResponse<byte[]> put = calls.put(path, utf8("soon gone"));
            assertThat(put.headers().firstValue("X-Hayloft-Expires").orElse("")).matches("20..-.*Z");
            String lasting = HttpCalls.object("brief", "lasting");
            assertThat(calls.put(lasting, utf8("x"), "X-Hayloft-Ttl", "3600").statusCode())
                    .isEqualTo(201);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> calls.get(path).statusCode() == 404);
            assertThat(calls.put(path, utf8("new"), "If-None-Match", "*", "X-Hayloft-Ttl", "3600")
                            .statusCode())
                    .isEqualTo(201);
            calls.delete(path);
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> HttpCalls.text(calls.get(BUCKETS + "brief"))
                    .contains("\"objects\":1,\"versions\":1"));
            assertThat(HttpCalls.text(calls.get(lasting))).isEqualTo("x");
            server.stopCleanly();
        }
    }
}
