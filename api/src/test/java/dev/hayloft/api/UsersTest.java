package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.Wire.Answer;
import dev.hayloft.api.http.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users, keys, grants and tokens over HTTP. */
class UsersTest extends ServerCase {
    private static final String OBJECT = "/v1/buckets/photos/objects/a";

    @BeforeEach
    void empty() {
        server.bucket("photos");
        server.bucket("photos-2");
        server.bucket("diary");
        json(server.callAdmin("GET", "/api/users", "", "")).path("users").forEach(user -> {
            server.callAdmin("DELETE", "/api/users/" + user.path("name").asText(), "", "");
        });
    }

    private static JsonNode json(Answer answer) {
        return Json.parse(ByteBuffer.wrap(answer.body().getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Makes a user and answers an authorization line of the first key. */
    private static String user(String name, String grants) {
        return line(json(post("/api/users", "{\"name\":\"" + name + "\",\"grants\":" + grants + "}", 201)));
    }

    private static Answer post(String path, String body, int status) {
        Answer answer = server.callAdmin("POST", path, "", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        return answer;
    }

    private static String line(JsonNode made) {
        String pair =
                made.path("accessKey").asText() + ":" + made.path("secretKey").asText();
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    }

    private static Answer as(String line, String method, String path, String body) {
        return on(server.http(), line, method, path, body);
    }

    private static Answer on(String url, String line, String method, String path, String body) {
        String length = method.startsWith("P") ? "Content-Length: " + body.length() + "\r\n" : "";
        try (Wire wire = new Wire(url)) {
            return wire.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + line + length + "\r\n" + body)
                    .answer(method);
        }
    }

    @Test
    void user_fromMakingToDeleting_hasTheContractsShape() {
        Answer made = post(
                "/api/users",
                "{\"name\":\"ann\",\"grants\":[{\"bucket\":\"photos*\",\"access\":[\"read\",\"write\"]}]}",
                201);
        assertThat(made.header("location")).isEqualTo("/api/users/ann");
        JsonNode ann = json(made);
        assertThat(ann.path("name").asText()).isEqualTo("ann");
        assertThat(ann.path("createdAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(ann.path("grants")).hasToString("[{\"bucket\":\"photos*\",\"access\":[\"read\",\"write\"]}]");
        assertThat(ann.path("accessKey").asText()).matches("[A-Z0-9]{20}");
        assertThat(Base64.getUrlDecoder().decode(ann.path("secretKey").asText()))
                .hasSize(32);
        assertThat(ann.path("keys").get(0).path("accessKey")).isEqualTo(ann.path("accessKey"));
        assertThat(ann.path("keys").get(0).path("lastUsedAt").isNull()).isTrue();
        post("/api/users", "{\"name\":\"ann\"}", 409);
        post("/api/users", "{\"name\":\"root\"}", 409);
        assertThat(as(line(ann), "PUT", OBJECT, "x").status()).isEqualTo(201);
        JsonNode seen = json(server.callAdmin("GET", "/api/users/ann", "", ""));
        assertThat(seen.has("secretKey")).isFalse();
        assertThat(seen.path("keys").get(0).path("lastUsedAt").isTextual()).isTrue();
        JsonNode all = json(server.callAdmin("GET", "/api/users", "", ""));
        assertThat(all.path("users").get(0)).isEqualTo(seen);
        assertThat(all.path("next").isNull()).isTrue();
        assertThat(server.callAdmin("DELETE", "/api/users/ann", "", "").status())
                .isEqualTo(204);
        assertThat(as(line(ann), "PUT", OBJECT, "x").status()).isEqualTo(401);
        assertThat(json(server.callAdmin("GET", "/api/users", "", "")).path("users"))
                .isEmpty();
    }

    @Test
    void noSuchUser() {
        for (String[] call : new String[][] {
            {"GET", "/api/users/nobody", ""},
            {"PATCH", "/api/users/nobody", "{\"grants\":[]}"},
            {"DELETE", "/api/users/nobody", ""},
            {"POST", "/api/users/nobody/keys", ""},
            {"DELETE", "/api/users/nobody/keys/K", ""},
            {"GET", "/api/users/root", ""}
        }) {
            Answer answer = server.callAdmin(call[0], call[1], "", call[2]);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("no-such-user");
        }
        user("ann", "[]");
        assertThat(server.callAdmin("DELETE", "/api/users/ann/keys/K", "", "").code())
                .isEqualTo("not-found");
        assertThat(server.call("GET", "/api/users").code()).isEqualTo("not-found");
        assertThat(server.callAdmin("GET", "/api/users/ann/keys", "", "").code())
                .isEqualTo("method-not-allowed");
        assertThat(server.callAdmin("GET", "/api/users/ann/key", "", "").code()).isEqualTo("not-found");
        assertThat(server.callAdmin("DELETE", "/api/users/ann/keys/a/b", "", "").code())
                .isEqualTo("not-found");
    }

    @Test
    void keys_areRotatedWithoutAGap() {
        String first = user("ann", "[{\"bucket\":\"photos\",\"access\":[\"admin\"]}]");
        JsonNode second = json(post("/api/users/ann/keys", "", 201));
        assertThat(second.size()).isEqualTo(2);
        assertThat(as(first, "GET", "/v1/buckets/photos", "").status()).isEqualTo(200);
        assertThat(as(line(second), "GET", "/v1/buckets/photos", "").status()).isEqualTo(200);
        JsonNode keys = json(server.callAdmin("GET", "/api/users/ann", "", "")).path("keys");
        String old = keys.get(0).path("accessKey").asText();
        assertThat(keys.get(1).path("accessKey")).isEqualTo(second.path("accessKey"));
        assertThat(server.callAdmin("DELETE", "/api/users/ann/keys/" + old, "", "")
                        .status())
                .isEqualTo(204);
        assertThat(as(first, "GET", "/v1/buckets/photos", "").status()).isEqualTo(401);
        assertThat(as(line(second), "GET", "/v1/buckets/photos", "").status()).isEqualTo(200);
    }

    @Test
    void forbidden() {
        String reader = user("reader", "[{\"bucket\":\"photos\",\"access\":[\"read\"]}]");
        String writer = user("writer", "[{\"bucket\":\"photos*\",\"access\":[\"write\"]}]");
        String owner = user("owner", "[{\"bucket\":\"photos\",\"access\":[\"admin\"]}]");
        String nobody = user("nobody", "[]");
        server.call("PUT", OBJECT, "", "x");
        String[][] calls = { // method, path, body, status for reader, writer, owner
            {"GET", OBJECT, "", "200", "403", "200"},
            {"HEAD", OBJECT, "", "200", "403", "200"},
            {"GET", "/v1/buckets/photos/objects", "", "200", "403", "200"},
            {"GET", "/v1/buckets/photos", "", "200", "403", "200"},
            {"PUT", OBJECT, "y", "403", "200", "200"},
            {"PATCH", "/v1/buckets/photos", "{}", "403", "403", "200"},
            {"PUT", "/v1/buckets/photos", "", "403", "403", "200"},
            {"DELETE", OBJECT, "", "403", "204", "204"},
            {"GET", "/v1/buckets/photos-9/objects/a", "", "403", "403", "403"},
            {"PUT", "/v1/buckets/photos-9/objects/a", "", "403", "404", "403"},
            {"GET", "/v1/buckets/photos-2/objects", "", "403", "403", "403"},
            {"PUT", "/v1/buckets/brand-new", "", "403", "403", "403"},
            {"GET", "/v1/buckets/photos/objects?wrong=1", "", "400", "400", "400"},
            {"PUT", "/v1/buckets/X/objects/a", "", "400", "400", "400"},
            {"GET", "/api/status", "", "403", "403", "403"},
            {"GET", "/api/users", "", "403", "403", "403"},
            {"POST", "/tasks/gc", "", "403", "403", "403"},
            {"POST", "/tasks/compact?all=true", "", "403", "403", "403"},
            {"POST", "/tasks/rebuild-index", "", "403", "403", "403"},
            {"DELETE", "/v1/buckets/photos", "", "403", "403", "204"},
        };
        for (String[] call : calls) {
            String url = call[1].startsWith("/v1") ? server.http() : server.admin();
            String[] lines = {reader, writer, owner};
            for (int i = 0; i < lines.length; i++) {
                Answer answer = on(url, lines[i], call[0], call[1], call[2]);
                assertThat(answer.status())
                        .as(String.join(" ", call) + " " + i)
                        .isEqualTo(Integer.parseInt(call[3 + i]));
                if (answer.status() == 403 && !call[0].equals("HEAD")) {
                    assertThat(answer.code()).isEqualTo("forbidden");
                }
            }
            int status = on(url, nobody, call[0], call[1], call[2]).status();
            assertThat(status).as(call[1]).isEqualTo(call[3].equals("400") ? 400 : 403);
        }
    }

    @Test
    void buckets_listed_areThoseTheKeyMayRead() {
        String ann = user(
                "ann",
                "[{\"bucket\":\"photos*\",\"access\":[\"read\"]},{\"bucket\":\"diary\",\"access\":[\"write\"]}]");
        String body = as(ann, "GET", "/v1/buckets", "").body();
        assertThat(body).contains("\"photos\"", "\"photos-2\"").doesNotContain("\"diary\"");
        server.callAdmin("PATCH", "/api/users/ann", "", "{\"grants\":[{\"bucket\":\"*\",\"access\":[\"read\"]}]}");
        assertThat(as(ann, "GET", "/v1/buckets", "").body()).contains("\"diary\"");
        server.callAdmin("PATCH", "/api/users/ann", "", "{\"grants\":null}");
        assertThat(as(ann, "GET", "/v1/buckets", "").body()).isEqualTo("{\"buckets\":[],\"next\":null}");
    }

    @Test
    void operator_byGrant_mayDoEverything() {
        String boss = user("boss", "[{\"bucket\":\"*\",\"access\":[\"admin\"]}]");
        assertThat(on(server.admin(), boss, "GET", "/api/users", "").status()).isEqualTo(200);
        assertThat(as(boss, "PUT", "/v1/buckets/fresh", "").status()).isEqualTo(201);
        assertThat(as(boss, "DELETE", "/v1/buckets/fresh", "").status()).isEqualTo(204);
        assertThat(on(server.admin(), boss, "POST", "/tasks/gc", "").status()).isEqualTo(200);
    }

    @Test
    void badParameter() {
        String[][] bad = {
            {"POST", "/api/users", "{}"},
            {"POST", "/api/users", "[]"},
            {"POST", "/api/users", "{\"name\":1}"},
            {"POST", "/api/users", "{\"name\":\"\"}"},
            {"POST", "/api/users", "{\"name\":\"a/b\"}"},
            {"POST", "/api/users", "{\"name\":\"" + "a".repeat(65) + "\"}"},
            {"POST", "/api/users", "{\"name\":\"x\",\"color\":1}"},
            {"POST", "/api/users", "{\"name\":\"x\",\"grants\":{}}"},
            {"POST", "/api/users", "{\"name\":\"x\",\"grants\":[{\"bucket\":\"photos\"}]}"},
            {"POST", "/api/users", "{\"name\":\"x\",\"grants\":[{\"bucket\":\"photos\",\"access\":[]}]}"},
            {"POST", "/api/users", "{\"name\":\"x\",\"grants\":[{\"bucket\":\"photos\",\"access\":[\"fly\"]}]}"},
            {"POST", "/api/users", "{\"name\":\"x\",\"grants\":[{\"bucket\":\"P\",\"access\":[\"read\"]}]}"},
            {"PATCH", "/api/users/ann", "{\"name\":\"bob\"}"},
            {"POST", "/api/users/ann/keys", "{\"x\":1}"},
            {"GET", "/api/users?x=1", ""},
            {"POST", "/v1/tokens", "{\"expiresIn\":59}"},
            {"POST", "/v1/tokens", "{\"expiresIn\":604801}"},
            {"POST", "/v1/tokens", "{\"expiresIn\":\"60\"}"},
            {"POST", "/v1/tokens", "{\"expiresIn\":60.5}"},
            {"POST", "/v1/tokens", "{\"forever\":true}"},
        };
        user("ann", "[]");
        for (String[] call : bad) {
            Answer answer = server.callAdmin(call[0], call[1], "", call[2]);
            assertThat(answer.status()).as(call[1] + call[2] + answer.body()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("bad-parameter");
        }
        assertThat(json(server.callAdmin("GET", "/api/users", "", "")).path("users"))
                .hasSize(1);
    }

    @Test
    void token_standsForItsKey_andDiesWithIt() {
        String ann = user("ann", "[{\"bucket\":\"photos\",\"access\":[\"read\"]}]");
        Answer made = as(ann, "POST", "/v1/tokens", "{\"expiresIn\":60}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(json(made).path("expiresAt").asText()).endsWith("Z");
        assertThat(as(ann, "POST", "/v1/tokens", "").status()).isEqualTo(201);
        String bearer = "Authorization: Bearer " + json(made).path("token").asText() + "\r\n";
        assertThat(as(bearer, "GET", "/v1/buckets/photos", "").status()).isEqualTo(200);
        assertThat(as(bearer, "PUT", OBJECT, "x").status()).isEqualTo(403);
        assertThat(as("", "POST", "/v1/tokens", "").status()).isEqualTo(401);
        JsonNode keys = json(server.callAdmin("GET", "/api/users/ann", "", "")).path("keys");
        server.callAdmin(
                "DELETE", "/api/users/ann/keys/" + keys.get(0).path("accessKey").asText(), "", "");
        Answer dead = as(bearer, "GET", "/v1/buckets/photos", "");
        assertThat(dead.status()).isEqualTo(401);
        assertThat(dead.header("www-authenticate")).startsWith("Basic");
    }
}
