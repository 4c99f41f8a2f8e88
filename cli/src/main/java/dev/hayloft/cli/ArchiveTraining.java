package dev.hayloft.cli;

import dev.hayloft.cli.session.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Run once by the launcher after a build, so that the JVM writes the classes of the usual verbs into an archive which
 * later starts map. The verbs speak to a listener in this process that gives everyone the same small answer.
 */
final class ArchiveTraining {
    private static final String BODY =
            """
            {"buckets":[{"name":"b","createdAt":"2026-01-01T00:00:00.000Z","settings":{"versioning":"off"},"objects":1,\
            "logicalBytes":1}],"objects":[{"key":"k","size":1,"etag":"00","version":"1","contentType":"text/plain",\
            "lastModified":"2026-01-01T00:00:00.000Z","expiresAt":null,"metadata":{}}],"prefixes":["p/"],"next":null,\
            "volumes":[],"health":{"healthy":true,"problems":[]}}""";
    private static final String[][] VERBS = {
        {"--help"},
        {"ls"},
        {"ls", "-l", "b"},
        {"ls", "b", "--json"},
        {"stat", "b/k"},
        {"cat", "b/k"},
        {"rm", "b/none"},
        {"status"},
        {"volumes"},
        {"bucket", "ls", "--json"},
        {"put", "-", "b/k"},
        {"frob"}
    };

    private ArchiveTraining() {}

    public static void main(String[] arguments) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> serve(listener), "hayloft-training");
            server.setDaemon(true);
            server.start();
            String url = "http://127.0.0.1:" + listener.getLocalPort();
            Map<String, String> variables = Map.of(
                    "HAYLOFT_SERVER", url, "HAYLOFT_ADMIN", url, "HAYLOFT_ACCESS_KEY", "A", "HAYLOFT_SECRET_KEY", "S");
            PrintWriter nowhere = new PrintWriter(
                    new OutputStreamWriter(OutputStream.nullOutputStream(), StandardCharsets.UTF_8), true);
            for (String[] verb : VERBS) {
                Environment environment = new Environment(
                        variables,
                        Path.of(""),
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        nowhere,
                        nowhere,
                        false);
                Main.run(environment, verb);
            }
        }
    }

    private static void serve(ServerSocket listener) {
        byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("HTTP/1.1 200 OK\r\nConnection: close\r\nX-Hayloft-Version: 1\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] request = new byte[16 << 10];
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                if (socket.getInputStream().read(request) > 0) {
                    socket.getOutputStream().write(head);
                    socket.getOutputStream().write(body);
                }
            } catch (IOException e) {
                return; // The training is over.
            }
        }
    }
}
