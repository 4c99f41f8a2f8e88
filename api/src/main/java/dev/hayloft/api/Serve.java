package dev.hayloft.api;

import dev.hayloft.api.HayloftServer.OpenStore;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.SettingException;
import dev.hayloft.api.config.Settings;
import dev.hayloft.api.config.SettingsReader;
import dev.hayloft.store.StoreConfig;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/**
 * {@code serve}: reads arguments and settings, starts the server, says so on standard output, and stops it when the
 * process is asked to end.
 */
final class Serve {
    /** Everything is as asked. */
    static final int EXIT_DONE = 0;

    /** The server could not start; standard error has one sentence. */
    static final int EXIT_FAILED = 1;

    /** The arguments are wrong; standard error has one sentence. */
    static final int EXIT_USAGE = 2;

    private static final String USAGE =
            """
            Usage: hayloft serve [--config FILE] [--data DIR] [--port N] [--admin-port N] [--open] [--set KEY=VALUE]...

            Starts the server on config.yml, with data in ./data.
              --config FILE     settings; default: config.yml, if there is one
              --data DIR        the data folder (storage.data)
              --port N          port of the API (http.port); 0 takes any free one
              --admin-port N    port of health, metrics and operations (admin.port); 0 takes any free one
              --open            switches identity off (auth.mode=open); loopback addresses only
              --set KEY=VALUE   any setting of docs/configuration.md, as often as needed
            """;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Function<StoreConfig, OpenStore> opener;

    Serve(Map<String, String> environment, PrintStream out, PrintStream err, Function<StoreConfig, OpenStore> opener) {
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.opener = opener;
    }

    /**
     * Starts a server.
     *
     * @param arguments after the verb
     * @return the server, or the exit code when there is none
     */
    Outcome start(List<String> arguments) {
        new StandardErrorLogging("text", "warn").configure();
        Settings settings;
        try {
            Optional<Settings> read = settings(arguments);
            if (read.isEmpty()) {
                out.print(USAGE);
                return new Outcome(Optional.empty(), EXIT_DONE);
            }
            settings = read.get();
        } catch (UsageException wrong) {
            err.println("hayloft: " + wrong.getMessage() + "; see hayloft serve --help");
            return new Outcome(Optional.empty(), EXIT_USAGE);
        } catch (SettingException wrong) {
            err.println("hayloft: " + wrong.getMessage());
            return new Outcome(Optional.empty(), EXIT_FAILED);
        }
        new StandardErrorLogging(settings.text(Setting.LOG_FORMAT), settings.text(Setting.LOG_LEVEL)).configure();
        try {
            HayloftServer server = HayloftServer.start(settings, version(), opener);
            out.println("Hayloft " + version() + " ready: " + server.httpUrl() + " admin: " + server.adminUrl()
                    + " console: " + server.consoleUrl() + " ciaos: "
                    + server.ciaosUrl().orElse("off"));
            out.flush();
            return new Outcome(Optional.of(server), EXIT_DONE);
        } catch (StartException failure) {
            err.println("hayloft: " + failure.getMessage());
            LoggerFactory.getLogger(Serve.class).debug("The start failed.", failure);
            return new Outcome(Optional.empty(), EXIT_FAILED);
        }
    }

    /**
     * What became of a start.
     *
     * @param server running, or empty
     * @param exitCode of the process when there is no server
     */
    record Outcome(Optional<HayloftServer> server, int exitCode) {}

    /** The settings; empty when only help was asked for. */
    private Optional<Settings> settings(List<String> arguments) {
        Path config = Path.of("config.yml");
        boolean configNamed = false;
        List<String> assignments = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String name = equals < 0 ? argument : argument.substring(0, equals);
            switch (name) {
                case "--help", "-h" -> {
                    return Optional.empty();
                }
                case "--open" -> assignments.add("auth.mode=open");
                case "--config", "--data", "--port", "--admin-port", "--set" -> {
                    if (equals < 0 && i + 1 == arguments.size()) {
                        throw new UsageException(name + " needs a value");
                    }
                    String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
                    if (name.equals("--config")) {
                        config = Path.of(value);
                        configNamed = true;
                    } else {
                        assignments.add(assignment(name, value));
                    }
                }
                default -> throw new UsageException("serve does not know " + argument);
            }
        }
        SettingsReader reader = new SettingsReader();
        if (configNamed || Files.exists(config)) {
            reader.file(config);
        }
        reader.environment(
                environment, sentence -> LoggerFactory.getLogger(Serve.class).warn(sentence));
        assignments.forEach(reader::assignment);
        return Optional.of(reader.read());
    }

    private static String assignment(String option, String value) {
        return switch (option) {
            case "--data" -> "storage.data=" + value;
            case "--port" -> "http.port=" + value;
            case "--admin-port" -> "admin.port=" + value;
            default -> value;
        };
    }

    private static String version() {
        String version = Serve.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0" : version;
    }

    /** Wrong arguments. */
    private static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String sentence) {
            super(sentence, null, false, false);
        }
    }
}
