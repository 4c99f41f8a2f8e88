package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.Wire.Answer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The CIAOS API as it was recorded, in both dialects. */
class CiaosTest extends ServerCase {
    private static final String VALUE = hex(
            "04000000eeffffff04000000010000000c000000000006000800040006000000040000000b00000068656c6c6f206369616f7300");
    private static final String TWO = hex("04000000d6ffffff04000000020000002400000004000000eaffffff0400000007000000"
            + "42424242424242000000060008000400060000000400000004000000" + "41414141");
    private static final String EMPTY_LIST = hex("0c0000000000060008000400060000000400000000000000");

    @BeforeEach
    void empty() {
        for (String bucket : new String[] {"ciaos-ann", "ciaos-ann-2"}) {
            server.call("DELETE", "/v1/buckets/" + bucket + "?force=true");
        }
    }

    private static String hex(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
    }

    /** One call as the client makes it, with the root key. */
    private static Answer ciaos(String method, String path, String headers, String body) {
        String length = method.equals("GET") ? "" : "Content-Length: " + body.length() + "\r\n";
        try (Wire wire = new Wire(server.ciaos())) {
            return wire.send(server.head(method, path, headers + length) + body).answer(method);
        }
    }

    private static Answer ann(String method, String path, String body) {
        return ciaos(method, path, "User: ann\r\n", body);
    }

    private static void assertAnswer(Answer answer, int status, String body, String type) {
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo(type);
        assertThat(answer.header("content-length")).isEqualTo(Integer.toString(body.length()));
        assertThat(answer.header("date")).isNotEmpty();
    }

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String OCTETS = "application/octet-stream";

    @Test
    void sevenCalls_answerAsRecorded() {
        assertAnswer(ann("POST", "/put/a", VALUE), 200, "Data uploaded successfully: key = a", "");
        assertAnswer(ann("GET", "/get/a", ""), 200, VALUE, OCTETS);
        assertAnswer(ann("POST", "/update/a", TWO), 200, "Data uploaded successfully: key = a", "");
        assertAnswer(ann("GET", "/get/a", ""), 200, TWO, OCTETS);
        assertAnswer(ann("POST", "/append/a", VALUE), 200, "Data appended successfully: key = a", "");
        assertThat(ann("GET", "/get/a", "").body()).contains("AAAA", "BBBBBBB", "hello ciaos");
        assertAnswer(ann("PUT", "/update_key/a/b", ""), 200, "Key updated successfully from a to b", "");
        assertThat(ann("GET", "/get/a", "").status()).isEqualTo(404);
        assertAnswer(ann("PUT", "/update_key/b/b", ""), 200, "Key updated successfully from b to b", "");
        assertAnswer(ann("DELETE", "/delete/b", ""), 200, "File deleted successfully: key = b", "");
        assertThat(server.store.openObjects).hasValue(0);
        assertThat(server.store.openUploads).hasValue(0);
    }

    @Test
    void secondDialect_answersAsItsServerDoes() {
        String headers = "User: ann\r\nBucket: default\r\n";
        assertAnswer(
                ciaos("POST", "/put/a", headers, VALUE),
                200,
                "Data uploaded successfully: key = a, bucket = default",
                "");
        assertThat(ann("GET", "/get/a", "").body()).isEqualTo(VALUE);
        assertAnswer(
                ciaos("PUT", "/update_key/a/b", headers, ""),
                200,
                "Key updated successfully from a to b in bucket default",
                "");
        assertAnswer(ciaos("POST", "/append/b", headers, VALUE), 200, "Data appended successfully: key = b", "");
        assertAnswer(
                ciaos("DELETE", "/delete/b", headers, ""),
                200,
                "File deleted successfully: key = b in bucket = default",
                "");
        Answer absent = ciaos("POST", "/update/b", headers, VALUE);
        assertAnswer(absent, 404, "No data found for key: b, The key does not exist in bucket: default", TEXT);
        assertThat(absent.header("connection")).isEmpty();
        ciaos("POST", "/put/a", "User: ann\r\nBucket: other\r\n", VALUE);
        assertThat(ann("GET", "/get/a", "").status()).isEqualTo(404);
        assertThat(server.call("GET", "/v1/buckets").body()).contains("ciaos-777ee274d453917ea59178c493f3b6cb");
    }

    @Test
    void refusals_areInTheRecordedWordsAndOrder() {
        ann("POST", "/put/here", VALUE);
        for (String[] wrong : new String[][] {
            {"GET", "/"},
            {"GET", "/put/a"},
            {"POST", "/get/a"},
            {"HEAD", "/get/here"},
            {"POST", "/put/"},
            {"POST", "/put/a/"},
            {"POST", "/put/a/b"},
            {"PUT", "/update_key/a"},
            {"PUT", "/update_key/a/"},
            {"PUT", "/update_key/a/b/c"},
            {"GET", "/v1/buckets"},
            {"GET", "/get"}
        }) {
            Answer answer = ciaos(wrong[0], wrong[1], "User: ann\r\n", "");
            assertThat(answer.status()).as(wrong[1]).isEqualTo(404);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.header("content-type")).isEmpty();
        }
        assertAnswer(ciaos("GET", "/get/here", "", ""), 400, "Missing User header", TEXT);
        assertAnswer(ciaos("GET", "/get/here", "User: \u00e4\r\n", ""), 400, "Invalid User header value", TEXT);
        Answer exists = ann("POST", "/put/here", VALUE);
        assertAnswer(exists, 400, "Key already exists", "");
        assertThat(exists.header("connection")).isEqualTo("close");
        String absent = "No data found for key: no, The key does not exist";
        assertAnswer(ann("GET", "/get/no", ""), 404, absent, TEXT);
        assertAnswer(ann("DELETE", "/delete/no", ""), 404, absent, TEXT);
        assertAnswer(ann("PUT", "/update_key/no/x", ""), 404, absent, TEXT);
        for (String path : new String[] {"/update/no", "/append/no"}) {
            assertAnswer(ann("POST", path, VALUE), 404, absent, TEXT);
            assertThat(ann("POST", path, VALUE).header("connection")).isEqualTo("close");
        }
        for (String path : new String[] {"/put/new", "/update/here", "/append/here"}) {
            assertAnswer(ann("POST", path, ""), 400, "No data was uploaded", "");
            assertAnswer(ann("POST", path, EMPTY_LIST), 400, "No data in data list", "");
            assertAnswer(ann("POST", path, "\0\0\0\0"), 400, "No files found in FlatBuffers data", TEXT);
            Answer bad = ann("POST", path, "ab");
            assertThat(bad.status()).isEqualTo(400);
            assertThat(bad.body()).startsWith("Failed to parse FlatBuffers data: RangeOutOfBounds { range: 0..4");
            assertThat(bad.header("content-type")).isEqualTo(TEXT);
        }
        ann("POST", "/put/there", VALUE);
        assertAnswer(
                ann("PUT", "/update_key/here/there", ""),
                500,
                "Failed to update key: UNIQUE constraint failed: haystack.user, haystack.key",
                "");
        assertThat(ann("GET", "/get/here", "").status()).isEqualTo(200);
        assertThat(ann("GET", "/get/new", "").status()).isEqualTo(404);
    }

    @Test
    void identity_isAskedForOnceTheRouteIsKnown() {
        String call = "GET /get/a HTTP/1.1\r\nHost: x\r\n";
        try (Wire wire = new Wire(server.ciaos())) {
            Answer answer = wire.send(call + "\r\n").answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).startsWith("Basic");
            String wrong = Base64.getEncoder().encodeToString("A:b".getBytes(StandardCharsets.US_ASCII));
            assertThat(wire.send(call + "User: ann\r\nAuthorization: Basic " + wrong + "\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(401);
            assertThat(wire.send("GET /got/a HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(404);
        }
        try (TestServer open = new TestServer("auth.mode=open");
                Wire wire = new Wire(open.ciaos())) {
            assertThat(wire.send(call + "User: ann\r\n\r\n").answer().status()).isEqualTo(404);
        }
        try (TestServer off = new TestServer("ciaos.port=-1")) {
            assertThat(off.hasCiaos()).isFalse();
            assertThat(off.callAdmin("GET", "/api/status", "", "").status()).isEqualTo(200);
        }
    }

    @Test
    void names_areKeys_whateverTheyHold() {
        Map<String, String> names = Map.of(
                "p%2Fq", "p/q",
                "%C3%BC", "\u00c3\u00bc",
                "..%2F..%2Fevil", "../../evil",
                "a%20b+c", "a b+c");
        names.forEach((path, text) -> {
            assertThat(ann("POST", "/put/" + path + "?x=1", VALUE).body())
                    .isEqualTo("Data uploaded successfully: key = " + text);
            assertThat(ann("GET", "/get/" + path, "").body()).isEqualTo(VALUE);
        });
        assertThat(server.call("GET", "/v1/buckets/ciaos-ann/objects/p%2Fq").body())
                .isEqualTo("hello ciaos");
        String longName = "k".repeat(3000);
        assertThat(ann("POST", "/put/" + longName, VALUE).body()).endsWith(longName);
        assertThat(ann("GET", "/get/" + longName, "").body()).isEqualTo(VALUE);
        assertThat(server.call("GET", "/v1/buckets/ciaos-ann/objects?prefix=~").body())
                .contains("\"~1e668e6b850b1eb4bb89dc81d727b07b973d7d19e8fc87bcc55ab21c0a88da7a");
        assertThat(ann("GET", "/get/%zz", "").status()).isEqualTo(400);
        assertThat(ann("GET", "/get/%ff", "").status()).isEqualTo(400);
    }

    @Test
    void users_areBuckets_andNeverPaths() {
        for (String user :
                new String[] {"../evil", "a/b", "", "UPPER", "x".repeat(300), "0123456789abcdef0123456789abcdef"}) {
            assertThat(ciaos("POST", "/put/k", "User: " + user + "\r\n", VALUE).status())
                    .as(user)
                    .isEqualTo(200);
            assertThat(ciaos("GET", "/get/k", "User: " + user + "\r\n", "").body())
                    .as(user)
                    .isEqualTo(VALUE);
        }
        assertThat(server.call("GET", "/v1/buckets").body().split("\"name\":\"ciaos-[0-9a-f]{32}\"", -1))
                .hasSizeGreaterThan(6);
        assertThat(ann("GET", "/get/k", "").status()).isEqualTo(404);
    }

    @Test
    void values_areObjectsToTheOtherDoors_andObjectsAreValues() {
        ann("POST", "/put/two", TWO);
        Answer object = server.call("GET", "/v1/buckets/ciaos-ann/objects/two");
        assertThat(object.body()).isEqualTo("AAAABBBBBBB");
        assertThat(object.headers().keySet()).noneMatch(name -> name.contains("ciaos"));
        assertThat(server.call("GET", "/v1/buckets/ciaos-ann/objects?metadata=true")
                        .body())
                .contains("\"metadata\":{}");
        server.call("PUT", "/v1/buckets/ciaos-ann/objects/one", "", "hello ciaos");
        assertThat(ann("GET", "/get/one", "").body()).isEqualTo(VALUE);
        server.call("PUT", "/v1/buckets/ciaos-ann/objects/two", "", "hello ciaos");
        assertThat(ann("GET", "/get/two", "").body()).isEqualTo(VALUE);
    }

    @Test
    void largeValues_goThroughAFile_andComeBackTheSame() {
        for (int size : new int[] {1 << 20, (1 << 20) - 40, (1 << 20) + 1, (5 << 20) + 3}) {
            String blob = blob(size);
            ann("DELETE", "/delete/big", "");
            assertThat(ann("POST", "/put/big", blob).status()).isEqualTo(200);
            assertThat(ann("GET", "/get/big", "").body()).isEqualTo(blob);
        }
        assertThat(ann("POST", "/append/big", VALUE).status()).isEqualTo(200);
        String both = ann("GET", "/get/big", "").body();
        assertThat(both).hasSizeGreaterThan(5 << 20).contains("hello ciaos");
        assertThat(server.data().resolve("spool")).isEmptyDirectory();
        assertThat(server.store.openUploads).hasValue(0);
    }

    @Test
    void chunkedBodies_areTaken() {
        String chunked = "Transfer-Encoding: chunked\r\nUser: ann\r\n";
        String size = Integer.toHexString(VALUE.length());
        try (Wire wire = new Wire(server.ciaos())) {
            assertThat(wire.send(server.head("POST", "/put/chunked", chunked) + size + "\r\n" + VALUE + "\r\n0\r\n\r\n")
                            .answer("POST")
                            .status())
                    .isEqualTo(200);
            assertThat(wire.send(server.head("POST", "/update/chunked", chunked) + "0\r\n\r\n")
                            .answer("POST")
                            .body())
                    .isEqualTo("No data was uploaded");
        }
        assertThat(ann("GET", "/get/chunked", "").body()).isEqualTo(VALUE);
    }

    /** A value of one blob of this size. */
    private static String blob(int size) {
        ByteBuffer value = ByteBuffer.allocate(40 + (size + 3) / 4 * 4).order(ByteOrder.LITTLE_ENDIAN);
        value.put(VALUE.substring(0, 36).getBytes(StandardCharsets.ISO_8859_1)).putInt(size);
        for (int i = 0; i < size; i++) {
            value.put((byte) (i * 31 + i / 1000));
        }
        return new String(value.array(), StandardCharsets.ISO_8859_1);
    }
}
