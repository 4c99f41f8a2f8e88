package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * The real server as a child process: started through {@code bin/hayloft serve} on free ports, ready when it says so,
 * stopped by signals. Its two streams go to files beside the data folder, which stay for a failed test to quote.
 *
 * <p><i>Threads:</i> one owner; {@link #api} and {@link #admin} may be read by all once the server is ready.
 */
final class ServerProcess implements AutoCloseable {
    /** Long enough for the launcher to build what is not built yet. */
    private static final Duration READY_MAX = Duration.ofMinutes(2);

    private static final Duration STOP_MAX = Duration.ofSeconds(40);
    private static final Pattern READY =
            Pattern.compile("Hayloft (\\S+) ready: (https?://[^ ]+) admin: (https?://[^ ]+)"
                    + " console: (off|https?://[^ ]+) ciaos: (off|https?://[^ ]+)");

    /** Settings and command of one start. */
    record Options(Path data, List<String> settings, List<String> arguments, List<String> prefix) {
        Options {
            settings = List.copyOf(settings);
            arguments = List.copyOf(arguments);
            prefix = List.copyOf(prefix);
        }

        /** A server on a data folder with everything at its default, on small volumes and a small reserve. */
        static Options on(Path data) {
            return new Options(
                    data,
                    List.of("ciaos.port=-1", "storage.volumeSize=4MiB", "storage.reserve=16MiB"),
                    List.of(),
                    List.of());
        }

        /** With one more {@code --set KEY=VALUE}. */
        Options set(String keyAndValue) {
            List<String> more = new ArrayList<>(settings);
            more.add(keyAndValue);
            return new Options(data, more, arguments, prefix);
        }

        /** With more arguments of {@code serve}. */
        Options with(String... more) {
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of(more));
            return new Options(data, settings, all, prefix);
        }

        /** Run by another command, such as one that makes a namespace of process ids. */
        Options under(String... command) {
            return new Options(data, settings, arguments, List.of(command));
        }
    }

    private final Options options;
    private final Process process;
    private final Path output;
    private final Path errors;
    private String api = "";
    private String admin = "";
    private String ciaos = "";

    private ServerProcess(Options options, Process process, Path output, Path errors) {
        this.options = options;
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /** Starts a server and waits until it can serve. */
    static ServerProcess start(Options options) {
        ServerProcess server = launch(options);
        try {
            server.awaitReady();
            return server;
        } catch (AssertionError notReady) {
            server.kill();
            throw notReady;
        }
    }

    /** Starts a server and does not wait. */
    static ServerProcess launch(Options options) {
        try {
            Path folder = Files.createDirectories(options.data().resolveSibling("streams"));
            Path output = Files.createTempFile(folder, "out-", ".log");
            Path errors = Files.createTempFile(folder, "err-", ".log");
            List<String> command = new ArrayList<>(options.prefix());
            command.add(SourceTree.root().resolve("bin/hayloft").toString());
            command.addAll(List.of("serve", "--admin-port", "0"));
            if (!options.arguments().contains("--port")) {
                command.addAll(List.of("--port", "0"));
            }
            command.addAll(List.of("--data", options.data().toString()));
            options.settings().forEach(setting -> command.addAll(List.of("--set", setting)));
            command.addAll(options.arguments());
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
            builder.environment().putAll(environment());
            return new ServerProcess(options, builder.start(), output, errors);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The launcher is to take the JVM of this test and what Maven has built for it. */
    static Map<String, String> environment() {
        return Map.of("HAYLOFT_JAVA", ProcessHandle.current().info().command().orElse("java"));
    }

    /** Waits for the one line that says the server can serve. */
    void awaitReady() {
        Awaitility.await("the ready line")
                .atMost(READY_MAX)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    assertThat(process.isAlive())
                            .as("alive; it said %s", said())
                            .isTrue();
                    return read(output).contains("\n");
                });
        String line = read(output).strip();
        Matcher ready = READY.matcher(line);
        assertThat(ready.matches()).as("the ready line <%s>", line).isTrue();
        api = ready.group(2);
        admin = ready.group(3);
        ciaos = ready.group(5);
    }

    /** Base of the native API, {@code http://HOST:PORT}. */
    String api() {
        return api;
    }

    /** Base of the admin port. */
    String admin() {
        return admin;
    }

    /** Base of the CIAOS port, {@code off} where it is off. */
    String ciaos() {
        return ciaos;
    }

    /** Access key and secret of the root key, with a colon between. */
    String rootPair() {
        return rootKey("access_key") + ":" + rootKey("secret_key");
    }

    Path data() {
        return options.data();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** A client with the root key. */
    HttpCalls calls() {
        return new HttpCalls(api, rootKey("access_key"), rootKey("secret_key"));
    }

    /** As {@link #calls}, to the admin port. */
    HttpCalls adminCalls() {
        return new HttpCalls(admin, rootKey("access_key"), rootKey("secret_key"));
    }

    /** Calls to the operations API. */
    HttpCalls operations() {
        return new HttpCalls(admin, rootKey("access_key"), rootKey("secret_key"));
    }

    /** Kills the process and what it may have started, at once, and waits until it is gone. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(60)); // A busy disk holds back even a killed process.
    }

    /** Asks it to end and answers its exit code. */
    int terminate() {
        process.destroy();
        return awaitExit(STOP_MAX);
    }

    /** Waits for an end that was asked for in another way, and answers the exit code. */
    int awaitExit(Duration atMost) {
        try {
            assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                    .as("ended within %s; it said %s", atMost, said())
                    .isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a server ends", interrupted);
        }
        return process.exitValue();
    }

    /** What stands on its standard output. */
    String output() {
        return read(output);
    }

    /** What it said on standard error. */
    String said() {
        return read(errors);
    }

    /** Lines of its log at level ERROR. */
    List<String> errorLines() {
        return said().lines().filter(line -> line.matches(".*\\bERROR\\b.*")).toList();
    }

    /** Ends it, and fails when it did not end well or had logged an error. */
    void stopCleanly() {
        assertThat(terminate()).as("exit code; it said %s", said()).isZero();
        assertThat(errorLines()).isEmpty();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }

    /** A line of {@code root.key}: {@code access_key} or {@code secret_key}. */
    String rootKey(String name) {
        return read(options.data().resolve("root.key"))
                .lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("root.key has no " + name));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
