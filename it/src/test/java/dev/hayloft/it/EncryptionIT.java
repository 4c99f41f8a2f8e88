package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An encrypted bucket of a real server: with its master key, without one, and with another. */
final class EncryptionIT {
    private static final String OBJECT = HttpCalls.object("vault", "a");
    private static final String CONTENT = "The content that nobody is to read. ".repeat(20);
    private static final String NOTE = "a-note-that-nobody-is-to-read";

    @TempDir
    Path folder;

    private String keyFile(String name, int fill) throws IOException {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return "encryption.masterKeyFile="
                + Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key) + "\n");
    }

    @Test
    void encryptedBucket_isReadWithItsMasterKeyAlone() throws IOException {
        Options options = Options.on(folder.resolve("data"));
        Options right = options.set(keyFile("master.key", 7));
        byte[] content = CONTENT.getBytes(StandardCharsets.UTF_8);
        try (ServerProcess server = ServerProcess.start(right)) {
            HttpCalls calls = server.calls();
            byte[] settings = "{\"encrypt\":true,\"compression\":\"none\"}".getBytes(StandardCharsets.UTF_8);
            HttpResponse<byte[]> made =
                    calls.send("PUT", "/v1/buckets/vault", settings, "Content-Type", "application/json");
            assertThat(made.statusCode()).isEqualTo(201);
            assertThat(HttpCalls.text(made)).contains("\"encrypt\":true");
            assertThat(calls.put(OBJECT, content, "X-Hayloft-Meta-Note", NOTE).statusCode())
                    .isEqualTo(201);
            calls.makeBucket("clear");
            assertThat(calls.put(HttpCalls.object("clear", "a"), content).statusCode())
                    .isEqualTo(201);
            server.stopCleanly();
        }
        List<String> files = filesWith(folder.resolve("data"), NOTE);
        assertThat(files).isEmpty();
        try (ServerProcess server = ServerProcess.start(options)) {
            HttpResponse<byte[]> refused = server.calls().get(OBJECT);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(HttpCalls.text(refused)).contains("unavailable").contains("encryption.masterKeyFile");
            assertThat(server.calls().get(HttpCalls.object("clear", "a")).body())
                    .isEqualTo(content);
            assertThat(HttpCalls.text(server.adminCalls().get("/healthcheck")))
                    .contains("Encrypted buckets that answer 503")
                    .contains("encryption.masterKeyFile");
            HttpResponse<byte[]> setting = server.calls()
                    .send(
                            "PATCH",
                            "/v1/buckets/clear",
                            "{\"encrypt\":true}".getBytes(StandardCharsets.UTF_8),
                            "Content-Type",
                            "application/json");
            assertThat(setting.statusCode()).isEqualTo(400);
            assertThat(HttpCalls.text(setting)).contains("bad-parameter").contains("hayloft key new");
            assertThat(server.terminate()).isZero();
        }
        try (ServerProcess refused = ServerProcess.launch(options.set(keyFile("other.key", 8)))) {
            assertThat(refused.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(refused.said()).contains("encryption.masterKeyFile holds another key");
        }
        try (ServerProcess server = ServerProcess.start(right)) {
            HttpResponse<byte[]> read = server.calls().get(OBJECT);
            assertThat(read.statusCode()).isEqualTo(200);
            assertThat(read.body()).isEqualTo(content);
            assertThat(read.headers().firstValue("X-Hayloft-Meta-Note")).contains(NOTE);
            server.stopCleanly();
        }
    }

    private static List<String> filesWith(Path folder, String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> contains(file, text))
                    .map(Path::toString)
                    .toList();
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
