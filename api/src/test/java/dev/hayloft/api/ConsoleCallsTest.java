package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.Wire.Answer;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console's server side over the wire: files, sessions, what a session may not do. */
final class ConsoleCallsTest extends ServerCase {
    /** A call without the key, with these header lines. */
    private static Answer bare(String method, String path, String headers, String body) {
        String length = body.isEmpty() && !method.startsWith("P") ? "" : "Content-Length: " + body.length() + "\r\n";
        try (Wire wire = new Wire(server.admin())) {
            return wire.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + length + "\r\n" + body)
                    .answer(method);
        }
    }

    private static String cookie() {
        Answer begun = server.callAdmin("POST", "/api/session", "", "");
        assertThat(begun.status()).isEqualTo(201);
        String set = begun.header("Set-Cookie");
        assertThat(set).contains("HttpOnly").contains("SameSite=Strict").contains("Path=/");
        return "Cookie: " + set.substring(0, set.indexOf(';')) + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console", "/console/", "/console/index.html"})
    void page_withoutAKey_isServedUnderItsPolicy(String path) {
        Answer page = bare("GET", path, "", "");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'")
                .contains("frame-ancestors");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        Answer again = bare("GET", path, "If-None-Match: " + page.header("ETag") + "\r\n", "");
        assertThat(again.status()).isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/none.js", "/console/../api/status", "/console/%2e%2e/x.js", "/consoles"})
    void file_thatIsNone_isNotFound(String path) {
        assertThat(bare("GET", path, "", "").status()).isIn(401, 404);
    }

    @Test
    void session_begunWithAKey_reads() {
        String cookie = cookie();
        assertThat(bare("GET", "/api/status", cookie, "").status()).isEqualTo(200);
        assertThat(bare("GET", "/v1/buckets", cookie, "").status()).isEqualTo(200);
        assertThat(bare("GET", "/api/session", cookie, "").body()).contains("\"signedIn\":true");
    }

    @Test
    void session_inJson_beginsToo() {
        String[] pair = server.pair().split(":", 2);
        String json = "{\"accessKey\":\"" + pair[0] + "\",\"secretKey\":\"" + pair[1] + "\"}";
        Answer begun = bare("POST", "/api/session", "Content-Type: application/json\r\n", json);
        assertThat(begun.status()).isEqualTo(201);
        assertThat(begun.body()).contains("\"operator\":true").doesNotContain(pair[1]);
        Answer wrong = bare(
                "POST",
                "/api/session",
                "Content-Type: application/json\r\n",
                "{\"accessKey\":\"A\",\"secretKey\":\"b\"}");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(bare("POST", "/api/session", "", "").status()).isEqualTo(401);
    }

    @Test
    void session_thatChanges_needsTheHeaderOfThePage() {
        String cookie = cookie();
        Answer forged = bare("PUT", "/v1/buckets/forged", cookie, "");
        assertThat(forged.status()).isEqualTo(403);
        assertThat(forged.code()).isEqualTo("forbidden");
        assertThat(bare("POST", "/tasks/gc", cookie, "").status()).isEqualTo(403);
        Answer elsewhere =
                bare("PUT", "/v1/buckets/forged", cookie + "X-Hayloft-Csrf: 1\r\nSec-Fetch-Site: cross-site\r\n", "");
        assertThat(elsewhere.status()).isEqualTo(403);
        assertThat(server.call("GET", "/v1/buckets/forged").status()).isEqualTo(404);
        assertThat(bare("PUT", "/v1/buckets/own", cookie + "X-Hayloft-Csrf: 1\r\n", "")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void session_ended_isOver() {
        String cookie = cookie();
        assertThat(bare("DELETE", "/api/session", cookie, "").status()).isEqualTo(204);
        assertThat(bare("GET", "/api/status", cookie, "").status()).isEqualTo(401);
        assertThat(bare("GET", "/api/session", cookie, "").body()).contains("\"signedIn\":false");
    }

    @Test
    void session_onTheOtherPort_isNone() {
        try (Wire wire = new Wire(server.http())) {
            Answer answer = wire.send("GET /v1/buckets HTTP/1.1\r\nHost: x\r\n" + cookie() + "\r\n")
                    .answer("GET");
            assertThat(answer.status()).isEqualTo(401);
        }
    }

    @Test
    void refusal_ofThePage_bringsNoDialogOfTheBrowser() {
        assertThat(bare("GET", "/api/status", "", "").header("WWW-Authenticate"))
                .startsWith("Basic");
        assertThat(bare("GET", "/api/status", "X-Hayloft-Csrf: 1\r\n", "").header("WWW-Authenticate"))
                .startsWith("Session");
    }

    @Test
    void content_readThroughASession_runsNothing() {
        server.bucket("safe");
        server.call("PUT", "/v1/buckets/safe/objects/x.html", "Content-Type: text/html\r\n", "<script>1</script>");
        Answer page = bare("GET", "/v1/buckets/safe/objects/x.html", cookie(), "");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy").toLowerCase(Locale.ROOT))
                .startsWith("sandbox");
    }

    @Test
    void content_onThePortOfTheConsole_runsNothingWhoeverAsks() {
        server.bucket("safe");
        String place = "/v1/buckets/safe/objects/x.html";
        server.call("PUT", place, "Content-Type: text/html\r\n", "<script>1</script>");
        String wish = "{\"method\":\"GET\",\"bucket\":\"safe\",\"key\":\"x.html\",\"expiresIn\":60}";
        String made = server.call("POST", "/v1/links", "", wish).body();
        String link = made.substring(made.indexOf(place), made.indexOf('"', made.indexOf(place)));
        assertThat(bare("GET", link, "", "").body()).isEqualTo("<script>1</script>");
        for (Answer answer : List.of(
                bare("GET", link, "", ""),
                bare("HEAD", link, "", ""),
                bare("GET", link, "Range: bytes=0-1,4-5\r\n", ""),
                bare("GET", link, "Range: bytes=99-\r\n", ""),
                bare("GET", link + "x", "", ""),
                server.callAdmin("GET", place, "", ""),
                server.callAdmin("GET", place + "?version=1", "", ""),
                server.callAdmin("GET", "/v1/buckets/safe/objects", "", ""))) {
            assertThat(answer.header("Content-Security-Policy"))
                    .as(answer.toString())
                    .startsWith("sandbox");
        }
        assertThat(server.call("GET", place).headers()).doesNotContainKey("content-security-policy");
    }

    @Test
    void config_levelsThreads_areForOperators() {
        for (String path : new String[] {"/api/config", "/api/log-levels", "/api/threads", "/api/diagnostics"}) {
            assertThat(bare("GET", path, "", "").status()).as(path).isEqualTo(401);
            assertThat(server.callAdmin("GET", path, "", "").status()).as(path).isEqualTo(200);
            assertThat(server.callAdmin("DELETE", path, "", "").status())
                    .as(path)
                    .isEqualTo(405);
        }
        assertThat(server.callAdmin("GET", "/api/config", "", "").body())
                .contains("{\"name\":\"storage.volumeSize\",\"value\":\"1GiB\",\"default\":\"1GiB\"}")
                .doesNotContain(server.pair().split(":", 2)[1]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"logger\":\"dev.hayloft\",\"level\":\"loud\"}",
                "{\"logger\":\"no such name\",\"level\":\"info\"}",
                "{\"logger\":\"ROOT\",\"level\":null}",
                "{\"loggers\":\"ROOT\"}",
                "[]"
            })
    void level_thatThereCannotBe_isRefused(String json) {
        Answer answer = server.callAdmin("PUT", "/api/log-levels", "Content-Type: application/json\r\n", json);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("bad-parameter");
    }

    @Test
    void recording_startedAndFetched_isOneAtATime() {
        String json = "Content-Type: application/json\r\n";
        assertThat(server.callAdmin("POST", "/api/recordings", json, "{\"seconds\":0}")
                        .status())
                .isEqualTo(400);
        assertThat(server.callAdmin("GET", "/api/recordings/9", "", "").status())
                .isEqualTo(404);
        Answer begun = server.callAdmin("POST", "/api/recordings", json, "{\"seconds\":3600}");
        assertThat(begun.status()).isEqualTo(202);
        assertThat(server.callAdmin("POST", "/api/recordings", json, "{\"seconds\":5}")
                        .status())
                .isEqualTo(409);
        String place = begun.header("Location");
        assertThat(server.callAdmin("GET", place, "", "").body()).startsWith("FLR");
        assertThat(server.callAdmin("DELETE", place, "", "").status()).isEqualTo(204);
    }

    @Test
    void needles_ofAVolumeThatIsNone_areNotFound() {
        Answer answer = server.callAdmin("GET", "/api/volumes/9-9/needles", "", "");
        assertThat(answer.code()).isEqualTo("no-such-volume");
        assertThat(server.callAdmin("GET", "/api/volumes/0-0/needles?after=x", "", "")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void streams_thatFailBeforeTheyBegin_holdNoPermit() {
        try (TestServer narrow = new TestServer("limits.streams=1")) {
            narrow.call("PUT", "/v1/buckets/photos");
            String lines = "Accept: application/x-ndjson\r\n";
            for (int i = 0; i < 2; i++) {
                // The store behind this server keeps no versions, and says so by throwing.
                assertThat(narrow.call("GET", "/v1/buckets/photos/objects?versions=true", lines, "")
                                .status())
                        .isEqualTo(500);
            }
            narrow.store.refusal = Optional.of(new CapacityException(ErrorCode.UNAVAILABLE, "The store is closing."));
            for (int i = 0; i < 2; i++) {
                assertThat(narrow.callAdmin("GET", "/api/events", "", "").status())
                        .isEqualTo(503);
            }
            narrow.store.refusal = Optional.empty();
            assertThat(narrow.call("GET", "/v1/buckets/photos/objects", lines, "")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void events_listenedTo_tellTheStatus() {
        try (Wire wire = new Wire(server.admin())) {
            wire.send(server.head("GET", "/api/events", ""));
            assertThat(wire.until("event: figures")).contains("text/event-stream");
            assertThat(wire.until("\"incarnation\"")).contains("data: {\"version\"");
            assertThat(wire.until("\"getP99Micros\":["))
                    .contains("event: history")
                    .contains("\"puts\":[");
        }
    }
}
