package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.Wire.Answer;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls on objects over HTTP, well-formed: every byte, header and condition. */
class ObjectsTest extends ServerCase {
    private static final String KEY = "/v1/buckets/photos/objects/a";

    @BeforeEach
    void empty() {
        server.bucket("photos");
    }

    @AfterEach
    void nothingIsLeftOpen() {
        server.awaitNothingOpen();
    }

    private static String content(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String sha256(String content) {
        return Sha256.of(ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1)))
                .hex();
    }

    @Test
    void patch_ofAnAppendedObject_answersTheTagOfAllItsParts() {
        ByteBuffer body = ByteBuffer.wrap(new byte[] {1, 2});
        ObjectAttributes appended =
                new ObjectAttributes("text/plain", Map.of(ObjectAttributes.APPENDED_PARTS, "2"), Map.of());
        PutRequest put = new PutRequest(
                new BucketName("photos"), ObjectKey.of("a"), appended, WriteCondition.NONE, Optional.empty());
        server.store
                .put(put, body, Sha256.of(body.duplicate()))
                .toCompletableFuture()
                .join();
        Answer patched = server.call("PATCH", KEY, "", "{\"contentType\":\"text/html\"}");
        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.header("etag")).endsWith("-2\"");
        assertThat(patched.headers()).doesNotContainKey("x-hayloft-sha256");
        Answer get = server.call("GET", KEY, "If-Match: " + patched.header("etag") + "\r\n", "");
        assertThat(get.status()).isEqualTo(200);
        assertThat(get.header("etag")).isEqualTo(patched.header("etag"));
    }

    @Test
    void putAndGet_everySize_givesTheBytesBack() {
        for (int size :
                new int[] {0, 1, 4096, 65_535, 65_536, 65_537, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 40 << 20}) {
            String body = content(size);
            Answer put = server.call("PUT", KEY, "X-Hayloft-Sha256: " + sha256(body) + "\r\n", body);
            assertThat(put.status()).isIn(200, 201);
            assertThat(put.header("etag")).isEqualTo('"' + sha256(body) + '"');
            Answer get = server.call("GET", KEY);
            assertThat(get.status()).isEqualTo(200);
            assertThat(get.header("content-length")).isEqualTo(Integer.toString(size));
            assertThat(get.body().equals(body)).as("content of %d bytes", size).isTrue();
            Answer head = server.call("HEAD", KEY);
            assertThat(head.header("content-length")).isEqualTo(Integer.toString(size));
            assertThat(head.header("x-hayloft-version")).isEqualTo(put.header("x-hayloft-version"));
        }
    }

    @Test
    void put_chunked_anyChunks_givesTheBytesBack() {
        for (int size : new int[] {0, 5, 100_000, 3 << 20}) {
            String body = content(size);
            StringBuilder chunks = new StringBuilder();
            for (int from = 0; from < size; from += 60_000) {
                String chunk = body.substring(from, Math.min(size, from + 60_000));
                chunks.append(Integer.toHexString(chunk.length()))
                        .append("\r\n")
                        .append(chunk)
                        .append("\r\n");
            }
            try (Wire wire = new Wire(server.http())) {
                String head = server.head("PUT", KEY, "Transfer-Encoding: chunked\r\n");
                assertThat(wire.send(head + chunks + "0\r\n\r\n").answer().status())
                        .isIn(200, 201);
                assertThat(wire.send(server.head("GET", KEY, ""))
                                .answer()
                                .body()
                                .equals(body))
                        .isTrue();
            }
        }
    }

    @Test
    void headers_kept_comeBackAsTheyWere() {
        String kept = "Content-Type: text/plain; charset=utf-8\r\nContent-Encoding: x-own\r\nContent-Language: de\r\n"
                + "Content-Disposition: attachment; filename=\"a.txt\"\r\nCache-Control: max-age=60\r\n"
                + "X-Hayloft-Meta-Farm_1.b-c: Gr\u00c3\u00bc\u00c3\u009fe\r\nX-Hayloft-Meta-Empty:\r\n";
        assertThat(server.call("PUT", KEY, kept, "x").status()).isEqualTo(201);
        for (String method : new String[] {"GET", "HEAD"}) {
            Answer answer = server.call(method, KEY);
            assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.header("content-encoding")).isEqualTo("x-own");
            assertThat(answer.header("content-language")).isEqualTo("de");
            assertThat(answer.header("content-disposition")).isEqualTo("attachment; filename=\"a.txt\"");
            assertThat(answer.header("cache-control")).isEqualTo("max-age=60");
            assertThat(answer.header("x-hayloft-meta-farm_1.b-c")).isEqualTo("Gr\u00c3\u00bc\u00c3\u009fe");
            assertThat(answer.headers()).containsKey("x-hayloft-meta-empty");
            assertThat(answer.header("accept-ranges")).isEqualTo("bytes");
            assertThat(answer.header("last-modified")).isEqualTo("Fri, 20 Nov 2026 10:15:30 GMT");
        }
        assertThat(server.call("GET", "/v1/buckets/photos/objects?metadata=true")
                        .body())
                .contains("\"metadata\":{\"empty\":\"\",\"farm_1.b-c\":\"Gr\u00c3\u00bc\u00c3\u009fe\"}");
    }

    @Test
    void keys_anyBytes_areTakenAsSent() {
        String[] raw = {
            "..", "a//b", "a%2Fb", "/", "a+b", "a%20b", "%25", "a;b=c", "%e2%82%ac", ".", "a%3Fb", "%C3%A4/../x", "%7F"
        };
        for (String key : raw) {
            assertThat(server.call("PUT", "/v1/buckets/photos/objects/" + key, "", key)
                            .status())
                    .as(key)
                    .isEqualTo(201);
        }
        for (String key : raw) {
            assertThat(server.call("GET", "/v1/buckets/photos/objects/" + key).body())
                    .isEqualTo(key);
        }
        assertThat(server.call("GET", "/v1/buckets/photos/objects/a%2F%2Fb").body())
                .isEqualTo("a//b");
    }

    @Test
    void ranges_oneOrSeveral_areCutOut() {
        for (int size : new int[] {1000, (2 << 20) + 1000}) {
            String body = content(size);
            server.call("PUT", KEY, "", body);
            Answer one = server.call("GET", KEY, "Range: bytes=" + (size - 10) + "-\r\n", "");
            assertThat(one.status()).isEqualTo(206);
            assertThat(one.body()).isEqualTo(body.substring(size - 10));
            assertThat(one.header("content-range")).isEqualTo("bytes " + (size - 10) + "-" + (size - 1) + "/" + size);
            Answer two = server.call("GET", KEY, "Range: bytes=0-4,-5\r\n", "");
            assertThat(two.status()).isEqualTo(206);
            String boundary = two.header("content-type").replaceFirst("multipart/byteranges; boundary=", "");
            String[] parts = two.body().split(Pattern.quote("\r\n--" + boundary));
            assertThat(parts).hasSize(4);
            assertThat(parts[1])
                    .contains("Content-Range: bytes 0-4/" + size)
                    .endsWith("\r\n\r\n" + body.substring(0, 5));
            assertThat(parts[2]).endsWith("\r\n\r\n" + body.substring(size - 5));
            assertThat(parts[3]).isEqualTo("--\r\n");
            assertThat(server.call("GET", KEY, "Range: bytes=5-1\r\n", "").status())
                    .isEqualTo(200);
            assertThat(server.call("GET", KEY, "Range: bytes=" + "0-0,".repeat(65) + "\r\n", "")
                            .status())
                    .isEqualTo(200);
            assertThat(server.call("HEAD", KEY, "Range: bytes=0-0\r\n", "").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void conditions_inTheOrderOfRfc9110() {
        String etag = server.call("PUT", KEY, "", "x").header("etag");
        String before = "Thu, 01 Jan 2026 00:00:00 GMT";
        String at = "Fri, 20 Nov 2026 10:15:30 GMT";
        String[][] cases = {
            {"If-None-Match: " + etag, "304"},
            {"If-None-Match: W/" + etag, "304"},
            {"If-None-Match: *", "304"},
            {"If-None-Match: \"other\"", "200"},
            {"If-Match: " + etag, "200"},
            {"If-Match: W/" + etag, "412"},
            {"If-Match: \"other\", " + etag, "200"},
            {"If-Modified-Since: " + at, "304"},
            {"If-Modified-Since: " + before, "200"},
            {"If-Modified-Since: nonsense", "200"},
            {"If-Unmodified-Since: " + at, "200"},
            {"If-Unmodified-Since: " + before, "412"},
            {"If-Match: " + etag + "\r\nIf-Unmodified-Since: " + before, "200"},
            {"If-None-Match: \"other\"\r\nIf-Modified-Since: " + at, "200"},
            {"If-Match: " + etag + "\r\nIf-None-Match: " + etag, "304"},
            {"Range: bytes=0-0\r\nIf-Range: " + etag, "206"},
            {"Range: bytes=0-0\r\nIf-Range: \"other\"", "200"},
            {"Range: bytes=0-0\r\nIf-Range: " + at, "206"},
            {"Range: bytes=0-0\r\nIf-Range: " + before, "200"},
            {"Range: bytes=0-0\r\nIf-None-Match: " + etag, "304"},
        };
        for (String[] each : cases) {
            server.store.cold = !server.store.cold; // Both ways of reading.
            assertThat(server.call("GET", KEY, each[0] + "\r\n", "").status())
                    .as(each[0])
                    .hasToString(each[1]);
        }
        server.store.cold = false;
        assertThat(server.call("PUT", KEY, "If-Match: " + etag + "\r\n", "y").status())
                .isEqualTo(200);
    }

    @Test
    void compareAndSet_fromManyConnections_losesNothing() throws Exception {
        server.call("PUT", KEY, "", "0");
        ExecutorService clients = Executors.newFixedThreadPool(6);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int client = 0; client < 6; client++) {
                work.add(() -> {
                    for (int done = 0; done < 25; ) {
                        Answer get = server.call("GET", KEY);
                        String next = Integer.toString(Integer.parseInt(get.body()) + 1);
                        String condition = "X-Hayloft-If-Version: " + get.header("x-hayloft-version") + "\r\n";
                        int status = server.call("PUT", KEY, condition, next).status();
                        assertThat(status).isIn(200, 412);
                        done += status == 200 ? 1 : 0;
                    }
                    return 25;
                });
            }
            for (Future<Integer> client : clients.invokeAll(work)) {
                client.get();
            }
        } finally {
            clients.shutdownNow();
        }
        assertThat(server.call("GET", KEY).body()).isEqualTo("150");
    }

    @Test
    void expectContinue_isAnsweredAfterTheChecks() {
        try (Wire wire = new Wire(server.http())) {
            wire.send(server.head("PUT", KEY, "Expect: 100-continue\r\nContent-Length: 3\r\n"));
            assertThat(wire.answer().status()).isEqualTo(100);
            assertThat(wire.send("abc").answer().status()).isEqualTo(201);
        }
        for (String refused : new String[] {"If-None-Match: *\r\n", "X-Hayloft-Durability: no\r\n"}) {
            try (Wire wire = new Wire(server.http())) {
                wire.send(server.head("PUT", KEY, "Expect: 100-continue\r\nContent-Length: 3\r\n" + refused));
                assertThat(wire.answer().status()).isIn(400, 412);
            }
        }
    }

    @Test
    void put_cutOff_leavesNothing() {
        for (int length : new int[] {10, 100_000, 5 << 20}) {
            try (Wire wire = new Wire(server.http())) {
                wire.send(server.head("PUT", KEY, "Content-Length: " + length + "\r\n") + content(length - 1));
            }
            try (Wire wire = new Wire(server.http())) {
                wire.send(server.head("PUT", KEY, "Transfer-Encoding: chunked\r\n") + "5\r\nab");
            }
        }
        assertThat(server.call("GET", KEY).status()).isEqualTo(404);
    }

    @Test
    void get_damagedOnTheWay_breaksTheConnectionOff() {
        server.call("PUT", KEY, "", content(5 << 20));
        server.store.damagedFrom = 3 << 20;
        try (Wire wire = new Wire(server.http())) {
            wire.send(server.head("GET", KEY, ""));
            assertThat(org.assertj.core.api.Assertions.catchThrowable(wire::answer))
                    .isNotNull();
        } finally {
            server.store.damagedFrom = Long.MAX_VALUE;
        }
    }

    @Test
    void refusedBody_isDropped_andTheConnectionGoesOn() {
        try (Wire wire = new Wire(server.http())) {
            String body = content(2 << 20);
            String head =
                    server.head("PUT", "/v1/buckets/absent/objects/a", "Content-Length: " + body.length() + "\r\n");
            assertThat(wire.send(head + body).answer().status()).isEqualTo(404);
            assertThat(wire.send(server.head("GET", "/v1/buckets/photos", ""))
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void listing_pagesAndLines_giveEveryKeyOnce() {
        for (String key : new String[] {"a", "b/1", "b/2", "c", "d/1"}) {
            server.call("PUT", "/v1/buckets/photos/objects/" + key, "", key);
        }
        String base = "/v1/buckets/photos/objects?delimiter=/&limit=2";
        Answer first = server.call("GET", base);
        assertThat(first.body()).contains("\"key\":\"a\"").contains("\"prefixes\":[\"b/\"],\"next\":\"b/\"");
        Answer second = server.call("GET", base + "&after=b/");
        assertThat(second.body()).contains("\"key\":\"c\"").contains("\"prefixes\":[\"d/\"],\"next\":null");
        Answer inside = server.call("GET", "/v1/buckets/photos/objects?prefix=b/");
        assertThat(inside.body())
                .contains("\"key\":\"b/1\"")
                .contains("\"key\":\"b/2\"")
                .doesNotContain("\"key\":\"c\"");
        Answer lines =
                server.call("GET", "/v1/buckets/photos/objects?delimiter=/", "Accept: application/x-ndjson\r\n", "");
        assertThat(lines.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(lines.body().lines()).hasSize(5);
        assertThat(lines.body()).contains("{\"prefix\":\"b/\"}\n").endsWith("{\"end\":true,\"objects\":2}\n");
    }

    @Test
    void listing_largerThanTheNetworkTakesAtOnce_comesWholeAndTheConnectionGoesOn() {
        String keys = "/v1/buckets/photos/objects/" + "long-".repeat(180);
        try (Wire wire = new Wire(server.http())) {
            for (int i = 1_000; i < 1_600; i++) {
                assertThat(wire.send(server.head("PUT", keys + i, "Content-Length: 1\r\n") + "x")
                                .answer("PUT")
                                .status())
                        .isEqualTo(201);
            }
            String list = server.head("GET", "/v1/buckets/photos/objects?prefix=long-&limit=1000", "");
            for (int round = 0; round < 3; round++) {
                Answer answer = wire.send(list).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(Integer.parseInt(answer.header("content-length"))).isGreaterThan(512 << 10);
                for (int i = 1_000; i < 1_600; i++) {
                    assertThat(answer.body()).contains("-" + i + "\"");
                }
                assertThat(answer.body()).endsWith("\"next\":null}");
            }
        }
    }

    @Test
    void pipelined_requests_areAnsweredInOrder() {
        try (Wire wire = new Wire(server.http())) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                String body = "body-" + i;
                requests.append(server.head("PUT", KEY + i, "Content-Length: " + body.length() + "\r\n"))
                        .append(body);
                requests.append(server.head("GET", KEY + i, ""));
            }
            wire.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(wire.answer("PUT").status()).isEqualTo(201);
                assertThat(wire.answer().body()).isEqualTo("body-" + i);
            }
        }
    }

    @Test
    void adminPort_servesObjectsAndOperations() {
        server.call("PUT", KEY, "", "x");
        assertThat(server.callAdmin("GET", KEY, "", "").body()).isEqualTo("x");
        assertThat(server.callAdmin("GET", "/api/status", "", "").body())
                .contains("\"buckets\":1")
                .contains("\"lastScrub\":null,\"lastRepair\":null")
                .contains("\"healthy\":true");
        assertThat(server.callAdmin("GET", "/api/volumes", "", "").body()).contains("\"id\":\"0-0\"");
        assertThat(server.callAdmin("GET", "/api/volumes/0-0", "", "").body()).contains("\"state\":\"open\"");
        Answer job = server.callAdmin("POST", "/api/jobs", "", "{\"kind\":\"seal\",\"all\":true}");
        assertThat(job.status()).isEqualTo(202);
        assertThat(job.header("location")).isEqualTo("/api/jobs/1");
        try (Wire wire = new Wire(server.admin())) {
            assertThat(wire.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer()
                            .body())
                    .contains("hayloft_http_requests_total{operation=\"put\",status=\"2xx\"}")
                    .contains("jvm_heap_used_bytes");
            assertThat(wire.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer()
                            .body())
                    .isEqualTo("pong\n");
            assertThat(wire.send("GET /healthcheck HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }
}
