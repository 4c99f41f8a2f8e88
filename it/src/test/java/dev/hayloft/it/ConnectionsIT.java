package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that say half of something must not keep the others from being served. */
final class ConnectionsIT {
    private static final int HALF_OPEN = 1_000;
    private static final Duration SERVED_MAX = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void halfOpenConnections_aThousandOfThem_keepNobodyWaiting() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            calls.makeBucket("half");
            byte[] value = "whole".getBytes(StandardCharsets.UTF_8);
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < HALF_OPEN; i++) {
                    sockets.add(halfOpen(server, beginning(calls, i)));
                }
                long start = System.nanoTime();
                for (int i = 0; i < 100; i++) {
                    String path = HttpCalls.object("half", "key-" + i);
                    assertThat(calls.put(path, value).statusCode()).isEqualTo(201);
                    assertThat(calls.get(path).body()).isEqualTo(value);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SERVED_MAX);
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            String listing = HttpCalls.text(calls.get("/v1/buckets/half/objects"));
            assertThat(listing.split("\"key\":", -1))
                    .as("only whole requests count")
                    .hasSize(101);
            server.stopCleanly();
        }
    }

    /** Nothing at all, half a request line, half the headers, or a head with half of its body. */
    private static String beginning(HttpCalls calls, int i) {
        return switch (i % 4) {
            case 0 -> "";
            case 1 -> "GET /v1/buck";
            case 2 -> "GET /v1/buckets HTTP/1.1\r\nHost: localhost\r\nX-Half: ";
            default ->
                "PUT " + HttpCalls.object("half", "never-" + i) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                        + calls.authorization() + "\r\nContent-Length: 1000\r\n\r\nhalf of it";
        };
    }

    private static Socket halfOpen(ServerProcess server, String beginning) throws IOException {
        URI api = URI.create(server.api());
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(api.getHost(), api.getPort()), 10_000);
        OutputStream out = socket.getOutputStream();
        out.write(beginning.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return socket;
    }
}
