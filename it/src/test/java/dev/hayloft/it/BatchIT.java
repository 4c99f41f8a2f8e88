package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches and bulk deletes over HTTP. */
final class BatchIT extends ServerCase {
    private static final String BUCKET = "batches";
    private static final String BATCH = "/v1/buckets/" + BUCKET + "/batch";
    private static final String DELETE = "/v1/buckets/" + BUCKET + "/delete";
    private static final String LINES = "application/x-ndjson";
    private static final String FRAMES = "application/vnd.hayloft.records";

    @BeforeEach
    void makeBucket() {
        calls.makeBucket(BUCKET);
    }

    private HttpResponse<byte[]> batch(String lines) throws IOException {
        return calls.send("POST", BATCH, lines.getBytes(StandardCharsets.UTF_8), "Content-Type", LINES);
    }

    private static JsonObject json(HttpResponse<byte[]> answer) {
        return JsonValue.parse(HttpCalls.text(answer)).asObject();
    }

    private HttpResponse<byte[]> get(String key) throws IOException {
        return calls.get(HttpCalls.object(BUCKET, key));
    }

    @Test
    void batch_ofLines_happensAsOne() throws IOException {
        HttpResponse<byte[]> first = batch("{\"key\":\"a\",\"text\":\"1\"}\n{\"key\":\"b\",\"value\":{\"n\": 1}}\n");
        assertThat(first.statusCode()).as(HttpCalls.text(first)).isEqualTo(200);
        assertThat(json(first).get("records").asLong()).isEqualTo(2);
        assertThat(json(first).get("bytes").asLong()).isEqualTo(1 + 1 + 1 + 7);
        assertThat(HttpCalls.text(get("b"))).isEqualTo("{\"n\":1}");
        assertThat(get("b").headers().firstValue("content-type")).contains("application/json");
        assertThat(get("b").headers().firstValue("x-hayloft-version"))
                .contains(json(first).get("version").asText());

        String version = get("a").headers().firstValue("x-hayloft-version").orElseThrow();
        HttpResponse<byte[]> second = batch("{\"key\":\"a\",\"text\":\"2\",\"ifVersion\":\"" + version
                + "\"}\n{\"op\":\"delete\",\"key\":\"b\"}\n{\"key\":\"c\",\"text\":\"\",\"ifVersion\":\"0\"}");
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(HttpCalls.text(get("a"))).isEqualTo("2");
        assertThat(get("b").statusCode()).isEqualTo(404);
        assertThat(get("c").statusCode()).isEqualTo(200);
    }

    @Test
    void batch_withOneThatFails_namesItAndStoresNothing() throws IOException {
        assertThat(calls.put(HttpCalls.object(BUCKET, "there"), new byte[1]).statusCode())
                .isIn(200, 201);
        HttpResponse<byte[]> refused =
                batch("{\"key\":\"x\",\"text\":\"\"}\n{\"key\":\"there\",\"text\":\"\",\"ifVersion\":\"0\"}\n");
        assertProblem(refused, 412, "precondition-failed", 1);
        HttpResponse<byte[]> broken = batch("{\"key\":\"x\",\"text\":\"\"}\n\n{\"key\":\"y\",\"more\":\"\"}\n");
        assertProblem(broken, 400, "bad-record", 1);
        HttpResponse<byte[]> badKey = batch("{\"key\":\"\",\"text\":\"\"}\n");
        assertProblem(badKey, 400, "bad-key", 0);
        assertThat(get("x").statusCode()).isEqualTo(404);
        assertThat(calls.send("POST", BATCH, new byte[1], "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
    }

    private static void assertProblem(HttpResponse<byte[]> answer, int status, String code, long record) {
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(status);
        assertThat(json(answer).get("type").asText()).isEqualTo("urn:hayloft:problem:" + code);
        assertThat(json(answer).get("record").asLong()).isEqualTo(record);
    }

    @Test
    void batch_hasItsBounds() throws IOException {
        assertThat(batch(numbered(10_000)).statusCode()).isEqualTo(200);
        assertThat(get("n9999").statusCode()).isEqualTo(200);
        assertThat(batch(numbered(10_001).replace("\"n", "\"m")).statusCode()).isEqualTo(413);
        assertThat(get("m0").statusCode()).isEqualTo(404);
        byte[] most = new byte[64 << 20];
        HttpResponse<byte[]> full = frames(most);
        assertThat(full.statusCode()).as(HttpCalls.text(full)).isEqualTo(200);
        HttpResponse<byte[]> large = get("f7");
        assertThat(large.body()).hasSize((8 << 20) - 14);
        byte[] over = new byte[(64 << 20) + 1];
        assertThat(calls.send("POST", BATCH, over, "Content-Type", FRAMES).statusCode())
                .isEqualTo(413);
        HttpResponse<byte[]> empty = batch("");
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(json(empty).get("records").asLong()).isZero();
    }

    private static String numbered(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"key\":\"n").append(i).append("\",\"text\":\"\"}\n");
        }
        return lines.toString();
    }

    /** Eight records that fill the body to its last byte. */
    private HttpResponse<byte[]> frames(byte[] body) throws IOException {
        new Random(7).nextBytes(body);
        ByteBuffer target = ByteBuffer.wrap(body);
        int size = body.length / 8;
        for (int i = 0; i < 8; i++) {
            target.put(i * size, (byte) 1).put(i * size + 1, (byte) 0);
            target.putShort(i * size + 2, (short) 2).putInt(i * size + 4, 0).putInt(i * size + 8, size - 14);
            target.put(i * size + 12, (byte) 'f').put(i * size + 13, (byte) ('0' + i));
        }
        return calls.send("POST", BATCH, body, "Content-Type", FRAMES);
    }

    @Test
    void delete_ofMany_answersEach() throws IOException {
        assertThat(batch("{\"key\":\"d1\",\"text\":\"\"}\n{\"key\":\"d2\",\"text\":\"\"}\n")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<byte[]> answer = calls.post(DELETE, "{\"keys\":[\"d1\",\"never\",\"d2\"]}");
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(200);
        JsonArray results = json(answer).get("results").asArray();
        assertThat(results.values().size()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(results.values().get(i).asObject().get("deleted").asBoolean())
                    .isTrue();
            assertThat(results.values().get(i).toString()).contains("\"version\":null");
        }
        assertThat(get("d1").statusCode()).isEqualTo(404);
        assertThat(get("d2").statusCode()).isEqualTo(404);
        assertThat(calls.post(DELETE, "{\"key\":\"d1\"}").statusCode()).isEqualTo(400);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i <= 10_000; i++) {
            many.append(i == 0 ? "" : ",").append("\"k").append(i).append('"');
        }
        assertThat(calls.post(DELETE, "{\"keys\":[" + many + "]}").statusCode()).isEqualTo(400);
        String bound = many.substring(0, many.lastIndexOf(","));
        assertThat(calls.post(DELETE, "{\"keys\":[" + bound + "]}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void delete_inABucketWithVersions_answersTheMarkers() throws IOException {
        HttpResponse<byte[]> made = calls.put(
                "/v1/buckets/kept-batches",
                "{\"versioning\":\"on\"}".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/json");
        assertThat(made.statusCode()).as(HttpCalls.text(made)).isIn(200, 201);
        String object = HttpCalls.object("kept-batches", "a");
        assertThat(calls.put(object, Base64.getDecoder().decode("AAAA")).statusCode())
                .isEqualTo(201);
        HttpResponse<byte[]> answer = calls.post("/v1/buckets/kept-batches/delete", "{\"keys\":[\"a\"]}");
        String marker = json(answer)
                .get("results")
                .asArray()
                .values()
                .get(0)
                .asObject()
                .get("version")
                .asText();
        assertThat(calls.delete(object + "?version=" + marker).statusCode()).isEqualTo(204);
        assertThat(calls.get(object).statusCode()).isEqualTo(200);
    }
}
