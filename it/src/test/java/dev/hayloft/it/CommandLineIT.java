package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.it.Launcher.Run;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The verbs through {@code bin/hayloft}, each a process of its own, against the real server. */
final class CommandLineIT extends ServerCase {
    private static Launcher launcher;

    @BeforeAll
    static void findLauncher() {
        launcher = new Launcher(folder);
    }

    private static Run run(String... arguments) {
        return launcher.run(arguments);
    }

    private static Run done(String... arguments) {
        return launcher.done(arguments);
    }

    @Test
    void rulesForOtherOrigins_fromTheCommandLine_areKept() throws IOException {
        String rules = "[{\"origins\":[\"*\"],\"methods\":[\"GET\"],\"headers\":[],\"expose\":[],"
                + "\"credentials\":false,\"maxAge\":60}]";
        Path file = Files.writeString(folder.resolve("rules.json"), rules);
        done("bucket", "create", "pages", "cors=" + rules);
        done("bucket", "create", "others", "cors=@" + file);
        for (String bucket : List.of("pages", "others")) {
            JsonObject shown = done("bucket", "show", bucket, "--json").json();
            assertThat(shown.get("settings").asObject().get("cors")).isEqualTo(JsonValue.parse(rules));
        }
        done("bucket", "set", "others", "cors=null");
        assertThat(done("bucket", "show", "others").out()).doesNotContain("origins");
    }

    @Test
    void users_fromTheCommandLine_areMadeGrantedAndRemoved() throws Exception {
        done("bucket", "create", "shelf");
        JsonObject ann =
                done("user", "create", "ann", "--grant", "shelf:read", "--json").json();
        String[] asAnn = {"--access-key", ann.text("accessKey"), "--secret-key", ann.text("secretKey")};
        Files.writeString(folder.resolve("book.txt"), "book");
        assertThat(run(with(asAnn, "put", "book.txt", "shelf/book")).err()).contains("no grant");
        done("user", "grant", "ann", "shelf", "write");
        done(with(asAnn, "put", "book.txt", "shelf/book"));
        assertThat(done("user", "show", "ann").out()).contains("shelf:read,write");
        done("user", "revoke", "ann", "shelf", "read");
        assertThat(run(with(asAnn, "cat", "shelf/book")).code()).isEqualTo(1);
        JsonObject second = done("user", "key", "add", "ann", "--json").json();
        done("user", "key", "rm", "ann", ann.text("accessKey"));
        assertThat(done("user", "ls", "--json").out()).contains(second.text("accessKey"));
        JsonObject token = done("token", "--expires-in", "60", "--json").json();
        HttpCalls bearer = HttpCalls.bearer(server.api(), token.text("token"));
        assertThat(bearer.get("/v1/buckets/shelf").statusCode()).isEqualTo(200);
        JsonObject link = done(with(asAnnAgain(second), "link", "shelf/new", "--put", "--json"))
                .json();
        HttpResponse<String> stored = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(link.text("url")))
                                .PUT(HttpRequest.BodyPublishers.ofString("by link"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(201);
        assertThat(done("cat", "shelf/new").out()).isEqualTo("by link");
        done("user", "rm", "ann");
        assertThat(run("user", "show", "ann").code()).isEqualTo(1);
    }

    @Test
    void process_configLevelsDiagnostics_areShownAndSet() throws IOException {
        assertThat(done("config", "storage.volumeSize").out())
                .contains("storage.volumeSize")
                .contains("4MiB")
                .contains("1GiB");
        assertThat(done("config", "--json").json().get("settings").asArray()).isNotEmpty();
        assertThat(done("log-level", "dev.hayloft.log", "debug").out()).containsPattern("dev.hayloft.log +debug");
        assertThat(done("log-level", "dev.hayloft.log", "inherit").out()).doesNotContain("debug");
        assertThat(run("log-level", "dev.hayloft.log", "loud").err()).contains("A level is off, error, warn");
        done("diagnostics", "bundle.zip");
        try (ZipFile zip = new ZipFile(folder.resolve("bundle.zip").toFile())) {
            assertThat(zip.getEntry("status.json")).isNotNull();
        }
        assertThat(run("diagnostics", "bundle.zip").code()).isEqualTo(2);
        done("diagnostics", "bundle.zip", "--overwrite");
    }

    @Test
    void shell_completionAndPages_areWritten() throws IOException {
        String script = done("completion").out();
        assertThat(script).contains("complete -F").contains("log-level").contains("--json");
        done("man", "pages");
        assertThat(folder.resolve("pages/hayloft-bucket-create.1")).exists();
        assertThat(Files.readString(folder.resolve("pages/hayloft.1")))
                .startsWith(".TH \"HAYLOFT\" 1")
                .contains("put(1)");
    }

    private static String[] asAnnAgain(JsonObject key) {
        return new String[] {"--access-key", key.text("accessKey"), "--secret-key", key.text("secretKey")};
    }

    private static String[] with(String[] options, String... verb) {
        return Stream.concat(Stream.of(verb), Stream.of(options)).toArray(String[]::new);
    }

    @Test
    void verbs_inTheFolderOfTheServer_findPortsAndKey() throws IOException {
        done("bucket", "create", "docs");
        Files.writeString(folder.resolve("hello.txt"), "hello");
        JsonObject stored = done("put", "hello.txt", "docs/a/ü.txt", "--meta", "author=Zoë", "--json")
                .json();
        assertThat(stored.text("sha256")).isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assertThat(done("ls", "docs").out()).isEqualTo("a/\n");
        assertThat(done("ls", "docs/a/").out()).isEqualTo("a/ü.txt\n");
        JsonObject entry = done("stat", "docs/a/ü.txt", "--json").json();
        assertThat(entry.text("etag")).isEqualTo(stored.text("sha256"));
        assertThat(entry.get("metadata").asObject().text("author")).isEqualTo("Zoë");
        assertThat(done("cat", "docs/a/ü.txt").out()).isEqualTo("hello");
        done("get", "docs/a/ü.txt", "copy.txt");
        assertThat(folder.resolve("copy.txt")).hasContent("hello");
        done("rm", "docs/a/ü.txt");
        assertThat(done("ls", "docs", "--json").out()).isEqualTo("{\"objects\":[],\"prefixes\":[],\"next\":null}\n");
        done("bucket", "rm", "docs");
        assertThat(done("bucket", "ls").out()).doesNotContain("docs");
    }

    @Test
    void failures_haveTheirExitCodesAndNameTheInput() {
        Run usage = run("lss", "photos");
        assertThat(usage.code()).isEqualTo(2);
        assertThat(usage.err()).contains("\"lss\"").contains("did you mean");
        Run bucket = run("ls", "no-such-bucket-here");
        assertThat(bucket.code()).isEqualTo(1);
        assertThat(bucket.err()).contains("no-such-bucket").contains("\"no-such-bucket-here\"");
        done("bucket", "create", "failures");
        Run key = run("stat", "failures/none");
        assertThat(key.code()).isEqualTo(1);
        assertThat(key.err()).contains("no-such-key").contains("\"none\"");
        Run stranger = run("ls", "failures", "--access-key", "A", "--secret-key", "B");
        assertThat(stranger.code()).isEqualTo(1);
        assertThat(stranger.err()).contains("unauthenticated").contains("--access-key");
        Run nowhere = run("ls", "--server", "http://127.0.0.1:1");
        assertThat(nowhere.code()).isEqualTo(1);
        assertThat(nowhere.err()).contains("no-connection").contains("127.0.0.1:1");
    }

    @Test
    void tree_ofManyFiles_comesBackTheSame() throws IOException {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Random random = new Random(7);
        for (int i = 0; i < 1_200; i++) {
            Path file = tree.resolve("folder " + i % 17).resolve(i % 5 + "é").resolve("file+" + i + "%41.bin");
            Files.createDirectories(file.resolveSibling(""));
            byte[] content = new byte[i == 7 ? 5 << 20 : random.nextInt(3_000)];
            random.nextBytes(content);
            Files.write(file, content);
        }
        done("bucket", "create", "trees");
        assertThat(done("put", "-r", "tree", "trees/deep/down", "--json").json().number("objects"))
                .isEqualTo(1_200);
        assertThat(done("get", "-r", "trees/deep/down", "copy of tree", "--json")
                        .json()
                        .number("objects"))
                .isEqualTo(1_200);
        assertThat(contentsBelow(folder.resolve("copy of tree"))).isEqualTo(contentsBelow(tree));
        assertThat(done("rm", "-r", "trees/deep", "--json").json().number("objects"))
                .isEqualTo(1_200);
        assertThat(done("ls", "-r", "trees").out()).isEmpty();
    }

    private static SortedMap<String, String> contentsBelow(Path root) throws IOException {
        SortedMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        root.relativize(file).toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    @Test
    void put_thatIsInterrupted_leavesNothing() throws IOException {
        done("bucket", "create", "broken");
        Process put = launcher.command(Launcher.program(), "put", "-", "broken/half")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream input = put.getOutputStream()) {
            input.write(
                    new byte[3 << 20]); // More than all buffers between: the request is under way when this returns.
            input.flush();
            put.destroy();
            assertThat(Launcher.endOf(put)).isNotZero();
        } catch (IOException gone) {
            assertThat(put.isAlive())
                    .as("the pipe broke because the verb ended")
                    .isFalse();
        }
        assertThat(done("ls", "broken").out()).isEmpty();
    }

    @Test
    void launcher_throughLinkInFolderWithSpaces_findsItsHome() throws IOException {
        Path odd = Files.createDirectory(folder.resolve("a folder with spaces"));
        Files.createSymbolicLink(odd.resolve("my hayloft"), SourceTree.root().resolve("bin/hayloft"));
        Path second = Files.createSymbolicLink(odd.resolve("link to link"), Path.of("my hayloft"));
        Run run = launcher.run(launcher.command(second, "bucket", "create", "linked"), "");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(done("bucket", "show", "linked", "--json").json().text("name"))
                .isEqualTo("linked");
    }

    @Test
    void server_afterTheFirstOne_mapsTheArchiveOfClasses() throws IOException {
        String maps = Files.readString(Path.of("/proc", Long.toString(server.pid()), "maps"));
        assertThat(maps).contains(SourceTree.root().resolve("api/target/cds").toString());
    }

    @Test
    void careForAStoppedStore_worksOnItsFolder_alsoOnACopyOfARunningOne() throws IOException {
        done("bucket", "create", "copied");
        Files.writeString(folder.resolve("hay.txt"), "hay");
        done("put", "hay.txt", "copied/a");
        Path copy = folder.resolve("copy");
        done("backup", folder.resolve("saved").toString(), "--wait");
        done("restore", folder.resolve("saved").toString(), "--data", copy.toString());
        Files.copy(server.data().resolve("server.json"), copy.resolve("server.json")); // Of the original's server.
        long before = rebuildsOfTheRunningStore();
        Run rebuilt = done("index", "rebuild", "--data", copy.toString(), "--json");
        assertThat(rebuilt.json().text("state")).isEqualTo("done");
        assertThat(copy.resolve("server.json")).doesNotExist();
        assertThat(rebuildsOfTheRunningStore()).isEqualTo(before);
        Run absent = run("volume", "verify", "0-99", "--data", copy.toString());
        assertThat(absent.code()).isEqualTo(1);
        assertThat(absent.err()).contains("no-such-volume");
    }

    private long rebuildsOfTheRunningStore() {
        return done("job", "ls")
                .out()
                .lines()
                .filter(line -> line.contains("rebuild-index"))
                .count();
    }

    @Test
    void operatorVerbs_askTheAdminPort() {
        done("bucket", "create", "loaded");
        String[] load = {"bench", "put", "--bucket", "loaded", "--size", "1KiB", "--count", "200", "--connections", "4"
        };
        List<String> withJson = new ArrayList<>(List.of(load));
        withJson.add("--json");
        JsonObject figures = done(withJson.toArray(String[]::new)).json();
        assertThat(figures.members().keySet())
                .containsExactlyInAnyOrder(
                        "opsPerSecond",
                        "bytesPerSecond",
                        "p50Micros",
                        "p99Micros",
                        "p999Micros",
                        "errors",
                        "seconds",
                        "serverCpuMicrosPerOp");
        assertThat(figures.number("errors")).isZero();
        assertThat(done("bench", "get", "--bucket", "loaded", "--count", "200").out())
                .contains("200 operations")
                .contains("0 errors");

        assertThat(done("status", "--json").json().number("objects")).isGreaterThanOrEqualTo(200);
        assertThat(done("status").out()).contains("healthy");
        String volume = done("volumes", "--json")
                .json()
                .get("volumes")
                .asArray()
                .values()
                .get(0)
                .asObject()
                .text("id");
        assertThat(done("volume", "show", volume, "--json").json().text("id")).isEqualTo(volume);
        Run dump = run("volume", "dump", volume); // Only of a store that nobody changes meanwhile.
        assertThat(dump.code()).isEqualTo(1);
        assertThat(dump.err()).contains("stop it");
        assertThat(dump.out()).isEmpty();
        JsonObject job = done("index", "rebuild", "--wait", "--json").json();
        assertThat(job.text("state")).isEqualTo("done");
        assertThat(done("job", "show", job.text("id")).out()).contains("rebuild-index");
        assertThat(done("ls", "-r", "loaded").out().lines()).hasSize(200);
    }
}
