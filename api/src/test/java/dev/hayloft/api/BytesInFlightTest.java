package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.hayloft.api.Wire.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients make the server keep in memory is counted, refused where there is too much, and given back. */
class BytesInFlightTest {
    private static final String NDJSON = "Content-Type: application/x-ndjson\r\n";
    private static final String RECORDS = "/v1/buckets/logs/records";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("limits.bytesInFlight=8MiB");
        server.bucket("logs");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String keys(int count) {
        return "{\"keys\":[\"a\"" + ",\"a\"".repeat(count - 1) + "]}";
    }

    @Test
    void bodyOfManyKeys_isRefusedBeforeItIsHeldWhole() {
        for (String call : new String[] {"multiget", "delete"}) {
            String path = "/v1/buckets/logs/" + call;
            assertThat(server.call("POST", path, "", keys(1_500_000)).code()).isEqualTo("too-many-requests");
            assertThat(server.call("POST", path, "", keys(10_001)).code()).isEqualTo("bad-parameter");
            for (int i = 0; i < 200; i++) {
                assertThat(server.call("POST", path, "", keys(2_000)).status()).isEqualTo(200);
            }
            assertThat(server.call("POST", path, "", keys(10_000)).status()).isEqualTo(200);
        }
    }

    @Test
    void multiget_ofMoreThanThereIsMemoryFor_saysSoInTheRecord() {
        String value = "v".repeat(4 << 20);
        server.call("PUT", "/v1/buckets/logs/objects/large", "", value);
        server.call("PUT", "/v1/buckets/logs/objects/middle", "", "w".repeat(2 << 20));
        server.call("PUT", "/v1/buckets/logs/objects/small", "", "x");
        String keys = "{\"keys\":[\"small\",\"large\",\"middle\",\"middle\",\"middle\",\"small\"]}";
        String[] lines = server.call("POST", "/v1/buckets/logs/multiget", "Accept: application/x-ndjson\r\n", keys)
                .body()
                .split("\n");
        assertThat(lines).hasSize(6);
        assertThat(lines[0]).startsWith("{\"key\":\"small\",\"found\":true");
        assertThat(lines[1])
                .startsWith("{\"key\":\"large\",\"error\":{\"type\":\"urn:hayloft:problem:too-many-requests\"");
        for (int i = 2; i < 6; i++) {
            assertThat(lines[i]).contains("\"found\":true");
        }
        Answer frames = server.call("POST", "/v1/buckets/logs/multiget", "", "{\"keys\":[\"middle\",\"middle\"]}");
        assertThat(frames.body()).hasSizeGreaterThan(4 << 20);
    }

    /** A record whose end does not come must not hold more than is counted. */
    @Test
    void largeRecords_shareTheMemory() {
        String line = "{\"key\":\"k\",\"text\":\"" + "v".repeat(5 << 20) + "\"}\n";
        String head = server.head("POST", RECORDS, NDJSON + "Content-Length: " + line.length() + "\r\n");
        try (Wire first = new Wire(server.http())) {
            first.send(head + line.substring(0, line.length() - 10));
            Awaitility.await().untilAsserted(() -> assertThat(
                            server.call("POST", RECORDS, NDJSON, line).body())
                    .contains("urn:hayloft:problem:too-many-requests")
                    .endsWith(",\"record\":0,\"acked\":0}\n"));
            first.send(line.substring(line.length() - 10));
            assertThat(first.answer("POST").body()).contains("\"done\":true");
        }
        assertThat(server.call("POST", RECORDS, NDJSON, line).body()).contains("\"done\":true");
    }

    /** A list of few bytes may name one blob a million times. */
    @Test
    void ciaosBody_ofBlobsWithoutEnd_isRefused() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int data = builder.createByteVector(new byte[0]);
        builder.startTable(1);
        builder.addOffset(0, data, 0);
        int table = builder.endTable();
        int[] tables = new int[200_000];
        Arrays.fill(tables, table);
        int files = builder.createVectorOfTables(tables);
        builder.startTable(1);
        builder.addOffset(0, files, 0);
        builder.finish(builder.endTable());
        String body = new String(builder.sizedByteArray(), StandardCharsets.ISO_8859_1);
        try (Wire wire = new Wire(server.ciaos())) {
            String head = server.head("POST", "/put/k", "User: ann\r\nContent-Length: " + body.length() + "\r\n");
            assertThat(wire.send(head + body).answer("POST").status()).isEqualTo(429);
        }
    }
}
