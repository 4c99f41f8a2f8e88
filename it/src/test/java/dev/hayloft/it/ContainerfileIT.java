package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The image's last stage without an image: what {@code Containerfile} copies, on a disk that cannot be written, run by
 * its user. Needs root, who may make a namespace of mounts.
 */
final class ContainerfileIT {
    private static final String COPY = "COPY --from=build /src/";
    private static final String USER = "10001";

    /** Makes the folder {@code $0} one that nobody writes, and becomes the launcher in it, as the image's user. */
    private static final String AS_THE_IMAGE = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\""
            + " && cd \"$0/opt/hayloft\" && exec setpriv --reuid=" + USER + " --regid=" + USER
            + " --clear-groups --no-new-privs ./bin/hayloft \"${@:2}\"";

    private final Path folder = TempFolders.create("image");
    private final Path root = folder.resolve("root");
    private final List<String> lines =
            SourceTree.read(SourceTree.root().resolve("Containerfile")).lines().toList();

    @BeforeEach
    void needsRoot() throws IOException, InterruptedException {
        String trial = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"" + " && setpriv --reuid=" + USER
                + " --regid=" + USER + " --clear-groups \"$1\" -version";
        String java = ServerProcess.environment().get("HAYLOFT_JAVA");
        Process process = new ProcessBuilder("unshare", "--mount", "bash", "-c", trial, folder.toString(), java)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0, "no right to make namespaces");
    }

    @AfterEach
    void delete() throws IOException {
        TempFolders.delete(folder);
    }

    @Test
    void whatIsCopied_servesForNobodySpecial_onAReadOnlyDisk() throws IOException, InterruptedException {
        assertThat(lines).contains("USER " + USER);
        int copied = 0;
        for (String line : lines) {
            if (line.startsWith(COPY)) {
                String[] words = line.substring(COPY.length()).split(" ");
                copy(SourceTree.root().resolve(words[0]), words[1]);
                copied++;
            }
        }
        assertThat(copied).isPositive();
        Launcher asRoot = new Launcher(root);
        for (String verb : List.of("serve", "--version")) { // As the image's build does, who may write archives.
            ProcessBuilder command = asRoot.command(root.resolve("opt/hayloft/bin/hayloft"), verb, "--help");
            command.environment().putAll(environment());
            Launcher.Run run = asRoot.run(command, "");
            assertThat(run.code()).as(run.err()).isZero();
        }

        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.setAttribute(data, "unix:uid", Integer.parseInt(USER));
        List<String> prefix = new ArrayList<>(List.of("env"));
        environment().forEach((name, value) -> prefix.add(name + "=" + value));
        prefix.addAll(List.of("unshare", "--mount", "bash", "-c", AS_THE_IMAGE, root.toString()));
        byte[] value = "from an image".getBytes(StandardCharsets.UTF_8);
        Options options = Options.on(data).under(prefix.toArray(String[]::new));
        for (int start = 0; start < 2; start++) {
            try (ServerProcess server = ServerProcess.start(options)) {
                HttpCalls calls = server.calls();
                calls.makeBucket("image");
                assertThat(calls.put(HttpCalls.object("image", "key"), value).statusCode())
                        .isIn(200, 201);
                assertThat(calls.get(HttpCalls.object("image", "key")).body()).isEqualTo(value);
                assertThat(Files.getAttribute(data.resolve("root.key"), "unix:uid"))
                        .isEqualTo(Integer.parseInt(USER));
                server.stopCleanly(); // The signal reaches the JVM: nothing of the launcher stands before it.
            }
        }
    }

    /** What the image sets, but for where it listens and keeps its data. */
    private Map<String, String> environment() {
        return lines.stream()
                .filter(line -> line.startsWith("ENV "))
                .flatMap(line -> Stream.of(line.substring("ENV ".length()).split(" ")))
                .filter(pair -> !pair.contains("_BIND=") && !pair.contains("_DATA="))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private void copy(Path from, String to) throws IOException, InterruptedException {
        Path target = root.resolve(to.substring(1));
        boolean isInto = to.endsWith("/");
        Files.createDirectories(isInto ? target : target.resolve("..").normalize());
        List<String> command = isInto
                ? List.of("cp", "-a", from.toString(), target.toString())
                : List.of("cp", "-aT", from.toString(), target.toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
