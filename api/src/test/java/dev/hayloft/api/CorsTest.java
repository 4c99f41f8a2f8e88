package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.Wire.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser hears when a page of another origin asks. */
class CorsTest {
    private static final String OBJECT = "/v1/buckets/photos/objects/a";
    private static final String PAGE = "Origin: https://app.example\r\n";
    private static final String RULES = "{\"cors\":["
            + "{\"origins\":[\"https://app.example\"],\"methods\":[\"GET\",\"PUT\"],"
            + "\"headers\":[\"Authorization\",\"X-Hayloft-Meta-*\"],\"expose\":[\"ETag\",\"X-Hayloft-Version\"],"
            + "\"credentials\":true,\"maxAge\":600},"
            + "{\"origins\":[\"https://*.other.example\",\"http://localhost:3000\"],\"methods\":[\"GET\"]},"
            + "{\"origins\":[\"*\"],\"methods\":[\"HEAD\"],\"headers\":[\"*\"]}]}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
        server.bucket("photos");
        server.bucket("plain");
        server.call("PUT", OBJECT, "", "hay");
        Answer set = server.call("PATCH", "/v1/buckets/photos", "", RULES);
        assertThat(set.status()).as(set.body()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A browser's question beforehand carries no key. */
    private static Answer preflight(String path, String headers) {
        return open(server.http(), path, headers);
    }

    private static Answer open(String url, String path, String headers) {
        try (Wire wire = new Wire(url)) {
            return wire.send("OPTIONS " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n")
                    .answer("OPTIONS");
        }
    }

    private static String asks(String method) {
        return "Access-Control-Request-Method: " + method + "\r\n";
    }

    @Test
    void preflight_ofAnAllowedRequest_saysWhatMayBeSent() {
        Answer answer = preflight(
                OBJECT, PAGE + asks("PUT") + "Access-Control-Request-Headers: authorization, x-hayloft-meta-place\r\n");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://app.example");
        assertThat(answer.header("access-control-allow-methods")).isEqualTo("GET, PUT");
        assertThat(answer.header("access-control-allow-headers")).isEqualTo("authorization, x-hayloft-meta-place");
        assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(answer.header("access-control-max-age")).isEqualTo("600");
        assertThat(answer.header("vary")).startsWith("Origin");
        Answer any = preflight(
                "/v1/buckets/photos",
                "Origin: https://who.example\r\n" + asks("HEAD") + "Access-Control-Request-Headers: x-any\r\n");
        assertThat(any.status()).isEqualTo(204);
        assertThat(any.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(any.header("access-control-allow-credentials")).isEmpty();
        Answer pattern = preflight(OBJECT, "Origin: https://a.b.other.example\r\n" + asks("GET"));
        assertThat(pattern.header("access-control-allow-origin")).isEqualTo("https://a.b.other.example");
    }

    @Test
    void preflight_ofWhatNoRuleAllows_isForbidden() {
        for (String refused : new String[] {
            PAGE + asks("DELETE"),
            PAGE + asks("PUT") + "Access-Control-Request-Headers: x-other\r\n",
            "Origin: https://app.example.evil\r\n" + asks("GET"),
            "Origin: https://other.example\r\n" + asks("GET"),
            "Origin: http://localhost:3001\r\n" + asks("GET"),
        }) {
            Answer answer = preflight(OBJECT, refused);
            assertThat(answer.status()).as(refused).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("forbidden");
            assertThat(answer.header("access-control-allow-origin")).isEmpty();
        }
        for (String bucket : new String[] {"plain", "not-there", "NoName"}) {
            Answer answer = preflight("/v1/buckets/" + bucket + "/objects/a", PAGE + asks("GET"));
            assertThat(answer.status()).as(bucket).isEqualTo(403);
        }
    }

    @Test
    void options_thatAskNothing_areNoMethod() {
        assertThat(preflight(OBJECT, "").status()).isEqualTo(405);
        assertThat(preflight(OBJECT, PAGE).status()).isEqualTo(405);
        assertThat(preflight("/v1/buckets", PAGE + asks("GET")).status()).isEqualTo(405);
    }

    @Test
    void consolesPort_answersNoPageOfAnotherOrigin() {
        assertThat(open(server.admin(), OBJECT, PAGE + asks("GET")).status()).isEqualTo(405);
        Answer answer = server.callAdmin("GET", OBJECT, PAGE, "");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("access-control-allow-origin")).isEmpty();
    }

    @Test
    void answers_areReadableByAllowedPages_problemsToo() {
        Answer got = server.call("GET", OBJECT, PAGE, "");
        assertThat(got.body()).isEqualTo("hay");
        assertThat(got.header("access-control-allow-origin")).isEqualTo("https://app.example");
        assertThat(got.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(got.header("access-control-expose-headers")).isEqualTo("ETag, X-Hayloft-Version");
        assertThat(got.header("vary")).isEqualTo("Origin");
        Answer missing = server.call("GET", OBJECT + "-not", PAGE, "");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.header("access-control-allow-origin")).isEqualTo("https://app.example");
        try (Wire wire = new Wire(server.http())) {
            Answer unknown = wire.send("GET " + OBJECT + " HTTP/1.1\r\nHost: x\r\n" + PAGE + "\r\n")
                    .answer();
            assertThat(unknown.status()).isEqualTo(401);
            assertThat(unknown.header("access-control-allow-origin")).isEqualTo("https://app.example");
        }
        Answer listing = server.call("GET", "/v1/buckets/photos/objects", PAGE, "");
        assertThat(listing.header("access-control-allow-origin")).isEqualTo("https://app.example");
    }

    @Test
    void answers_toOtherPages_carryNoLeave_butVary() {
        Answer other = server.call("GET", OBJECT, "Origin: https://evil.example\r\n", "");
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.header("access-control-allow-origin")).isEmpty();
        assertThat(other.header("vary")).isEqualTo("Origin");
        assertThat(server.call("GET", OBJECT).header("vary")).isEqualTo("Origin");
        assertThat(server.call("GET", "/v1/buckets/plain/objects", PAGE, "").header("vary"))
                .isEmpty();
    }

    @Test
    void rules_areShownWithTheBucket_andGoWithNull() {
        server.bucket("shown");
        assertThat(server.call("GET", "/v1/buckets/shown").body()).doesNotContain("cors");
        String rule = "{\"cors\":[{\"origins\":[\"*\"],\"methods\":[\"GET\"]}]}";
        assertThat(server.call("PATCH", "/v1/buckets/shown", "", rule).body())
                .contains("\"cors\":[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"headers\":[],\"expose\":[],"
                        + "\"credentials\":false,\"maxAge\":null}]");
        assertThat(server.call("PUT", "/v1/buckets/shown", "", rule).status()).isEqualTo(200);
        assertThat(server.call("PATCH", "/v1/buckets/shown", "", "{\"readOnly\":true}")
                        .body())
                .contains("\"cors\"");
        assertThat(server.call("PATCH", "/v1/buckets/shown", "", "{\"cors\":null}")
                        .body())
                .doesNotContain("cors");
        assertThat(preflight("/v1/buckets/shown/objects/a", PAGE + asks("GET")).status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"https://app.example\"",
                "{}",
                "[1]",
                "[{\"origins\":[\"*\"]}]",
                "[{\"origins\":[],\"methods\":[\"GET\"]}]",
                "[{\"origins\":[\"app.example\"],\"methods\":[\"GET\"]}]",
                "[{\"origins\":[\"https://app.example/\"],\"methods\":[\"GET\"]}]",
                "[{\"origins\":[\"https://*.*.example\"],\"methods\":[\"GET\"]}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"get\"]}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"credentials\":true}]",
                "[{\"origins\":[\"https://*\"],\"methods\":[\"GET\"],\"credentials\":true}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"headers\":[\"a b\"]}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"expose\":[\"a\\r\\nb\"]}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"maxAge\":86401}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"maxAge\":-1}]",
                "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"other\":1}]"
            })
    void rules_thatMakeNoSense_areBadParameters(String rules) {
        Answer answer = server.call("PATCH", "/v1/buckets/plain", "", "{\"cors\":" + rules + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("bad-parameter");
        assertThat(answer.body()).contains("cors");
    }

    @Test
    void rulesAndNames_haveABound() {
        String rule = "{\"origins\":[\"*\"],\"methods\":[\"GET\"]}";
        assertThat(set(rule + ("," + rule).repeat(15))).isEqualTo(200);
        assertThat(set(rule + ("," + rule).repeat(16))).isEqualTo(400);
        String name = "\"x\"";
        String many = "{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"headers\":[" + name;
        assertThat(set(many + ("," + name).repeat(31) + "]}")).isEqualTo(200);
        assertThat(set(many + ("," + name).repeat(32) + "]}")).isEqualTo(400);
    }

    private static int set(String rules) {
        server.bucket("bounds");
        return server.call("PATCH", "/v1/buckets/bounds", "", "{\"cors\":[" + rules + "]}")
                .status();
    }
}
