package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Public Python packages in an environment of their own below {@code it/target}, installed once per checkout. */
final class PythonTools {
    private static final int INSTALL_MAX_MINUTES = 5;

    private final Path folder;

    private PythonTools(Path folder) {
        this.folder = folder;
    }

    /** An environment with a package, for example {@code ciaos==1.0.0}. */
    static PythonTools with(String requirement) throws IOException {
        Path folder = SourceTree.root().resolve("it/target/python-" + requirement.replaceAll("[^a-z0-9.]", "-"));
        Path mark = folder.resolve("INSTALLED");
        PythonTools tools = new PythonTools(folder);
        if (!Files.exists(mark)) {
            run(SourceTree.root(), List.of("python3", "-m", "venv", "--clear", folder.toString()));
            run(folder, List.of(tools.program("pip"), "install", "--quiet", "--no-input", requirement));
            Files.writeString(mark, requirement + "\n");
        }
        return tools;
    }

    /** The path of a program of the environment. */
    String program(String name) {
        return folder.resolve("bin").resolve(name).toString();
    }

    private static void run(Path where, List<String> command) throws IOException {
        Output output = run(where, command, INSTALL_MAX_MINUTES);
        assertThat(output.code()).as("%s said %s", command, output.text()).isZero();
    }

    /** How a program ended and what it said on both streams. */
    record Output(int code, String text) {}

    /** Runs a program to its end. */
    static Output run(Path where, List<String> command, int minutesMax) throws IOException {
        Path said = Files.createTempFile("python-", ".log");
        try {
            Process process = new ProcessBuilder(new ArrayList<>(command))
                    .directory(where.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (!process.waitFor(minutesMax, TimeUnit.MINUTES)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(command + " takes too long; it said " + Files.readString(said));
            }
            return new Output(process.exitValue(), Files.readString(said));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            Files.delete(said);
        }
    }
}
