package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code bin/hayloft} in a folder, each verb as a process of its own, in a shell as bare as a container's. */
final class Launcher {
    private static final int EXIT_MAX_SECONDS = 120;

    private final Path folder;

    /** A launcher of verbs in one folder; a server's data is found there as {@code data}. */
    Launcher(Path folder) {
        this.folder = folder;
    }

    /** What a verb said and how it ended. */
    record Run(int code, String out, String err) {
        JsonObject json() {
            return JsonValue.parse(out).asObject();
        }

        /** The last line; of a stream of documents the one that tells the end. */
        JsonObject lastJson() {
            List<String> lines = out.lines().toList();
            assertThat(lines).as("lines on standard output; it said %s", err).isNotEmpty();
            return JsonValue.parse(lines.get(lines.size() - 1)).asObject();
        }
    }

    static Path program() {
        return SourceTree.root().resolve("bin/hayloft");
    }

    /** A verb that is not started yet. */
    ProcessBuilder command(Path launcher, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("HAYLOFT_") && !name.equals("HAYLOFT_BUILD"));
        builder.environment().putAll(ServerProcess.environment());
        builder.environment().putAll(Map.of("LANG", "C", "LC_ALL", "C"));
        return builder;
    }

    Run run(String... arguments) {
        return run(command(program(), arguments), "");
    }

    /** With something on standard input. */
    Run fed(String input, String... arguments) {
        return run(command(program(), arguments), input);
    }

    /** Runs a verb to its end. */
    Run run(ProcessBuilder command, String input) {
        try {
            Path in = Files.writeString(Files.createTempFile(folder, "in-", ".txt"), input);
            Path out = Files.createTempFile(folder, "out-", ".txt");
            Path err = Files.createTempFile(folder, "err-", ".txt");
            Process process = command.redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            int code = endOf(process);
            Run run = new Run(code, Files.readString(out), Files.readString(err));
            Files.delete(in);
            Files.delete(out);
            Files.delete(err);
            return run;
        } catch (IOException failed) {
            throw new AssertionError("bin/hayloft could not be started", failed);
        }
    }

    static int endOf(Process process) {
        try {
            assertThat(process.waitFor(EXIT_MAX_SECONDS, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a verb runs", interrupted);
        }
    }

    /** Runs a verb that has to succeed. */
    Run done(String... arguments) {
        Run run = run(arguments);
        assertThat(run.code())
                .as("exit code of %s; it said %s", List.of(arguments), run.err())
                .isZero();
        return run;
    }

    /** What a verb that has to succeed says to {@code --json}. */
    JsonObject json(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        return done(all.toArray(String[]::new)).lastJson();
    }

    /** The problem that a verb that has to fail prints for {@code --json}, as it says it in words too. */
    JsonObject problem(int code, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        Run run = run(all.toArray(String[]::new));
        assertThat(run.code()).as("exit code of %s; it said %s", all, run.err()).isEqualTo(code);
        assertThat(run.err()).as("words of %s", all).startsWith("hayloft: ");
        return run.lastJson().get("error").asObject();
    }
}
