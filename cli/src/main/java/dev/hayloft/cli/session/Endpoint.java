package dev.hayloft.cli.session;

import dev.hayloft.client.ClientConfig;
import dev.hayloft.client.Credentials;
import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the way to the server: an option beats the environment, the environment beats what a running server has left in
 * its data folder, and that beats the default ports. A folder named by {@code --data} beats {@code HAYLOFT_SERVER}.
 *
 * <p>The root key of the data folder goes only to this machine, or to the address that the folder's own server
 * announced.
 */
public final class Endpoint {
    private static final String DEFAULT_SERVER = "http://127.0.0.1:8080";

    private final GlobalOptions options;
    private final Environment environment;
    private final Path data;
    private final JsonObject announced;

    private Endpoint(GlobalOptions options, Environment environment, Path data, JsonObject announced) {
        this.options = options;
        this.environment = environment;
        this.data = data;
        this.announced = announced;
    }

    /**
     * The configuration of a client.
     *
     * @throws CommandFailure when a URL or a key is unusable
     */
    public static ClientConfig find(GlobalOptions options, Environment environment) {
        return of(options, environment).config();
    }

    private static Endpoint of(GlobalOptions options, Environment environment) {
        Path data = environment.folder().resolve(options.data().orElse("data"));
        return new Endpoint(options, environment, data, announcement(data));
    }

    private ClientConfig config() {
        boolean folderNamed =
                options.data().isPresent() && announced.find("http").isPresent();
        URI server = url(options.server()
                .or(() -> folderNamed ? Optional.empty() : variable("HAYLOFT_SERVER"))
                .or(() -> announcedUrl("http"))
                .orElse(DEFAULT_SERVER));
        ClientConfig config = ClientConfig.of(server);
        Optional<String> admin = options.admin()
                .or(() -> folderNamed ? Optional.empty() : variable("HAYLOFT_ADMIN"))
                .or(() -> isAnnounced(server) ? announcedUrl("admin") : Optional.empty());
        if (admin.isPresent()) {
            config = config.withAdmin(url(admin.get()));
        }
        return config.withCredentials(credentials(config));
    }

    /** The process of the server that runs on the data folder, if that is the one that is asked. */
    static Optional<ProcessHandle> findProcess(GlobalOptions options, Environment environment) {
        Endpoint endpoint = of(options, environment);
        String asked = endpoint.config().server().toString();
        return endpoint.announcedUrl("http")
                .filter(asked::equals)
                .flatMap(url -> endpoint.announced.find("pid"))
                .flatMap(pid -> ProcessHandle.of(pid.asLong()));
    }

    private Credentials credentials(ClientConfig config) {
        Optional<String> access = options.accessKey().or(() -> variable("HAYLOFT_ACCESS_KEY"));
        Optional<String> secret = options.secretKey().or(() -> variable("HAYLOFT_SECRET_KEY"));
        if (access.isPresent() != secret.isPresent()) {
            throw new CommandFailure("an access key and its secret key come together; "
                    + (access.isPresent()
                            ? "give --secret-key or HAYLOFT_SECRET_KEY"
                            : "give --access-key or HAYLOFT_ACCESS_KEY")
                    + " too");
        }
        if (access.isPresent()) {
            return Credentials.key(access.get(), secret.orElse(""));
        }
        boolean ours = isTrusted(config.server()) && isTrusted(config.admin());
        return ours ? rootKey() : Credentials.NONE;
    }

    private boolean isTrusted(URI url) {
        String host = url.getHost() == null ? "" : url.getHost();
        return isAnnounced(url)
                || host.equals("localhost")
                || host.equals("[::1]")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    private boolean isAnnounced(URI url) {
        return announcedUrl("http").filter(url.toString()::equals).isPresent()
                || announcedUrl("admin").filter(url.toString()::equals).isPresent();
    }

    private Credentials rootKey() {
        Path file = data.resolve("root.key");
        Map<String, String> lines = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    lines.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
        } catch (NoSuchFileException e) {
            return Credentials.NONE; // No server of this machine; one whose identity is off answers all the same.
        } catch (IOException e) {
            throw new CommandFailure(
                    "the root key in " + file + " cannot be read (" + e.getMessage()
                            + "); run as the user of the server, or give --access-key and --secret-key",
                    e);
        }
        if (!lines.containsKey("access_key") || !lines.containsKey("secret_key")) {
            throw new CommandFailure(file + " holds no access_key and secret_key; give --access-key and --secret-key");
        }
        return Credentials.key(lines.getOrDefault("access_key", ""), lines.getOrDefault("secret_key", ""));
    }

    private static JsonObject announcement(Path data) {
        Path file = data.resolve("server.json");
        try {
            return JsonValue.parse(Files.readString(file)).asObject();
        } catch (NoSuchFileException e) {
            return JsonObject.EMPTY;
        } catch (IOException | JsonException e) {
            throw new CommandFailure(
                    "the running server's " + file + " cannot be read (" + e.getMessage()
                            + "); give --server URL, or remove it if no server runs",
                    e);
        }
    }

    private Optional<String> announcedUrl(String name) {
        return announced.find(name).map(JsonValue::asText).filter(url -> !url.equals("off"));
    }

    private Optional<String> variable(String name) {
        return Optional.of(environment.variable(name)).filter(value -> !value.isEmpty());
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw notUrl(text, e);
        }
        throw notUrl(text, new IllegalArgumentException(text));
    }

    private static CommandFailure notUrl(String text, IllegalArgumentException cause) {
        return new CommandFailure(
                "\"" + text + "\" is no URL of a server; one looks like http://127.0.0.1:8080", cause);
    }
}
