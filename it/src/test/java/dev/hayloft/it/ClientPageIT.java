package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/client.md, taken from the page, compiled, and run against a real server. */
final class ClientPageIT {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");
    private static final String HEAD =
            """
            import static java.nio.charset.StandardCharsets.UTF_8;

            import dev.hayloft.client.*;
            import dev.hayloft.client.json.*;
            import java.io.*;
            import java.net.URI;
            import java.nio.file.*;
            import java.util.concurrent.CompletableFuture;
            import java.util.function.Consumer;

            public final class Page {
                public static void main(String[] arguments) throws Exception {
                    String accessKey = arguments[1];
                    String secretKey = arguments[2];
            """;

    @TempDir
    Path folder;

    @Test
    void examples_ofThePage_compileAndDoWhatTheySay() throws Exception {
        List<String> examples = EXAMPLE.matcher(
                        Files.readString(SourceTree.root().resolve("docs/client.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
        assertThat(examples).as("examples on the page").hasSize(3);
        Files.writeString(folder.resolve("sea.jpg"), "the sea");
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            server.calls().makeBucket("logs");
            run(source(examples), server.api(), server.rootKey("access_key"), server.rootKey("secret_key"));
            assertThat(folder.resolve("copy.jpg")).hasContent("the sea");
            HttpCalls calls = server.calls();
            assertThat(calls.get(HttpCalls.object("photos", "2026/sea.jpg"))
                            .headers()
                            .firstValue("Content-Type"))
                    .contains("image/jpeg");
            assertThat(HttpCalls.text(calls.get(HttpCalls.object("logs", "sensor/1"))))
                    .isEqualTo("21.5");
            assertThat(HttpCalls.text(calls.get(HttpCalls.object("logs", "sensor/2"))))
                    .isEqualTo("{\"c\":22.0}");
            server.stopCleanly();
        }
    }

    /** One program of all; what the page leaves open is named here: where, and when to end. */
    private String source(List<String> examples) {
        String first = replaced(examples.get(0), "\"http://127.0.0.1:8080\"", "arguments[0]");
        first = replaced(first, "Path.of(\"sea.jpg\")", "Path.of(\"" + folder.resolve("sea.jpg") + "\")");
        first = replaced(first, "Path.of(\"copy.jpg\")", "Path.of(\"" + folder.resolve("copy.jpg") + "\")");
        first = replaced(first, "System.err.println(e.code() + \": \" + e.detail());", "throw e;");
        String second = examples.get(1);
        String third = replaced(examples.get(2), "while (running)", "for (int i = 0; i < 2; i++)");
        third = replaced(third, "withWait(20)", "withWait(0)");
        return HEAD
                + first
                + "Consumer<HayloftClientException> alarm = failure -> { throw failure; };\n"
                + "try (HayloftClient hayloft = HayloftClient.open(config)) {\n"
                + "{\n" + second + "}\n{\n" + third + "}\n}\n}\n}\n";
    }

    private static String replaced(String text, String what, String by) {
        assertThat(text).contains(what);
        return text.replace(what, by);
    }

    private void run(String source, String... arguments) throws IOException, ReflectiveOperationException {
        Path file = Files.writeString(folder.resolve("Page.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-d", folder.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
            boolean compiles = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertThat(compiles).as("the page compiles: %s\n%s", said, source).isTrue();
        }
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Page").getMethod("main", String[].class).invoke(null, (Object) arguments);
        }
    }
}
