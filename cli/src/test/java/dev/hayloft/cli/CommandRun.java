package dev.hayloft.cli;

import dev.hayloft.cli.session.Environment;
import dev.hayloft.testing.FakeServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * One command line in this process, and what came of it.
 *
 * @param code the exit code
 * @param out what stood on standard output
 * @param err what stood on standard error
 */
public record CommandRun(int code, String out, String err) {

    /** Against a fake server whose key stands in the environment. */
    public static CommandRun on(FakeServer server, Path folder, String... arguments) {
        return with(variables(server), folder, "", arguments);
    }

    public static Map<String, String> variables(FakeServer server) {
        return Map.of(
                "HAYLOFT_SERVER",
                server.url().toString(),
                "HAYLOFT_ADMIN",
                server.url().toString(),
                "HAYLOFT_ACCESS_KEY",
                FakeServer.ACCESS_KEY,
                "HAYLOFT_SECRET_KEY",
                FakeServer.SECRET_KEY);
    }

    /** Of a process that reads nothing and whose words nobody hears. */
    public static Environment silent(Map<String, String> variables, Path folder) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return new Environment(
                variables,
                folder,
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                nowhere,
                nowhere,
                false);
    }

    public static CommandRun with(Map<String, String> variables, Path folder, String input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Environment environment = new Environment(
                variables,
                folder,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                out,
                new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), false),
                new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true),
                false);
        int code = Main.run(environment, arguments);
        return new CommandRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
