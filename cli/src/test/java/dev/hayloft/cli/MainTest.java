package dev.hayloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.testing.FakeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
    private final FakeServer server = FakeServer.start();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void makeBucket() {
        server.createBucket("photos");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private CommandRun run(String... arguments) {
        return CommandRun.on(server, folder, arguments);
    }

    private CommandRun done(String... arguments) {
        CommandRun run = run(arguments);
        assertThat(run.code()).as("exit code; it said %s", run.err()).isZero();
        return run;
    }

    private static JsonObject json(CommandRun run) {
        return JsonValue.parse(run.out()).asObject();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serve",
                "status",
                "bench",
                "bench put",
                "bench get",
                "bench mixed",
                "bucket",
                "bucket create",
                "bucket ls",
                "bucket show",
                "bucket set",
                "bucket rm",
                "put",
                "append",
                "get",
                "cat",
                "ls",
                "stat",
                "rm",
                "volumes",
                "volume",
                "volume show",
                "volume dump",
                "job",
                "job ls",
                "job show",
                "job cancel",
                "job pause",
                "job resume",
                "compact",
                "seal",
                "encode",
                "scrub",
                "repair",
                "backup",
                "restore",
                "index",
                "user",
                "user create",
                "user ls",
                "user show",
                "user rm",
                "user grant",
                "user revoke",
                "user key",
                "user key add",
                "user key rm",
                "token",
                "link",
                "key",
                "key new",
                "index rebuild"
            })
    void help_ofEachVerb_isUsage(String verb) {
        String[] arguments = (verb + " --help").strip().split(" ", -1);
        assertThat(done(arguments).out())
                .startsWith("Usage: hayloft")
                .contains("--server")
                .doesNotContain("\u001b");
    }

    @Test
    void keyNew_writesAKeyForItsOwnerAlone_andOverwritesNothing() throws IOException {
        Path file = folder.resolve("master.key");
        assertThat(json(done("key", "new", file.toString(), "--json")).text("file"))
                .isEqualTo(file.toString());
        String first = Files.readString(file);
        assertThat(Base64.getDecoder().decode(first.strip())).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        CommandRun again = run("key", "new", file.toString());
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("exists");
        assertThat(Files.readString(file)).isEqualTo(first);
        assertThat(done("key", "new", folder.resolve("other.key").toString()).out())
                .contains("Keep a copy");
        assertThat(Files.readString(folder.resolve("other.key"))).isNotEqualTo(first);
        assertThat(run("key", "new", folder.resolve("absent/master.key").toString())
                        .code())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "lss",
                "bucket",
                "bucket frob",
                "put",
                "put onlyone",
                "append photos/a",
                "append photos file",
                "get",
                "get photos",
                "get -r photos/a",
                "stat photos",
                "rm photos",
                "cat photos",
                "ls --frob",
                "put - photos",
                "put a b photos/key",
                "get /key",
                "bucket create",
                "bucket set photos",
                "bucket set photos colour=red",
                "bucket set photos readOnly=maybe",
                "bench put",
                "put -r a b photos",
                "put --connections 0 -r a photos",
                "bench put --bucket photos --size 1TiB",
                "volume show"
            })
    void wrongUsage_isExitCode2_andSaysHow(String line) {
        CommandRun run = line.isEmpty() ? run() : run(line.split(" ", -1));
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("hayloft: ").contains("--help");
    }

    @Test
    void bucketSet_ofRulesThatCannotBeRead_saysSo() {
        CommandRun wrong = run("bucket", "set", "photos", "cors=[{");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("cors takes a list of rules as JSON");
        CommandRun missing = run("bucket", "set", "photos", "cors=@" + folder.resolve("not-there"));
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("there is no file");
    }

    @Test
    void verb_almostRight_isSuggested() {
        assertThat(run("buckt", "ls").err()).contains("\"buckt\"").contains("bucket");
        assertThat(run("sttaus").err()).contains("status");
    }

    @Test
    void buckets_theirWholeLife() {
        assertThat(done("bucket", "create", "docs", "versioning=on").out()).contains("docs");
        assertThat(json(done("bucket", "ls", "--json")).get("buckets").asArray().values())
                .hasSize(2);
        assertThat(done("bucket", "ls").out())
                .contains("docs")
                .contains("photos")
                .contains("OBJECTS");
        assertThat(json(done("bucket", "show", "docs", "--json")).text("name")).isEqualTo("docs");
        assertThat(done("--json", "bucket", "set", "docs", "maxVersions=5", "ttl=null")
                        .out())
                .startsWith("{\"name\":\"docs\"");
        server.store("docs", "k", "x");
        CommandRun refused = run("bucket", "rm", "docs");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("bucket-not-empty")
                .contains("\"docs\"")
                .contains("--force");
        done("bucket", "rm", "docs", "--force");
        assertThat(done("ls").out()).doesNotContain("docs").contains("photos");
    }

    @Test
    void put_andGet_ofOneFile() throws IOException {
        Files.writeString(folder.resolve("a.txt"), "hello");
        assertThat(done("put", "a.txt", "photos").out()).matches("Stored photos/a\\.txt, 5 B in \\d+\\.\\d s\\.\n");
        JsonObject stored = json(done(
                "put", "a.txt", "photos/b/c.txt", "--content-type", "text/plain", "--meta", "author=Zoë", "--json"));
        assertThat(stored.text("key")).isEqualTo("b/c.txt");
        assertThat(stored.number("size")).isEqualTo(5);
        done("put", "a.txt", "photos/d/");
        assertThat(server.keys("photos")).containsExactly("a.txt", "b/c.txt", "d/a.txt");
        JsonObject entry = json(done("stat", "photos/b/c.txt", "--json"));
        assertThat(entry.text("contentType")).isEqualTo("text/plain");
        assertThat(entry.get("metadata").asObject().text("author")).isEqualTo("Zoë");
        assertThat(done("stat", "photos/b/c.txt").out())
                .contains("metadata.author")
                .contains("Zoë");

        done("get", "photos/b/c.txt");
        assertThat(folder.resolve("c.txt")).hasContent("hello");
        Files.createDirectory(folder.resolve("into"));
        done("get", "photos/a.txt", "into");
        assertThat(folder.resolve("into/a.txt")).hasContent("hello");
        assertThat(done("get", "photos/a.txt", "-").out()).isEqualTo("hello");
        assertThat(done("cat", "photos/a.txt", "photos/d/a.txt").out()).isEqualTo("hellohello");
    }

    @Test
    void put_ofStandardInput_needsAKey() {
        CommandRun run =
                CommandRun.with(CommandRun.variables(server), folder, "from a pipe", "put", "-", "photos/pipe");
        assertThat(run.code()).isZero();
        assertThat(server.content("photos", "pipe")).isEqualTo("from a pipe");
    }

    @Test
    void put_withoutAType_takesItFromTheName() throws IOException {
        Files.createDirectories(folder.resolve("tree/deep"));
        Files.writeString(folder.resolve("tree/deep/a.json"), "{}");
        Files.writeString(folder.resolve("tree/plain"), "x");
        done("put", "-r", "tree", "photos/t");
        done("put", "tree/plain", "photos/b.csv");
        done("put", "tree/deep/a.json", "photos/c", "--content-type", "text/x-own");
        assertThat(type("t/deep/a.json")).isEqualTo("application/json");
        assertThat(type("t/plain")).isEqualTo("application/octet-stream");
        assertThat(type("b.csv")).isEqualTo("text/csv");
        assertThat(type("c")).isEqualTo("text/x-own");
    }

    private String type(String key) {
        return json(done("stat", "photos/" + key, "--json")).text("contentType");
    }

    @Test
    void put_ofMissingFileOrFolder_saysWhatToDo() {
        assertThat(run("put", "nowhere", "photos").err()).contains("there is no file nowhere");
        assertThat(run("put", folder.toString(), "photos").err()).contains("put -r");
        assertThat(run("put", "-r", "nowhere", "photos").err()).contains("there is no folder");
        assertThat(server.keys("photos")).isEmpty();
    }

    @Test
    void put_ifAbsent_leavesWhatIsThere() throws IOException {
        Files.writeString(folder.resolve("a"), "new");
        server.store("photos", "a", "old");
        assertThat(run("put", "a", "photos", "--if-absent").err()).contains("precondition-failed");
        assertThat(server.content("photos", "a")).isEqualTo("old");
    }

    @Test
    void folder_putAndFetched_isTheSame() throws IOException {
        Path tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("sub/deep"));
        for (int i = 0; i < 60; i++) {
            Files.writeString(tree.resolve("file " + i + " é"), "content " + i);
            Files.writeString(tree.resolve("sub/deep/" + i), "deep " + i);
        }
        Files.createFile(tree.resolve("empty"));
        Files.createSymbolicLink(tree.resolve("link"), tree.resolve("sub/deep/7"));
        Files.createSymbolicLink(tree.resolve("linked folder"), tree.resolve("sub"));
        JsonObject summary = json(done("put", "-r", "tree", "photos/back/up", "--connections", "4", "--json"));
        assertThat(summary.number("objects")).isEqualTo(122);
        assertThat(summary.number("failed")).isZero();
        assertThat(server.keys("photos")).hasSize(122).contains("back/up/link", "back/up/sub/deep/59", "back/up/empty");
        assertThat(server.content("photos", "back/up/link")).isEqualTo("deep 7");

        assertThat(done("get", "-r", "photos/back/up", "copy").out()).startsWith("Fetched 122 objects");
        assertThat(folder.resolve("copy/sub/deep/59")).hasContent("deep 59");
        assertThat(folder.resolve("copy/file 3 é")).hasContent("content 3");
        assertThat(filesBelow(folder.resolve("copy"))).hasSize(122).noneMatch(name -> name.endsWith(".part"));

        assertThat(done("rm", "-r", "photos/back/up/sub").out()).startsWith("Deleted 60 objects");
        assertThat(server.keys("photos")).hasSize(62);
    }

    private static List<String> filesBelow(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).map(Path::toString).toList();
        }
    }

    @Test
    void folder_withDeadLink_storesTheRest_andFails() throws IOException {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Files.createSymbolicLink(tree.resolve("dead"), tree.resolve("nowhere"));
        Files.writeString(tree.resolve("alive"), "x");
        CommandRun run = run("put", "-r", "tree", "photos");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("dead").contains("leads nowhere");
        assertThat(run.out()).contains("1 failed");
        assertThat(server.keys("photos")).containsExactly("alive");
    }

    @Test
    void folder_intoFullStore_stopsAtOnce() throws IOException {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        for (int i = 0; i < 50; i++) {
            Files.writeString(tree.resolve("f" + i), "x");
        }
        server.refuseNext(200, "unused"); // For the look at the bucket.
        server.refuseNext(507, "storage-full");
        CommandRun run = run("put", "-r", "tree", "photos", "--connections", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("stopped at").contains("storage-full");
        assertThat(server.keys("photos")).isEmpty();
    }

    @Test
    void get_ofNamesThatLeaveTheFolder_refusesThem() {
        List<String> evil = List.of("p/../../evil", "p//etc/evil", "p/a/../../../evil", "p/./evil", "p/trailing/");
        evil.forEach(key -> server.store("photos", key, "evil"));
        server.store("photos", "p/good", "good");
        CommandRun run = run("get", "-r", "photos/p", "out/in");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines().filter(line -> line.contains("refused"))).hasSize(evil.size());
        assertThat(folder.resolve("out/in/good")).hasContent("good");
        assertThat(folder.resolve("out/evil")).doesNotExist();
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void get_thatFails_leavesNothingBehind() throws IOException {
        assertThat(run("get", "photos/none", "file").err())
                .contains("no-such-key")
                .contains("\"none\"")
                .contains("request-1");
        assertThat(run("get", "-r", "photos/none", "dir").err())
                .contains("no-such-key")
                .contains("none/");
        assertThat(run("get", "photos/none", "no/such/folder/file").err()).contains("there is no folder");
        assertThat(filesBelow(folder)).isEmpty();
    }

    @Test
    void ls_foldsAtSlashes() {
        server.store("photos", "a", "1");
        server.store("photos", "b/x", "22");
        server.store("photos", "b/y", "333");
        server.store("photos", "c\u001b[2J", "4");
        assertThat(done("ls", "photos").out()).isEqualTo("a\nb/\nc\\u001b[2J\n");
        assertThat(done("ls", "photos/b/").out()).isEqualTo("b/x\nb/y\n");
        assertThat(done("ls", "-r", "photos").out().lines()).hasSize(4);
        assertThat(done("ls", "-l", "photos/b/").out()).contains("text/plain").contains("2026-11-20");
        JsonObject listing = json(done("ls", "photos", "--json"));
        assertThat(listing.get("objects").asArray().values()).hasSize(2);
        assertThat(listing.get("prefixes").asArray().values()).containsExactly(JsonValue.of("b/"));
        assertThat(run("ls", "nobucket").err()).contains("no-such-bucket").contains("\"nobucket\"");
    }

    @Test
    void stat_ofMissingKey_namesCodeAndKey() {
        server.store("photos", "abc", "1");
        CommandRun run = run("stat", "photos/ab", "--json");
        assertThat(run.code()).isEqualTo(1);
        assertThat(json(run).get("error").asObject().text("type")).isEqualTo("urn:hayloft:problem:no-such-key");
        assertThat(run.err()).contains("no-such-key").contains("\"ab\"");
    }

    @Test
    void rm_ofKeys_isRepeatable() {
        server.store("photos", "a", "1");
        done("rm", "photos/a", "photos/b");
        done("rm", "photos/a");
        assertThat(server.keys("photos")).isEmpty();
    }

    @Test
    void operatorVerbs_print() {
        assertThat(done("status").out())
                .contains("healthy")
                .contains("2 in 0 buckets, ")
                .contains("420 B stored, 0 B saved by sharing")
                .contains("open volume 0-17")
                .containsPattern("last whole scrub +2026-11-20T10:15:30.123Z, 2.0 KiB checked, 1 damage, 2 keys lost\n")
                .containsPattern("last repair +never\n")
                .contains("partition 0")
                .contains("none under way");
        assertThat(done("seal").out())
                .contains("queued, 50 %, 1 B of 2 B: half")
                .contains("hayloft job show 42");
        assertThat(json(done("status", "--json")).text("version")).isEqualTo("0.1.0");
        assertThat(done("volumes").out()).contains("0-17").contains("4.0 KiB");
        assertThat(json(done("volume", "show", "0-17", "--json")).text("state")).isEqualTo("open");
        assertThat(run("volume", "show", "9-9").err()).contains("no-such-volume");
        assertThat(done("job", "ls").out()).contains("rebuild-index");
        assertThat(json(done("index", "rebuild", "--json")).text("state")).isEqualTo("queued");
        assertThat(json(done("compact", "--all", "--json")).text("state")).isEqualTo("queued");
        assertThat(run("compact", "--all", "--volume", "0-1").code()).isEqualTo(2);
        assertThat(json(done("seal", "--json")).text("state")).isEqualTo("queued");
        assertThat(json(done("backup", "there", "--no-wait", "--json")).text("state"))
                .isEqualTo("queued");
        assertThat(json(done("job", "pause", "42", "--json")).text("state")).isEqualTo("paused");
        assertThat(json(done("job", "resume", "42", "--json")).text("state")).isEqualTo("running");
        assertThat(run("job", "cancel", "7").err()).contains("no-such-job");
        assertThat(json(done("index", "rebuild", "--wait", "--json")).text("state"))
                .isEqualTo("done");
    }

    @Test
    void bench_ofEachKind_tellsItsFigures() {
        for (String kind : List.of("put", "get", "mixed")) {
            JsonObject figures = json(done(
                    "bench",
                    kind,
                    "--bucket",
                    "photos",
                    "--size",
                    "100",
                    "--count",
                    "50",
                    "--connections",
                    "3",
                    "--json"));
            assertThat(figures.members())
                    .containsOnlyKeys(
                            "opsPerSecond",
                            "bytesPerSecond",
                            "p50Micros",
                            "p99Micros",
                            "p999Micros",
                            "errors",
                            "seconds",
                            "serverCpuMicrosPerOp");
            assertThat(figures.number("errors")).isZero();
            assertThat(figures.get("opsPerSecond").asDouble()).isPositive();
        }
        assertThat(server.keys("photos")).hasSize(50);
        assertThat(run("bench", "get", "--bucket", "photos", "--prefix", "none").err())
                .contains("bench put");
    }

    @Test
    void bench_atARate_keepsIt() {
        JsonObject figures = json(done(
                "bench",
                "put",
                "--bucket",
                "photos",
                "--count",
                "40",
                "--rate",
                "200",
                "--connections",
                "2",
                "--json"));
        assertThat(figures.get("seconds").asDouble()).isGreaterThanOrEqualTo(39 / 200.0);
    }

    @Test
    void serverThatIsNotThere_isNamed() {
        Map<String, String> nowhere = Map.of("HAYLOFT_SERVER", "http://127.0.0.1:1");
        CommandRun run = CommandRun.with(nowhere, folder, "", "ls", "photos");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("no-connection").contains("127.0.0.1:1").contains("bin/hayloft serve");
    }

    @Test
    void keyThatIsWrong_saysWhatToGive() {
        Map<String, String> wrong =
                Map.of("HAYLOFT_SERVER", server.url().toString(), "HAYLOFT_ACCESS_KEY", "A", "HAYLOFT_SECRET_KEY", "B");
        CommandRun run = CommandRun.with(wrong, folder, "", "ls", "photos");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("unauthenticated").contains("--access-key");
    }
}
