package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.HayloftServer.OpenStore;
import dev.hayloft.api.Wire.Answer;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.SettingsReader;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A server of this JVM on free ports, over a store in memory. */
final class TestServer implements AutoCloseable {
    final MemoryStore store = new MemoryStore();
    private final Path data = TempFolders.create("front");
    private final HayloftServer server;
    private final String authorization;

    TestServer(String... assignments) {
        new StandardErrorLogging("text", "error").configure();
        SettingsReader reader = new SettingsReader()
                .set(Setting.STORAGE_DATA, data.toString())
                .set(Setting.HTTP_PORT, "0")
                .set(Setting.ADMIN_PORT, "0")
                .set(Setting.CIAOS_PORT, "0");
        for (String assignment : assignments) {
            reader.assignment(assignment);
        }
        server = start(reader);
        authorization = "Authorization: Basic "
                + Base64.getEncoder().encodeToString(pair().getBytes(StandardCharsets.UTF_8)) + "\r\n";
    }

    private HayloftServer start(SettingsReader reader) {
        try {
            return HayloftServer.start(reader.read(), "test", config -> new OpenStore(store, ByteBuffer.allocate(32)));
        } catch (RuntimeException refused) {
            store.close();
            delete();
            throw refused;
        }
    }

    /** Waits until no call holds an object or an upload; fails when one stays open. */
    void awaitNothingOpen() {
        Awaitility.await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            assertThat(store.openObjects).hasValue(0);
            assertThat(store.openUploads).hasValue(0);
        });
    }

    /** The root key, {@code access:secret}. */
    String pair() {
        try {
            return Files.readAllLines(data.resolve("root.key")).stream()
                    .map(line -> line.substring(line.indexOf('=') + 1))
                    .collect(Collectors.joining(":"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path data() {
        return data;
    }

    String http() {
        return server.httpUrl();
    }

    String admin() {
        return server.adminUrl();
    }

    String ciaos() {
        return server.ciaosUrl().orElseThrow();
    }

    void reloadTls() {
        server.reloadTls();
    }

    boolean hasCiaos() {
        return server.ciaosUrl().isPresent();
    }

    /** A header line with the root key. */
    String authorization() {
        return authorization;
    }

    /** A request's head, with the root key and these header lines, each with its line end. */
    String head(String method, String path, String headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + authorization + headers + "\r\n";
    }

    /** One call on a connection of its own. */
    Answer call(String method, String path, String headers, String body) {
        return callOn(http(), method, path, headers, body);
    }

    Answer callAdmin(String method, String path, String headers, String body) {
        return callOn(admin(), method, path, headers, body);
    }

    private Answer callOn(String url, String method, String path, String headers, String body) {
        boolean length = !body.isEmpty() || (method.startsWith("P") && !headers.contains("Transfer-Encoding"));
        String all = length ? headers + "Content-Length: " + body.length() + "\r\n" : headers;
        try (Wire wire = new Wire(url)) {
            return wire.send(head(method, path, all) + body).answer(method);
        }
    }

    Answer call(String method, String path) {
        return call(method, path, "", "");
    }

    /** Makes a bucket with nothing in it. */
    void bucket(String name) {
        call("DELETE", "/v1/buckets/" + name + "?force=true");
        Answer made = call("PUT", "/v1/buckets/" + name);
        if (made.status() != 201) {
            throw new AssertionError("no bucket: " + made);
        }
    }

    @Override
    public void close() {
        server.close();
        delete();
    }

    private void delete() {
        try {
            TempFolders.delete(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
