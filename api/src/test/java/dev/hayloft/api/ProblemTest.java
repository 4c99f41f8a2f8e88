package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.Wire.Answer;
import dev.hayloft.api.http.StatusMapper;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each problem code, provoked over HTTP; docs/api.md names these tests, and one of them compares. */
class ProblemTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("limits.idle=1s", "limits.jsonBody=2KiB");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void empty() {
        server.bucket("photos");
    }

    private static void assertProblem(Answer answer, ErrorCode code) {
        assertThat(answer.code()).as(answer.body()).isEqualTo(code.wireName());
        assertThat(answer.status()).isEqualTo(StatusMapper.statusOf(code));
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).contains("\"status\":" + answer.status());
        assertThat(answer.body()).contains("\"instance\":\"" + answer.header("x-request-id") + "\"");
        assertThat(answer.header("x-request-id")).isNotEmpty();
    }

    private static void assertNothingListed() {
        assertThat(server.call("GET", "/v1/buckets/photos/objects").body()).startsWith("{\"objects\":[],");
        assertThat(server.store.openObjects).hasValue(0);
        assertThat(server.store.openUploads).hasValue(0);
    }

    @Test
    void badParameter() {
        String[][] bad = {
            {"GET", "/v1/buckets/photos/objects?wrong=1", "", ""},
            {"GET", "/v1/buckets/photos/objects?limit=0", "", ""},
            {"GET", "/v1/buckets/photos/objects?limit=10001", "", ""},
            {"GET", "/v1/buckets/photos/objects?limit=x", "", ""},
            {"GET", "/v1/buckets/photos/objects?limit=1&limit=2", "", ""},
            {"GET", "/v1/buckets/photos/objects?delimiter=", "", ""},
            {"GET", "/v1/buckets/photos/objects?metadata=perhaps", "", ""},
            {"GET", "/v1/buckets/photos/objects?prefix=%zz", "", ""},
            {"GET", "/v1/buckets/photos/objects?prefix=%ff", "", ""},
            {"GET", "/v1/buckets/photos/objects?versions=perhaps", "", ""},
            {"GET", "/v1/buckets/photos/objects/a?versions=perhaps", "", ""},
            {"GET", "/v1/buckets/photos/objects/a?version=one", "", ""},
            {"PUT", "/v1/buckets/photos/objects/a?x=1", "", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-If-Version: -1\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-If-Version: 99999999999999999999\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Durability: maybe\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Sha256: 12\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Ttl: 0\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "Content-MD5: ???\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Meta-: x\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Meta-a$b: x\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Meta-a: \u00ff\r\n", "x"},
            {"PUT", "/v1/buckets/photos/objects/a", "X-Hayloft-Meta-a: " + "x".repeat(2048) + "\r\n", "x"},
            {"POST", "/v1/buckets/photos/objects/a", "", "x"},
            {"POST", "/v1/buckets/photos/objects/a?op=dance", "", "x"},
            {"POST", "/v1/buckets/photos/objects/a?op=rename", "", ""},
            {"POST", "/v1/buckets/photos/objects/a?op=rename&to=", "", ""},
            {"POST", "/v1/buckets/photos/objects/a?op=rename&to=b&overwrite=maybe", "", ""},
            {"POST", "/v1/buckets/photos/objects/a?op=rename&to=b&version=1", "", ""},
            {"POST", "/v1/buckets/photos/objects/a?op=copy&to=photos", "", ""},
            {"POST", "/v1/buckets/photos/objects/a?op=copy&to=photos/b&version=x", "", ""},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "[]"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"size\":1}"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"contentType\":7}"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"contentType\":\"\"}"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"metadata\":[]}"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"metadata\":{\"a b\":\"x\"}}"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"metadata\":{\"a\":1}}"},
            {"PATCH", "/v1/buckets/photos/objects/a", "", "{\"metadata\":{\"a\":\"x\",\"A\":null}}"},
            {"POST", "/v1/buckets/photos/objects/a?op=append&offset=1", "", "x"},
            {"POST", "/v1/buckets/photos/objects/a?op=append", "X-Hayloft-Offset: one\r\n", "x"},
            {"DELETE", "/v1/buckets/photos/objects/a?purge=true&version=1", "", ""},
            {"DELETE", "/v1/buckets/photos?force=yes", "", ""},
            {"PUT", "/v1/buckets/others", "", "{\"wrong\":1}"},
            {"PUT", "/v1/buckets/others", "", "{\"versioning\":\"perhaps\"}"},
            {"PUT", "/v1/buckets/others", "", "{\"durability\":\"maybe\"}"},
            {"PUT", "/v1/buckets/others", "", "[1]"},
            {"PUT", "/v1/buckets/others", "", "{\"durability\":"},
            {"PATCH", "/v1/buckets/photos", "", "{\"quotaBytes\":0}"},
            {"PATCH", "/v1/buckets/photos", "", "{} {}"},
        };
        for (String[] call : bad) {
            Answer answer = server.call(call[0], call[1], call[2], call[3]);
            assertThat(answer.status()).as(Arrays.toString(call)).isEqualTo(400);
            assertProblem(answer, ErrorCode.BAD_PARAMETER);
        }
        assertProblem(server.callAdmin("POST", "/api/jobs", "", "{\"kind\":\"dance\"}"), ErrorCode.BAD_PARAMETER);
        assertProblem(
                server.callAdmin("POST", "/api/jobs", "", "{\"kind\":\"seal\",\"x\":1}"), ErrorCode.BAD_PARAMETER);
        assertNothingListed();
    }

    @Test
    void quotaExceeded() {
        assertThat(server.call("PUT", "/v1/buckets/small", "", "{\"quotaObjects\":1}")
                        .body())
                .contains("\"quotaObjects\":1");
        assertProblem(
                refused(new CapacityException(ErrorCode.QUOTA_EXCEEDED, "The quota is used up.")),
                ErrorCode.QUOTA_EXCEEDED);
    }

    @Test
    void badBucketName() {
        for (String name :
                new String[] {"ab", "Photos", "-ab", "ab-", "a_b", "a%2Fb", "a".repeat(64), "%c3%a4%c3%a4%c3%a4"}) {
            assertProblem(server.call("PUT", "/v1/buckets/" + name), ErrorCode.BAD_BUCKET_NAME);
            assertProblem(server.call("GET", "/v1/buckets/" + name + "/objects/a"), ErrorCode.BAD_BUCKET_NAME);
        }
    }

    @Test
    void badKey() {
        for (String key : new String[] {"", "a%00b", "%ff", "a%2", "%zz", "x".repeat(1025), "%c3%a4".repeat(513)}) {
            assertProblem(server.call("PUT", "/v1/buckets/photos/objects/" + key, "", "x"), ErrorCode.BAD_KEY);
        }
        assertNothingListed();
    }

    @Test
    void badDigest() {
        String zeros = "0".repeat(64);
        for (String header : new String[] {"X-Hayloft-Sha256: " + zeros, "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="}) {
            for (int size : new int[] {0, 1, 70_000, 3 << 20}) {
                Answer answer = server.call("PUT", "/v1/buckets/photos/objects/a", header + "\r\n", "x".repeat(size));
                assertProblem(answer, ErrorCode.BAD_DIGEST);
            }
        }
        assertNothingListed();
    }

    @Test
    void unauthenticated() {
        for (String path : new String[] {"/v1/buckets", "/v1/buckets/photos/objects/a", "/v1/buckets/photos/objects"}) {
            try (Wire wire = new Wire(server.http())) {
                Answer answer = wire.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
                        .answer();
                assertProblem(answer, ErrorCode.UNAUTHENTICATED);
                assertThat(answer.header("www-authenticate")).startsWith("Basic realm=");
            }
        }
        for (String header : new String[] {"Basic AAAA", "Basic QUFBQTpCQkI=", "Bearer x", "Basic", "x"}) {
            try (Wire wire = new Wire(server.admin())) {
                String head = "GET /api/status HTTP/1.1\r\nHost: x\r\nAuthorization: " + header + "\r\n\r\n";
                assertProblem(wire.send(head).answer(), ErrorCode.UNAUTHENTICATED);
            }
        }
        try (Wire wire = new Wire(server.admin())) {
            String head = "POST /tasks/gc HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
            assertProblem(wire.send(head).answer(), ErrorCode.UNAUTHENTICATED);
        }
    }

    @Test
    void noSuchBucket() {
        assertProblem(server.call("GET", "/v1/buckets/absent"), ErrorCode.NO_SUCH_BUCKET);
        assertProblem(server.call("PATCH", "/v1/buckets/absent", "", "{}"), ErrorCode.NO_SUCH_BUCKET);
        assertProblem(server.call("DELETE", "/v1/buckets/absent"), ErrorCode.NO_SUCH_BUCKET);
        assertProblem(server.call("GET", "/v1/buckets/absent/objects"), ErrorCode.NO_SUCH_BUCKET);
        assertProblem(server.call("GET", "/v1/buckets/absent/objects/a"), ErrorCode.NO_SUCH_BUCKET);
        assertProblem(server.call("PUT", "/v1/buckets/absent/objects/a", "", "x"), ErrorCode.NO_SUCH_BUCKET);
        assertProblem(server.call("DELETE", "/v1/buckets/absent/objects/a"), ErrorCode.NO_SUCH_BUCKET);
    }

    @Test
    void noSuchVersion() {
        assertProblem(server.call("GET", "/v1/buckets/photos/objects/a?version=1"), ErrorCode.NO_SUCH_VERSION);
    }

    @Test
    void noSuchKey() {
        assertProblem(server.call("GET", "/v1/buckets/photos/objects/a"), ErrorCode.NO_SUCH_KEY);
        assertThat(server.call("HEAD", "/v1/buckets/photos/objects/a").status()).isEqualTo(404);
        server.store.cold = true;
        try {
            assertProblem(server.call("GET", "/v1/buckets/photos/objects/a"), ErrorCode.NO_SUCH_KEY);
        } finally {
            server.store.cold = false;
        }
    }

    @Test
    void noSuchVolume() {
        assertProblem(server.callAdmin("GET", "/api/volumes/9-9", "", ""), ErrorCode.NO_SUCH_VOLUME);
    }

    @Test
    void noSuchJob() {
        assertProblem(server.callAdmin("GET", "/api/jobs/9", "", ""), ErrorCode.NO_SUCH_JOB);
        assertProblem(server.callAdmin("DELETE", "/api/jobs/9", "", ""), ErrorCode.NO_SUCH_JOB);
    }

    @Test
    void notFound() {
        for (String path : new String[] {
            "/",
            "/v1",
            "/v1/",
            "/v2/buckets",
            "/v1/coupons",
            "/v1/buckets/photos/",
            "/v1/buckets/photos/recordsx",
            "/v1/buckets/photos/elsewhere",
            "/v1/buckets/photos/objectsx",
            "/api/status",
            "/metrics"
        }) {
            assertProblem(server.call("GET", path), ErrorCode.NOT_FOUND);
        }
        for (String path : new String[] {"/api/userx", "/elsewhere", "/api/volumes/", "/api/jobs/1/dance"}) {
            assertProblem(server.callAdmin("GET", path, "", ""), ErrorCode.NOT_FOUND);
        }
    }

    @Test
    void methodNotAllowed() {
        Answer answer = server.call("POST", "/v1/buckets");
        assertProblem(answer, ErrorCode.METHOD_NOT_ALLOWED);
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD");
        assertProblem(server.call("DELETE", "/v1/buckets/photos/objects"), ErrorCode.METHOD_NOT_ALLOWED);
        assertProblem(server.callAdmin("DELETE", "/api/status", "", ""), ErrorCode.METHOD_NOT_ALLOWED);
        assertProblem(server.call("BREW", "/v1/buckets/photos"), ErrorCode.METHOD_NOT_ALLOWED);
    }

    @Test
    void entityTimeout() {
        for (int length : new int[] {10, 200_000, 3 << 20}) {
            try (Wire wire = new Wire(server.http())) {
                String head = server.head("PUT", "/v1/buckets/photos/objects/a", "Content-Length: " + length + "\r\n");
                assertProblem(wire.send(head + "abc").answer(), ErrorCode.ENTITY_TIMEOUT);
                assertThat(wire.isClosed()).isTrue();
            }
        }
        assertNothingListed();
    }

    @Test
    void write_onADiskThatStallsForLongerThanAClientMay_isDone() {
        for (int size : new int[] {10, 8 << 20}) {
            server.store.stallMillis.set(1_500);
            assertThat(server.call("PUT", "/v1/buckets/photos/objects/a", "", "x".repeat(size))
                            .status())
                    .isBetween(200, 201);
        }
    }

    @Test
    void bucketExists() {
        assertThat(server.call("PUT", "/v1/buckets/photos").status()).isEqualTo(200);
        assertThat(server.call("PUT", "/v1/buckets/photos", "", "{\"durability\":\"disk\"}")
                        .status())
                .isEqualTo(200);
        assertProblem(
                server.call("PUT", "/v1/buckets/photos", "", "{\"durability\":\"memory\"}"), ErrorCode.BUCKET_EXISTS);
    }

    @Test
    void bucketNotEmpty() {
        server.call("PUT", "/v1/buckets/photos/objects/a", "", "x");
        assertProblem(server.call("DELETE", "/v1/buckets/photos"), ErrorCode.BUCKET_NOT_EMPTY);
        assertThat(server.call("DELETE", "/v1/buckets/photos?force=true").status())
                .isEqualTo(204);
    }

    @Test
    void conflict() {
        assertProblem(server.callAdmin("DELETE", "/api/jobs/1", "", ""), ErrorCode.CONFLICT);
        assertProblem(server.callAdmin("POST", "/api/jobs/1/pause", "", ""), ErrorCode.CONFLICT);
        assertProblem(server.callAdmin("POST", "/api/jobs/9/resume", "", ""), ErrorCode.NO_SUCH_JOB);
    }

    @Test
    void lengthRequired() {
        try (Wire wire = new Wire(server.http())) {
            Answer answer = wire.send(server.head("PUT", "/v1/buckets/photos/objects/a", ""))
                    .answer();
            assertProblem(answer, ErrorCode.LENGTH_REQUIRED);
        }
        assertNothingListed();
    }

    @Test
    void preconditionFailed() {
        String path = "/v1/buckets/photos/objects/a";
        assertProblem(server.call("GET", path, "If-Match: *\r\n", ""), ErrorCode.PRECONDITION_FAILED);
        assertProblem(server.call("PUT", path, "If-Match: *\r\n", "x"), ErrorCode.PRECONDITION_FAILED);
        assertProblem(server.call("PUT", path, "X-Hayloft-If-Version: 7\r\n", "x"), ErrorCode.PRECONDITION_FAILED);
        assertNothingListed();
        server.call("PUT", path, "", "x");
        assertProblem(server.call("PUT", path, "If-None-Match: *\r\n", "y"), ErrorCode.PRECONDITION_FAILED);
        assertProblem(server.call("PUT", path, "X-Hayloft-If-Version: 0\r\n", "y"), ErrorCode.PRECONDITION_FAILED);
        assertProblem(server.call("DELETE", path, "If-Match: \"x\"\r\n", ""), ErrorCode.PRECONDITION_FAILED);
        assertProblem(server.call("GET", path, "If-Match: \"x\"\r\n", ""), ErrorCode.PRECONDITION_FAILED);
        assertThat(server.call("GET", path).body()).isEqualTo("x");
    }

    @Test
    void tooLarge() {
        String body = "{\"durability\":" + " ".repeat(2048) + "\"disk\"}";
        assertProblem(server.call("PUT", "/v1/buckets/others", "", body), ErrorCode.TOO_LARGE);
        assertProblem(server.call("GET", "/v1/buckets", "X: " + "x".repeat(20_000) + "\r\n", ""), ErrorCode.TOO_LARGE);
        assertProblem(server.call("GET", "/v1/" + "x".repeat(20_000)), ErrorCode.TOO_LARGE);
    }

    @Test
    void unsupportedMediaType() {
        String type = "Content-Type: text/plain\r\n";
        assertProblem(server.call("PUT", "/v1/buckets/others", type, "{}"), ErrorCode.UNSUPPORTED_MEDIA_TYPE);
        assertProblem(server.call("PATCH", "/v1/buckets/photos", type, "{}"), ErrorCode.UNSUPPORTED_MEDIA_TYPE);
        assertProblem(server.callAdmin("POST", "/api/jobs", type, "{}"), ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void rangeNotSatisfiable() {
        server.call("PUT", "/v1/buckets/photos/objects/a", "", "abc");
        Answer answer = server.call("GET", "/v1/buckets/photos/objects/a", "Range: bytes=3-\r\n", "");
        assertProblem(answer, ErrorCode.RANGE_NOT_SATISFIABLE);
        assertThat(answer.header("content-range")).isEqualTo("bytes */3");
        assertThat(server.store.openObjects).hasValue(0);
    }

    private static Answer refused(RuntimeException refusal) {
        server.store.refusal = Optional.of(refusal);
        try {
            return server.call("PUT", "/v1/buckets/photos/objects/a", "", "x");
        } finally {
            server.store.refusal = Optional.empty();
        }
    }

    @Test
    void tooManyRequests() {
        Answer answer = refused(new CapacityException(ErrorCode.TOO_MANY_REQUESTS, "The ring is full."));
        assertProblem(answer, ErrorCode.TOO_MANY_REQUESTS);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertNothingListed();
    }

    @Test
    void internal() {
        assertProblem(refused(new IllegalStateException("a defect")), ErrorCode.INTERNAL);
    }

    @Test
    void corruptObject() {
        server.call("PUT", "/v1/buckets/photos/objects/a", "", "abc");
        server.store.damagedFrom = 0;
        try {
            assertProblem(server.call("GET", "/v1/buckets/photos/objects/a"), ErrorCode.CORRUPT_OBJECT);
        } finally {
            server.store.damagedFrom = Long.MAX_VALUE;
        }
        assertThat(server.store.openObjects).hasValue(0);
    }

    @Test
    void readOnly() {
        assertThat(server.call("PATCH", "/v1/buckets/photos", "", "{\"readOnly\":true}")
                        .status())
                .isEqualTo(200);
        assertProblem(server.call("PUT", "/v1/buckets/photos/objects/a", "", "x"), ErrorCode.READ_ONLY);
        assertProblem(server.call("DELETE", "/v1/buckets/photos/objects/a"), ErrorCode.READ_ONLY);
        server.call("PATCH", "/v1/buckets/photos", "", "{\"readOnly\":false}");
        assertNothingListed();
    }

    @Test
    void unavailable() {
        Answer answer = refused(new StoreClosedException(ErrorCode.UNAVAILABLE, "The store is closing."));
        assertProblem(answer, ErrorCode.UNAVAILABLE);
        assertThat(answer.header("retry-after")).isEqualTo("1");
    }

    @Test
    void gone() {
        assertProblem(refused(new RequestException(ErrorCode.GONE, "The cursor is too old.")), ErrorCode.GONE);
    }

    @Test
    void storageFull() {
        assertProblem(
                refused(new CapacityException(ErrorCode.STORAGE_FULL, "The disk is full.")), ErrorCode.STORAGE_FULL);
        assertNothingListed();
    }

    @Test
    void whatIsNotHttp_isRefusedOrClosed() {
        String key = "/v1/buckets/photos/objects/a";
        String[] bad = {
            "PUT " + key + " HTTP/1.1\r\nHost: x\r\n" + server.authorization()
                    + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "PUT " + key + " HTTP/1.1\r\nHost: x\r\n" + server.authorization() + "Content-Length: -1\r\n\r\n",
            "PUT " + key + " HTTP/1.1\r\nHost: x\r\n" + server.authorization()
                    + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "GET " + key + " HTTP/3.7\r\nHost: x\r\n" + server.authorization() + "\r\n",
            "GET " + key + " HTTP/1.1\r\n" + server.authorization() + "\r\n",
            "no http at all\r\n\r\n",
            "GET " + key + " HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        };
        for (String request : bad) {
            try (Wire wire = new Wire(server.http())) {
                Answer answer = wire.send(request).answer();
                assertThat(answer.status() == 0 || answer.status() >= 400)
                        .as(request)
                        .isTrue();
                if (answer.status() >= 400) {
                    assertThat(answer.header("content-type")).as(request).isEqualTo("application/problem+json");
                    assertThat(answer.body()).contains(answer.header("x-request-id"));
                }
            }
        }
        assertNothingListed();
    }

    /** A test that a code names stands here, or in a class beside this one. */
    @Test
    void apiPage_namesEveryCodeItsStatusAndItsTest() throws Exception {
        String root = System.getProperty("hayloft.root", "..");
        String page = Files.readString(Path.of(root, "docs", "api.md"));
        Matcher row = Pattern.compile("\\| `([a-z-]+)` \\| (\\d{3}) \\| [^|]*\\| (later|`(\\w+)\\.(\\w+)`) \\|")
                .matcher(page);
        Set<String> codes = new HashSet<>();
        while (row.find()) {
            ErrorCode code = Arrays.stream(ErrorCode.values())
                    .filter(each -> each.wireName().equals(row.group(1)))
                    .findFirst()
                    .orElseThrow();
            codes.add(code.wireName());
            assertThat(row.group(2)).as(code.wireName()).isEqualTo(Integer.toString(StatusMapper.statusOf(code)));
            if (row.group(4) != null) {
                Class<?> tests = Class.forName(ProblemTest.class.getPackageName() + "." + row.group(4));
                assertThat(Arrays.stream(tests.getDeclaredMethods()).map(Method::getName))
                        .contains(row.group(5));
            }
        }
        assertThat(codes).hasSize(ErrorCode.values().length);
    }
}
