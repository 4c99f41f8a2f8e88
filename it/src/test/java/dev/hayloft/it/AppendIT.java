package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Appends over HTTP, and everywhere that an appended object is seen. */
final class AppendIT extends ServerCase {
    private static final String BUCKET = "appends";

    @BeforeEach
    void makeBucket() {
        calls.makeBucket(BUCKET);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private HttpResponse<byte[]> append(String key, byte[] part, String... headers) throws IOException {
        return calls.send("POST", HttpCalls.object(BUCKET, key) + "?op=append", part, headers);
    }

    private HttpResponse<byte[]> get(String key, String... headers) throws IOException {
        return calls.get(HttpCalls.object(BUCKET, key), headers);
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static String etag(byte[]... parts) {
        MessageDigest digests = Sha256.newDigest();
        for (byte[] part : parts) {
            ByteBuffer digest = ByteBuffer.allocate(Sha256.SIZE);
            Sha256.of(ByteBuffer.wrap(part)).writeTo(digest);
            digests.update(digest.array());
        }
        return '"' + Sha256.of(digests).hex() + "-" + parts.length + '"';
    }

    @Test
    void append_makesAndGoesOn() throws IOException {
        byte[] one = ascii("one ");
        byte[] two = ascii("two");
        HttpResponse<byte[]> first = append("a", one, "Content-Type", "text/plain", "X-Hayloft-Meta-Who", "ann");
        assertThat(first.statusCode()).as(HttpCalls.text(first)).isEqualTo(201);
        assertThat(header(first, "etag")).isEqualTo(etag(one));
        assertThat(header(first, "x-hayloft-size")).isEqualTo("4");
        HttpResponse<byte[]> second = append("a", two, "Content-Type", "text/html", "X-Hayloft-Offset", "4");
        assertThat(second.statusCode()).as(HttpCalls.text(second)).isEqualTo(200);
        assertThat(header(second, "etag")).isEqualTo(etag(one, two));
        assertThat(header(second, "x-hayloft-size")).isEqualTo("7");

        HttpResponse<byte[]> whole = get("a");
        assertThat(HttpCalls.text(whole)).isEqualTo("one two");
        assertThat(header(whole, "etag")).isEqualTo(etag(one, two));
        assertThat(header(whole, "x-hayloft-version")).isEqualTo(header(second, "x-hayloft-version"));
        assertThat(header(whole, "content-type")).isEqualTo("text/plain");
        assertThat(header(whole, "x-hayloft-meta-who")).isEqualTo("ann");
        assertThat(whole.headers().firstValue("x-hayloft-sha256")).isEmpty();
        assertThat(whole.headers().firstValue("appended-parts")).isEmpty();
        assertThat(HttpCalls.text(get("a", "Range", "bytes=3-5"))).isEqualTo(" tw");
        assertThat(get("a", "If-None-Match", etag(one, two)).statusCode()).isEqualTo(304);
        assertThat(get("a", "If-Match", etag(one)).statusCode()).isEqualTo(412);

        JsonObject listed = JsonValue.parse(HttpCalls.text(calls.get("/v1/buckets/" + BUCKET + "/objects?prefix=a")))
                .asObject();
        JsonObject entry = listed.get("objects").asArray().values().get(0).asObject();
        assertThat(entry.get("size").asLong()).isEqualTo(7);
        assertThat('"' + entry.get("etag").asText() + '"').isEqualTo(etag(one, two));
        List<JsonObject> changes = HttpCalls.text(calls.get("/v1/buckets/" + BUCKET + "/changes"))
                .lines()
                .map(line -> JsonValue.parse(line).asObject())
                .filter(line ->
                        line.find("key").isPresent() && line.get("key").asText().equals("a"))
                .toList();
        assertThat(changes).extracting(line -> line.get("op").asText()).containsExactly("append", "append");
        assertThat(changes.get(1).get("size").asLong()).isEqualTo(7);
        assertThat('"' + changes.get(1).get("etag").asText() + '"').isEqualTo(etag(one, two));
    }

    @Test
    void append_thatMustNotHappen_leavesTheObject() throws IOException {
        assertThat(append("b", ascii("x"), "X-Hayloft-Offset", "1").statusCode())
                .isEqualTo(412);
        assertThat(append("b", ascii("x"), "If-Match", "*").statusCode()).isEqualTo(412);
        assertThat(get("b").statusCode()).isEqualTo(404);
        assertThat(append("b", ascii("x"), "X-Hayloft-Offset", "0").statusCode())
                .isEqualTo(201);
        assertThat(append("b", ascii("x"), "X-Hayloft-Offset", "0").statusCode())
                .isEqualTo(412);
        assertThat(append("b", ascii("x"), "X-Hayloft-Offset", "0x").statusCode())
                .isEqualTo(400);
        assertThat(append("b", ascii("x"), "If-None-Match", "*").statusCode()).isEqualTo(412);
        assertThat(append("b", ascii("x"), "X-Hayloft-Sha256", "0".repeat(64)).statusCode())
                .isEqualTo(400);
        byte[] large = new byte[3 << 20];
        assertThat(append("b", large, "X-Hayloft-Sha256", "0".repeat(64)).statusCode())
                .isEqualTo(400);
        assertThat(calls.send("POST", HttpCalls.object("absent", "b") + "?op=append", ascii("x"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(HttpCalls.text(get("b"))).isEqualTo("x");
    }

    @Test
    void append_ofAnySize_isReadInRanges() throws IOException {
        Random random = new Random(7);
        byte[][] parts = new byte[5][];
        int[] sizes = {3000, (2 << 20) + 5, 1 << 20, 100, 70_000};
        byte[] whole = new byte[0];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new byte[sizes[i]];
            random.nextBytes(parts[i]);
            HttpResponse<byte[]> answer = i == 0
                    ? calls.put(HttpCalls.object(BUCKET, "c"), parts[0])
                    : append("c", parts[i], "X-Hayloft-Offset", Integer.toString(whole.length));
            assertThat(answer.statusCode()).isIn(200, 201);
            int before = whole.length;
            whole = Arrays.copyOf(whole, before + parts[i].length);
            System.arraycopy(parts[i], 0, whole, before, parts[i].length);
        }
        HttpResponse<byte[]> all = get("c");
        assertThat(all.body()).isEqualTo(whole);
        assertThat(header(all, "etag")).isEqualTo(etag(parts));
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(whole.length);
            int to = from + random.nextInt(Math.min(whole.length - from, 2_000_000));
            HttpResponse<byte[]> range = get("c", "Range", "bytes=" + from + "-" + to);
            assertThat(range.statusCode()).isEqualTo(206);
            assertThat(range.body()).isEqualTo(Arrays.copyOfRange(whole, from, to + 1));
        }
    }

    @Test
    void append_byTheCommandLine_saysWhatItMade() throws Exception {
        Path file = folder.resolve("part.txt");
        Files.writeString(file, "from a file\n");
        for (int round = 1; round <= 2; round++) {
            ProcessBuilder command = new ProcessBuilder(
                            SourceTree.root().resolve("bin/hayloft").toString(),
                            "append",
                            BUCKET + "/d",
                            file.toString(),
                            "--json",
                            "--data",
                            folder.resolve("data").toString())
                    .directory(folder.toFile())
                    .redirectError(folder.resolve("append.err").toFile());
            command.environment().keySet().removeIf(name -> name.startsWith("HAYLOFT_"));
            command.environment().putAll(ServerProcess.environment());
            Process verb = command.start();
            JsonObject said = JsonValue.parse(new String(verb.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .asObject();
            assertThat(verb.waitFor()).isZero();
            assertThat(said.get("size").asLong()).isEqualTo(12L * round);
            assertThat(said.get("appended").asLong()).isEqualTo(12);
        }
        assertThat(HttpCalls.text(get("d"))).isEqualTo("from a file\nfrom a file\n");
    }
}
