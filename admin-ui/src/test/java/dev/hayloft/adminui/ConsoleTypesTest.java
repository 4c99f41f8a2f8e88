package dev.hayloft.adminui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The types that the console's comments promise, as TypeScript's compiler sees them, against those of the libraries.
 */
final class ConsoleTypesTest {
    private static final String WEBJARS = "META-INF/resources/webjars/";

    /** Libraries by the folder in which a module is looked for. */
    private static final Map<String, String> MODULES = Map.of(
            "lit", "lit",
            "lit-html", "lit-html",
            "lit-element", "lit-element",
            "lit__reactive-element", "@lit/reactive-element",
            "types__trusted-types", "@types/trusted-types",
            "typescript", "typescript");

    @TempDir
    Path folder;

    @Test
    void modules_ofTheConsole_keepTheirTypes() throws Exception {
        int libraries = 0;
        for (String entry : System.getProperty("java.class.path").split(":")) {
            for (Map.Entry<String, String> module : MODULES.entrySet()) {
                if (entry.contains("/webjars/npm/" + module.getKey() + "/")) {
                    unpack(Path.of(entry), module.getKey(), folder.resolve("node_modules/" + module.getValue()));
                    libraries++;
                }
            }
        }
        assertThat(libraries).as("libraries on the class path").isEqualTo(MODULES.size());
        Path app = Path.of("src/main/resources/dev/hayloft/adminui/console/app").toAbsolutePath();
        Path link = Files.createSymbolicLink(folder.resolve("app"), app);
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(List.of(
                        "node",
                        "node_modules/typescript/lib/tsc.js",
                        "--noEmit",
                        "--allowJs",
                        "--checkJs",
                        "--strict",
                        "--skipLibCheck",
                        "--preserveSymlinks",
                        "--target",
                        "es2022",
                        "--module",
                        "esnext",
                        "--moduleResolution",
                        "bundler",
                        "--lib",
                        "es2022,dom,dom.iterable,dom.asynciterable",
                        "app/main.js"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended").isTrue();
        Files.delete(link);
        assertThat(Files.readString(output)).isEmpty();
        assertThat(process.exitValue()).isZero();
    }

    /** What stands below the library's folder, whose name is its version. */
    private static void unpack(Path jar, String library, Path target) throws IOException {
        try (InputStream file = Files.newInputStream(jar);
                ZipInputStream zip = new ZipInputStream(file, StandardCharsets.UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                String below = WEBJARS + library + "/";
                if (!entry.isDirectory() && name.startsWith(below) && !name.endsWith(".map")) {
                    Path place = target.resolve(name.substring(name.indexOf('/', below.length()) + 1));
                    Files.createDirectories(place.getParent());
                    Files.copy(zip, place);
                }
            }
        }
    }
}
