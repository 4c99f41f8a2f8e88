package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.Wire.Answer;
import dev.hayloft.api.http.Json;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signed links, and what the audit log says. */
class LinksTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("limits.failedLogins=5");
        server.bucket("photos");
        server.call("PUT", "/v1/buckets/photos/objects/a/%C3%BC%20b", "", "hay");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode json(Answer answer) {
        return Json.parse(ByteBuffer.wrap(answer.body().getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static Answer wish(String body) {
        byte[] utf8 = body.getBytes(StandardCharsets.UTF_8);
        return server.call("POST", "/v1/links", "", new String(utf8, StandardCharsets.ISO_8859_1));
    }

    private static String target(String method, String key) {
        Answer made =
                wish("{\"method\":\"" + method + "\",\"bucket\":\"photos\",\"key\":\"" + key + "\",\"expiresIn\":60}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        URI url = URI.create(json(made).path("url").asText());
        assertThat(url.getAuthority()).isEqualTo("x");
        return url.getRawPath() + "?" + url.getRawQuery();
    }

    /** Without any key. */
    private static Answer open(String method, String target, String body) {
        String length = method.equals("PUT") ? "Content-Length: " + body.length() + "\r\n" : "";
        try (Wire wire = new Wire(server.http())) {
            return wire.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + length + "\r\n" + body)
                    .answer(method);
        }
    }

    @Test
    void link_allowsItsMethodOnItsObject_andNothingElse() {
        String get = target("GET", "a/ü b");
        assertThat(open("GET", get, "").body()).isEqualTo("hay");
        assertThat(open("HEAD", get, "").status()).isEqualTo(200);
        assertThat(open("PUT", get, "x").status()).isEqualTo(401);
        assertThat(open("DELETE", get, "").status()).isEqualTo(401);
        assertThat(open("GET", get + "&versions", "").status()).isEqualTo(401);
        assertThat(open("GET", get + "&version=1", "").status()).isEqualTo(401);
        assertThat(open("GET", get.replace("/objects/a/", "/objects/b/"), "").status())
                .isEqualTo(401);
        assertThat(open("GET", get.replaceFirst("hayloft-expires=\\d", "hayloft-expires=9"), "")
                        .status())
                .isEqualTo(401);
        String put = target("PUT", "new");
        assertThat(open("PUT", put, "made").status()).isEqualTo(201);
        assertThat(open("GET", put, "").status()).isEqualTo(401);
        assertThat(server.call("GET", "/v1/buckets/photos/objects/new").body()).isEqualTo("made");
    }

    @Test
    void link_diesWithItsKey_andNeedsTheGrant() {
        JsonNode ann = json(server.callAdmin(
                "POST",
                "/api/users",
                "",
                "{\"name\":\"ann\",\"grants\":[{\"bucket\":\"photos\",\"access\":[\"read\"]}]}"));
        String pair =
                ann.path("accessKey").asText() + ":" + ann.path("secretKey").asText();
        String line = "Authorization: Basic "
                + java.util.Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)) + "\r\n";
        String body = "{\"method\":\"GET\",\"bucket\":\"photos\",\"key\":\"a/\u00fc b\"}";
        byte[] utf8 = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST /v1/links HTTP/1.1\r\nHost: x\r\n" + line;
        JsonNode link;
        try (Wire wire = new Wire(server.http())) {
            wire.send(head + "Content-Length: " + utf8.length + "\r\n\r\n").send(utf8);
            link = json(wire.answer("POST"));
            String put = body.replace("GET", "PUT");
            byte[] putUtf8 = put.getBytes(StandardCharsets.UTF_8);
            wire.send(head + "Content-Length: " + putUtf8.length + "\r\n\r\n").send(putUtf8);
            assertThat(wire.answer("POST").status()).isEqualTo(403);
        }
        URI url = URI.create(link.path("url").asText());
        String target = url.getRawPath() + "?" + url.getRawQuery();
        assertThat(open("GET", target, "").body()).isEqualTo("hay");
        server.callAdmin("PATCH", "/api/users/ann", "", "{\"grants\":[]}");
        assertThat(open("GET", target, "").status()).isEqualTo(403);
        server.callAdmin("DELETE", "/api/users/ann", "", "");
        assertThat(open("GET", target, "").status()).isEqualTo(401);
    }

    @Test
    void wishes_thatCannotBe_areRefused() {
        for (String body : new String[] {
            "{}",
            "{\"method\":\"DELETE\",\"bucket\":\"photos\",\"key\":\"a\"}",
            "{\"method\":\"GET\",\"bucket\":\"photos\",\"key\":\"a\",\"expiresIn\":0}",
            "{\"method\":\"GET\",\"bucket\":\"photos\",\"key\":\"a\",\"expiresIn\":604801}",
            "{\"method\":\"GET\",\"bucket\":\"X\",\"key\":\"a\"}",
            "{\"method\":\"GET\",\"bucket\":\"photos\",\"key\":\"\"}",
            "{\"method\":\"PUT\",\"bucket\":\"photos\",\"key\":\"a\",\"version\":\"1\"}",
            "{\"method\":\"GET\",\"bucket\":\"photos\",\"key\":\"a\",\"color\":1}"
        }) {
            assertThat(wish(body).status()).as(body).isEqualTo(400);
        }
    }

    @Test
    void audit_hasRefusalsAndWhatOperatorsDo_withoutSecrets() {
        server.callAdmin("POST", "/api/users", "", "{\"name\":\"eve\"}");
        server.callAdmin("DELETE", "/api/users/eve", "", "");
        String wrong = "Authorization: Basic QTpi\r\n";
        for (int i = 0; i < 7; i++) {
            try (Wire wire = new Wire(server.http())) {
                Answer answer = wire.send("GET /v1/buckets HTTP/1.1\r\nHost: x\r\n" + wrong + "\r\n")
                        .answer();
                assertThat(answer.status()).isEqualTo(i < 5 ? 401 : 429);
                if (i >= 5) {
                    assertThat(Integer.parseInt(answer.header("retry-after"))).isBetween(1, 60);
                    assertThat(answer.code()).isEqualTo("too-many-requests");
                }
            }
        }
        assertThat(server.call("GET", "/v1/buckets").status()).isEqualTo(200);
        String log = server.callAdmin("GET", "/api/audit?limit=50", "", "").body();
        assertThat(log)
                .contains("\"outcome\":\"refused\",\"status\":401,\"method\":\"GET\",\"path\":\"/v1/buckets\"")
                .contains("\"status\":429")
                .contains("\"method\":\"DELETE\",\"path\":\"/api/users/eve\",\"user\":\"root\"")
                .contains("\"method\":\"PUT\",\"path\":\"/v1/buckets/photos\"")
                .doesNotContain("hayloft-signature");
        assertThat(server.callAdmin("GET", "/api/audit?limit=1001", "", "").status())
                .isEqualTo(400);
    }

    @Test
    void audit_hasTasks_withWhatCameOfThem() {
        assertThat(server.callAdmin("POST", "/tasks/gc", "", "").status()).isEqualTo(200);
        assertThat(server.callAdmin("POST", "/tasks/none", "", "").status()).isEqualTo(404);
        // Servlets say that they are done a moment after their answer has gone.
        Awaitility.await().untilAsserted(() -> assertThat(
                        server.callAdmin("GET", "/api/audit?limit=50", "", "").body())
                .contains("\"outcome\":\"done\",\"status\":200,\"method\":\"POST\",\"path\":\"/tasks/gc\"")
                .contains("\"status\":404,\"method\":\"POST\",\"path\":\"/tasks/none\",\"user\":\"root\""));
    }
}
