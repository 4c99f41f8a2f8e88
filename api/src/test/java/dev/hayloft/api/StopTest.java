package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

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
}
