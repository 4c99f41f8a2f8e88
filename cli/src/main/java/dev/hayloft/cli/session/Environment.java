package dev.hayloft.cli.session;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a verb sees of the process around it; tests give another one.
 *
 * @param variables the environment
 * @param folder what relative paths begin at
 * @param input standard input
 * @param output standard output, for bytes; flush {@code out} before writing here
 * @param out standard output, for text
 * @param err standard error, for text
 * @param terminal whether standard error is a terminal
 */
public record Environment(
        Map<String, String> variables,
        Path folder,
        InputStream input,
        OutputStream output,
        PrintWriter out,
        PrintWriter err,
        boolean terminal) {

    /** The process's own; the launcher says by {@code -Dhayloft.terminal} whether a person watches. */
    public static Environment ofProcess(InputStream input, OutputStream output, OutputStream error) {
        PipeInput pipe = new PipeInput(input);
        Runtime.getRuntime().addShutdownHook(new Thread(pipe::interrupt, "hayloft-interrupt"));
        return new Environment(
                System.getenv(),
                Path.of(""),
                pipe,
                output,
                new PrintWriter(new OutputStreamWriter(output, StandardCharsets.UTF_8), false),
                new PrintWriter(new OutputStreamWriter(error, StandardCharsets.UTF_8), true),
                Boolean.getBoolean("hayloft.terminal"));
    }

    /** A variable of the environment, empty where it is unset. */
    public String variable(String name) {
        return variables.getOrDefault(name, "");
    }
}
