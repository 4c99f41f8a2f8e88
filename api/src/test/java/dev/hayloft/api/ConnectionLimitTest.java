package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who takes all connections of one port does not take those of the other. */
final class ConnectionLimitTest {
    private static final int CONNECTIONS = 16;

    @Test
    void adminPort_whileTheOtherIsFull_answers() {
        try (TestServer server = new TestServer("limits.connections=" + CONNECTIONS)) {
            List<Wire> all = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    Wire wire = new Wire(server.http());
                    all.add(wire);
                    assertThat(wire.send("GET /v1/buckets HTTP/1.1\r\nHost: x\r\n\r\n")
                                    .answer()
                                    .status())
                            .isEqualTo(401);
                }
                assertThat(server.callAdmin("GET", "/ping", "", "").status()).isEqualTo(200);
                assertThat(server.callAdmin("GET", "/healthcheck", "", "").status())
                        .isEqualTo(200);
            } finally {
                all.forEach(Wire::close);
            }
        }
    }
}
