package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server that stops does with the connections that it has. */
final class StopTest {
    @Test
    void stop_withARequestOnItsWay_answersItAndClosesTheIdle() throws InterruptedException {
        TestServer server = new TestServer();
        server.bucket("photos");
        try (Wire slow = new Wire(server.http());
                Wire idle = new Wire(server.http())) {
            String head = server.head(
                    "PUT", "/v1/buckets/photos/objects/slow", "Content-Length: 10\r\nExpect: 100-continue\r\n");
            assertThat(slow.send(head).answer("PUT").status()).isEqualTo(100);
            assertThat(idle.send(server.head("GET", "/v1/buckets/photos", ""))
                            .answer("GET")
                            .status())
                    .isEqualTo(200);
            slow.send("01234");

            Thread stopping = new Thread(server::close, "stopping");
            stopping.start();
            assertThat(idle.answer("GET").status())
                    .as("the idle connection's end")
                    .isZero();
            slow.send("56789");

            assertThat(slow.answer("PUT").status()).isEqualTo(201);
            assertThat(slow.answer("PUT").status())
                    .as("the slow connection's end")
                    .isZero();
            stopping.join();
        }
    }

    @Test
    void stop_withAStreamOfRecordsThatWaits_acknowledgesAndRefusesTheRest() throws InterruptedException {
        TestServer server = new TestServer();
        server.bucket("logs");
        try (Wire producer = new Wire(server.http())) {
            producer.send(server.head(
                    "POST",
                    "/v1/buckets/logs/records",
                    "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"));
            assertThat(producer.line()).startsWith("HTTP/1.1 200");
            while (!producer.line().isEmpty()) {
                // Headers.
            }
            producer.send("15\r\n{\"key\":\"a\",\"text\":\"\"}\r\n");
            producer.send("1\r\n\n\r\n");
            assertThat(producer.chunk()).isEqualTo("{\"acked\":1}\n");

            Thread stopping = new Thread(server::close, "stopping");
            stopping.start();
            assertThat(producer.chunk())
                    .startsWith("{\"error\":{\"type\":\"urn:hayloft:problem:unavailable\"")
                    .endsWith(",\"record\":1,\"acked\":1}\n");
            assertThat(List.of(producer.line(), producer.line(), producer.line()))
                    .as("the end of the chunked answer")
                    .containsExactly("", "0", "");
            assertThat(producer.line()).as("the end of the connection").isEmpty(); // Fails when it does not come.
            stopping.join();
        }
    }
}
