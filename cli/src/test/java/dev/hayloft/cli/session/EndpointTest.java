package dev.hayloft.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.client.ClientConfig;
import dev.hayloft.client.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EndpointTest {
    private static final Credentials ROOT = Credentials.key("ROOT", "secret=with=equals");

    @TempDir
    private Path folder = Path.of("");

    private Path data = Path.of("");

    @BeforeEach
    void makeData() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
    }

    @CommandLine.Command
    private static final class Holder {
        @CommandLine.Mixin
        private final GlobalOptions options = new GlobalOptions();
    }

    private ClientConfig find(Map<String, String> variables, String... arguments) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(arguments);
        PrintWriter nowhere =
                new PrintWriter(OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8);
        return Endpoint.find(
                holder.options,
                new Environment(
                        variables,
                        folder,
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        nowhere,
                        nowhere,
                        false));
    }

    private void writeRootKey() throws IOException {
        Files.writeString(data.resolve("root.key"), "access_key=ROOT\nsecret_key=secret=with=equals\n");
    }

    private void announce(String http, String admin) throws IOException {
        Files.writeString(
                data.resolve("server.json"),
                "{\"pid\":1,\"http\":\"" + http + "\",\"admin\":\"" + admin
                        + "\",\"console\":\"off\",\"ciaos\":\"off\"}");
    }

    @Test
    void nothingAtAll_isTheDefaultPorts() {
        ClientConfig config = find(Map.of());
        assertThat(config.server()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(config.admin()).isEqualTo(URI.create("http://127.0.0.1:8081"));
        assertThat(config.credentials()).isEqualTo(Credentials.NONE);
    }

    @Test
    void dataFolder_ofRunningServer_tellsPortsAndKey() throws IOException {
        writeRootKey();
        announce("http://127.0.0.1:4321", "http://127.0.0.1:4322");
        ClientConfig config = find(Map.of());
        assertThat(config.server()).isEqualTo(URI.create("http://127.0.0.1:4321"));
        assertThat(config.admin()).isEqualTo(URI.create("http://127.0.0.1:4322"));
        assertThat(config.credentials()).isEqualTo(ROOT);
    }

    @Test
    void environment_beatsTheFolder_andOptionsBeatTheEnvironment() throws IOException {
        writeRootKey();
        announce("http://127.0.0.1:4321", "http://127.0.0.1:4322");
        Map<String, String> variables =
                Map.of("HAYLOFT_SERVER", "http://far.example:1", "HAYLOFT_ACCESS_KEY", "A", "HAYLOFT_SECRET_KEY", "B");
        assertThat(find(variables).server()).isEqualTo(URI.create("http://far.example:1"));
        assertThat(find(variables).admin()).isEqualTo(URI.create("http://far.example:8081"));
        assertThat(find(variables).credentials()).isEqualTo(Credentials.key("A", "B"));
        ClientConfig asked =
                find(variables, "--server", "http://near.example:2", "--access-key", "C", "--secret-key", "D");
        assertThat(asked.server()).isEqualTo(URI.create("http://near.example:2"));
        assertThat(asked.credentials()).isEqualTo(Credentials.key("C", "D"));
        assertThat(find(variables, "--data", data.toString()).server()).isEqualTo(URI.create("http://127.0.0.1:4321"));
    }

    @Test
    void rootKey_neverGoesToAnotherMachine() throws IOException {
        writeRootKey();
        announce("http://127.0.0.1:4321", "http://127.0.0.1:4322");
        assertThat(find(Map.of(), "--server", "http://far.example:8080").credentials())
                .isEqualTo(Credentials.NONE);
        assertThat(find(Map.of(), "--server", "http://127.0.0.1.far.example").credentials())
                .isEqualTo(Credentials.NONE);
        assertThat(find(Map.of(), "--admin", "http://far.example:8081").credentials())
                .isEqualTo(Credentials.NONE);
        assertThat(find(Map.of(), "--server", "http://localhost:9").credentials())
                .isEqualTo(ROOT);
        announce("http://box.example:1", "http://box.example:2");
        assertThat(find(Map.of()).credentials()).isEqualTo(ROOT);
    }

    @Test
    void badInput_isNamed() throws IOException {
        assertThatThrownBy(() -> find(Map.of(), "--server", "localhost:8080"))
                .hasMessageContaining("\"localhost:8080\"");
        assertThatThrownBy(() -> find(Map.of(), "--server", "::")).hasMessageContaining("http://127.0.0.1:8080");
        assertThatThrownBy(() -> find(Map.of("HAYLOFT_ACCESS_KEY", "A"))).hasMessageContaining("HAYLOFT_SECRET_KEY");
        Files.writeString(data.resolve("root.key"), "nothing");
        assertThatThrownBy(() -> find(Map.of())).hasMessageContaining("holds no access_key");
        Files.writeString(data.resolve("server.json"), "{");
        assertThatThrownBy(() -> find(Map.of())).hasMessageContaining("server.json");
    }
}
