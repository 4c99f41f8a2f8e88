package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.Wire.Answer;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Records over HTTP: acknowledgements while the request goes on, exact errors, nothing left open. */
class RecordsTest extends ServerCase {
    private static final String RECORDS = "/v1/buckets/logs/records";
    private static final String NDJSON = "Content-Type: application/x-ndjson\r\n";

    @BeforeEach
    void empty() {
        server.bucket("logs");
        server.store.refusal = Optional.empty();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        server.awaitNothingOpen();
    }

    private static String body(int records) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < records; i++) {
            lines.append("{\"key\":\"k")
                    .append(i)
                    .append("\",\"text\":\"v")
                    .append(i)
                    .append("\"}\n");
        }
        return lines.toString();
    }

    private static String lastLine(Answer answer) {
        String[] lines = answer.body().split("\n");
        return lines[lines.length - 1];
    }

    @Test
    void records_areStoredAndCounted() {
        Answer answer = server.call("POST", RECORDS, NDJSON, body(1000));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(lastLine(answer)).isEqualTo("{\"done\":true,\"records\":1000,\"bytes\":7780}");
        assertThat(server.call("GET", "/v1/buckets/logs/objects/k999").body()).isEqualTo("v999");
        assertThat(lastLine(server.call("POST", RECORDS, NDJSON, "")))
                .isEqualTo("{\"done\":true,\"records\":0,\"bytes\":0}");
    }

    @Test
    void records_areAcknowledgedWhileTheRequestGoesOn() {
        try (Wire wire = new Wire(server.http())) {
            wire.send(server.head("POST", RECORDS, NDJSON + "Transfer-Encoding: chunked\r\n"));
            String record = "{\"key\":\"a\",\"text\":\"b\"}\n";
            String chunk = Integer.toHexString(record.length()) + "\r\n" + record + "\r\n";
            assertThat(wire.line()).startsWith("HTTP/1.1 200");
            while (!wire.line().isEmpty()) {
                // Headers.
            }
            wire.send(chunk);
            assertThat(wire.chunk()).isEqualTo("{\"acked\":1}\n");
            wire.send(chunk);
            assertThat(wire.chunk()).isEqualTo("{\"acked\":2}\n");
            wire.send("0\r\n\r\n");
            assertThat(wire.chunk()).isEqualTo("{\"done\":true,\"records\":2,\"bytes\":4}\n");
        }
    }

    @Test
    void badRecord_endsTheStreamAndIsNumbered() {
        String bad = body(5) + "{\"key\":\"bad\"}\n" + "{\"key\":\"after\",\"text\":\"x\"}\n";
        Answer answer = server.call("POST", RECORDS, NDJSON, bad);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(lastLine(answer))
                .startsWith("{\"error\":{\"type\":\"urn:hayloft:problem:bad-record\"")
                .contains("\"status\":400")
                .endsWith(",\"record\":5,\"acked\":5}");
        assertThat(server.call("GET", "/v1/buckets/logs/objects/k4").status()).isEqualTo(200);
        assertThat(server.call("GET", "/v1/buckets/logs/objects/after").status())
                .isEqualTo(404);
    }

    @RepeatedTest(20) // It may come while the last records are read, or behind them.
    void refusalOfTheStore_isToldWithTheNumber() {
        server.store.refusal = Optional.of(new CapacityException(ErrorCode.STORAGE_FULL, "No room."));
        assertThat(lastLine(server.call("POST", RECORDS, NDJSON, body(3))))
                .startsWith("{\"error\":{\"type\":\"urn:hayloft:problem:storage-full\"")
                .endsWith(",\"record\":0,\"acked\":0}");
    }

    @Test
    void refusedBeforeTheFirstRecord_isAnOrdinaryProblem() {
        assertThat(server.call("POST", RECORDS, "Content-Type: text/plain\r\n", body(1))
                        .code())
                .isEqualTo("unsupported-media-type");
        assertThat(server.call("POST", RECORDS, "", body(1)).status()).isEqualTo(415);
        assertThat(server.call("GET", RECORDS).status()).isEqualTo(405);
        assertThat(server.call("POST", "/v1/buckets/none/records", NDJSON, body(1))
                        .code())
                .isEqualTo("no-such-bucket");
        assertThat(server.call("POST", RECORDS + "?x=1", NDJSON, body(1)).code())
                .isEqualTo("bad-parameter");
        for (String headers : new String[] {
            "X-Hayloft-Producer: p\r\n",
            "X-Hayloft-Sequence: 0\r\n",
            "X-Hayloft-Producer: a/b\r\nX-Hayloft-Sequence: 0\r\n",
            "X-Hayloft-Producer: p\r\nX-Hayloft-Sequence: -1\r\n",
            "X-Hayloft-Durability: never\r\n"
        }) {
            assertThat(server.call("POST", RECORDS, NDJSON + headers, body(1)).code())
                    .isEqualTo("bad-parameter");
        }
    }

    @Test
    void connectionThatBreaks_leavesNothingOpen() {
        try (Wire wire = new Wire(server.http())) {
            wire.send(server.head("POST", RECORDS, NDJSON + "Content-Length: 1000\r\n"));
            wire.send("{\"key\":\"a\",\"text\":\"b\"}\n");
            assertThat(wire.line()).startsWith("HTTP/1.1 200");
        }
    }
}
