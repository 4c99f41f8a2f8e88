package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input to a real server over a real store: each has its problem document, and nothing is left behind. */
final class ProblemIT {
    private static final String OBJECT = "/v1/buckets/photos/objects/a";
    private static final int ROUNDS = 20; // Over kept connections: an answer must not spoil the request after it.

    @TempDir
    Path folder;

    /** One bad request: {@code headers} are names and values in turn. */
    private record Bad(String code, int status, String method, String path, String body, List<String> headers) {
        static Bad of(String code, int status, String method, String path, String body, String... headers) {
            return new Bad(code, status, method, path, body, List.of(headers));
        }
    }

    private static final List<Bad> TABLE = List.of(
            Bad.of("bad-parameter", 400, "GET", "/v1/buckets/photos/objects?limit=0", ""),
            Bad.of("no-such-key", 404, "GET", OBJECT + "?versions", ""),
            Bad.of("bad-parameter", 400, "POST", OBJECT + "?op=dance", "x"),
            Bad.of("bad-parameter", 400, "PUT", OBJECT, "x", "X-Hayloft-If-Version", "one"),
            Bad.of("bad-parameter", 400, "PUT", OBJECT, "x", "X-Hayloft-Meta-A", "x".repeat(2048)),
            Bad.of("bad-parameter", 400, "PATCH", "/v1/buckets/photos", "{\"encrypt\":true}"),
            Bad.of("bad-bucket-name", 400, "PUT", "/v1/buckets/Photos", ""),
            Bad.of("bad-key", 400, "PUT", OBJECT + "%00", "x"),
            Bad.of("bad-key", 400, "PUT", "/v1/buckets/photos/objects/" + "k".repeat(1025), "x"),
            Bad.of("bad-digest", 400, "PUT", OBJECT, "x", "X-Hayloft-Sha256", "0".repeat(64)),
            Bad.of("bad-digest", 400, "PUT", OBJECT, "x".repeat(3 << 20), "X-Hayloft-Sha256", "0".repeat(64)),
            Bad.of("no-such-bucket", 404, "PUT", "/v1/buckets/absent/objects/a", "x"),
            Bad.of("no-such-key", 404, "GET", OBJECT, ""),
            Bad.of("not-found", 404, "GET", "/v1/coupons", ""),
            Bad.of("method-not-allowed", 405, "POST", "/v1/buckets", ""),
            Bad.of("bucket-exists", 409, "PUT", "/v1/buckets/photos", "{\"durability\":\"memory\"}"),
            Bad.of("precondition-failed", 412, "PUT", OBJECT, "x", "If-Match", "*"),
            Bad.of("precondition-failed", 412, "PUT", OBJECT, "x", "X-Hayloft-If-Version", "7"),
            Bad.of("precondition-failed", 412, "DELETE", OBJECT, "", "If-Match", "\"x\""),
            Bad.of("unsupported-media-type", 415, "PUT", "/v1/buckets/other", "{}", "Content-Type", "text/plain"));

    @Test
    void badInput_ofEveryKind_hasItsProblemAndLeavesNothing() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            calls.makeBucket("photos");
            for (int round = 0; round < ROUNDS; round++) {
                for (Bad bad : TABLE) {
                    assertProblem(send(calls, bad), bad.code(), bad.status());
                }
            }
            HttpCalls stranger = new HttpCalls(server.api(), "AAAAAAAAAAAAAAAAAAAA", "wrong");
            assertProblem(stranger.get("/v1/buckets"), "unauthenticated", 401);
            assertThat(HttpCalls.text(calls.get("/v1/buckets/photos/objects"))).startsWith("{\"objects\":[]");
            assertThat(HttpCalls.text(calls.get("/v1/buckets"))).doesNotContain("\"other\"");
            server.stopCleanly();
        }
    }

    @Test
    void quotas_areHeldAndLifted() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            byte[] quota = "{\"quotaObjects\":1}".getBytes(StandardCharsets.UTF_8);
            assertThat(calls.put("/v1/buckets/photos", quota).statusCode()).isEqualTo(201);
            assertThat(calls.put(OBJECT, new byte[1]).statusCode()).isEqualTo(201);
            assertProblem(calls.put(OBJECT + "b", new byte[1]), "quota-exceeded", 507);
            byte[] bytes = "{\"quotaObjects\":null,\"quotaBytes\":3}".getBytes(StandardCharsets.UTF_8);
            assertThat(calls.send("PATCH", "/v1/buckets/photos", bytes).statusCode())
                    .isEqualTo(200);
            assertProblem(calls.put(OBJECT + "b", new byte[3]), "quota-exceeded", 507);
            assertThat(calls.put(OBJECT + "b", new byte[2]).statusCode()).isEqualTo(201);
            server.stopCleanly();
        }
    }

    private static HttpResponse<byte[]> send(HttpCalls calls, Bad bad) throws IOException {
        byte[] body = bad.body().getBytes(StandardCharsets.UTF_8);
        return calls.send(bad.method(), bad.path(), body, bad.headers().toArray(String[]::new));
    }

    private static void assertProblem(HttpResponse<byte[]> answer, String code, int status) {
        String body = HttpCalls.text(answer);
        assertThat(body).contains("\"urn:hayloft:problem:" + code + "\"");
        assertThat(answer.statusCode()).as(body).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        String id = answer.headers().firstValue("x-request-id").orElseThrow();
        assertThat(body).contains("\"instance\":\"" + id + "\"");
    }

    @Test
    void compareAndSet_fromManyClients_losesNoIncrement() throws Exception {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            calls.makeBucket("photos");
            calls.put(OBJECT, "0".getBytes(StandardCharsets.UTF_8));
            ExecutorService clients = Executors.newFixedThreadPool(5);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int client = 0; client < 5; client++) {
                    all.add(clients.submit(() -> increment(server.calls(), 30)));
                }
                for (Future<?> client : all) {
                    client.get();
                }
            } catch (ExecutionException failed) {
                throw new AssertionError(failed.getCause());
            } finally {
                clients.shutdownNow();
            }
            assertThat(HttpCalls.text(calls.get(OBJECT))).isEqualTo("150");
            server.stopCleanly();
        }
    }

    private static int increment(HttpCalls calls, int times) throws IOException {
        int done = 0;
        while (done < times) {
            HttpResponse<byte[]> now = calls.get(OBJECT);
            String next = Integer.toString(Integer.parseInt(HttpCalls.text(now)) + 1);
            String version = now.headers().firstValue("x-hayloft-version").orElseThrow();
            int status = calls.put(OBJECT, next.getBytes(StandardCharsets.UTF_8), "X-Hayloft-If-Version", version)
                    .statusCode();
            assertThat(status).isIn(200, 412);
            done += status == 200 ? 1 : 0;
        }
        return done;
    }
}
