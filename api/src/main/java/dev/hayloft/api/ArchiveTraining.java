package dev.hayloft.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Run once by the launcher after a build, so that the JVM writes the classes of a server into an archive which later
 * starts map: opens an empty store twice, since a later start reads what the first has made, and serves a few requests.
 */
final class ArchiveTraining {
    private static final String[] REQUESTS = {
        "PUT /v1/buckets/bucket HTTP/1.1\r\nContent-Length: 0\r\n",
        "PUT /v1/buckets/bucket/objects/k HTTP/1.1\r\nContent-Length: 5\r\n",
        "GET /v1/buckets/bucket/objects/k HTTP/1.1\r\n",
        "GET /v1/buckets/bucket/objects/none HTTP/1.1\r\n",
        "GET /v1/buckets/bucket/objects HTTP/1.1\r\n",
        "DELETE /v1/buckets/bucket/objects/k HTTP/1.1\r\n",
    };
    private static final String BODY = "hello";

    /** A rehearsal that fails costs a slower start; one that hangs would cost the start. */
    private static final int ANSWER_MILLIS_MAX = 10_000;

    private ArchiveTraining() {}

    /** Takes the folder in which it may make its own. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "training-");
        try {
            Path config = Files.createFile(folder.resolve("config.yml"));
            for (int round = 0; round < 2; round++) {
                serve(folder.resolve("data"), config);
            }
        } finally {
            try (Stream<Path> left = Files.walk(folder)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void serve(Path data, Path config) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        List<String> options = List.of(
                "--config=" + config, "--data=" + data, "--port=0", "--admin-port=0", "--set=ciaos.port=0", "--open");
        Serve.Outcome outcome = new Serve(Map.of(), nowhere, nowhere, Main::open).start(options);
        try (HayloftServer server = outcome.server().orElseThrow()) {
            URI url = URI.create(server.httpUrl());
            for (String request : REQUESTS) {
                try (Socket socket = new Socket(url.getHost(), url.getPort());
                        InputStream answer = socket.getInputStream()) {
                    socket.setSoTimeout(ANSWER_MILLIS_MAX);
                    String whole = request + "Host: hayloft\r\nConnection: close\r\n\r\n"
                            + (request.contains("Length: " + BODY.length()) ? BODY : "");
                    socket.getOutputStream().write(whole.getBytes(StandardCharsets.US_ASCII));
                    answer.readAllBytes();
                }
            }
        }
    }
}
