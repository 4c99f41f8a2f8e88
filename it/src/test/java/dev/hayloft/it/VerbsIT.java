package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.it.Launcher.Run;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What {@link CommandLineIT} leaves out of the contract's verbs, each asked for JSON; and what JSON says of failures.
 */
final class VerbsIT extends ServerCase {
    private static Launcher hayloft;

    @BeforeAll
    static void findLauncher() {
        hayloft = new Launcher(folder);
    }

    private static String content(String bucket, String key) throws IOException {
        return HttpCalls.text(server.calls().get(HttpCalls.object(bucket, key)));
    }

    private static String file(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
        return name;
    }

    @Test
    void objects_appendedCopiedMovedAndChanged_areThere() throws IOException {
        assertThat(hayloft.json("bucket", "create", "verbs", "versioning=on")
                        .get("settings")
                        .asObject()
                        .text("versioning"))
                .isEqualTo("on");
        hayloft.json("put", file("one.txt", "one"), "verbs/a", "--meta", "who=ann");
        JsonObject appended = hayloft.json("append", "verbs/a", file("two.txt", "two"), "--offset", "3");
        assertThat(appended.members()).containsKey("version");
        assertThat(content("verbs", "a")).isEqualTo("onetwo");
        assertThat(hayloft.problem(1, "append", "verbs/a", "two.txt", "--offset", "3")
                        .text("type"))
                .isEqualTo("urn:hayloft:problem:precondition-failed");

        hayloft.json("cp", "verbs/a", "verbs/b");
        hayloft.json("mv", "verbs/b", "verbs/c");
        assertThat(hayloft.problem(1, "mv", "-n", "verbs/a", "verbs/c").number("status"))
                .isEqualTo(412);
        JsonObject changed = hayloft.json("meta", "verbs/c", "who=", "field=north", "--content-type", "text/plain");
        assertThat(changed.get("metadata")).isEqualTo(JsonValue.parse("{\"field\":\"north\"}"));
        assertThat(changed.text("contentType")).isEqualTo("text/plain");
        assertThat(hayloft.json("stat", "verbs/c")).isEqualTo(changed);
        assertThat(hayloft.problem(2, "meta", "verbs/c").text("detail")).contains("--clear");

        assertThat(hayloft.json("rm", "verbs/c").text("key")).isEqualTo("c");
        assertThat(hayloft.json("ls", "--versions", "verbs/c").get("objects").asArray())
                .hasSizeGreaterThan(1);
        assertThat(hayloft.problem(1, "stat", "verbs/c").text("type")).isEqualTo("urn:hayloft:problem:no-such-key");
    }

    @Test
    void records_ofEveryForm_areStored_andTheirChangesTold() throws IOException {
        hayloft.done("bucket", "create", "records");
        file("r.ndjson", "{\"key\":\"n1\",\"value\":{\"a\":1}}\n{\"key\":\"n2\",\"text\":\"hay\"}\n");
        assertThat(hayloft.json("ingest", "records", "r.ndjson").number("records"))
                .isEqualTo(2);
        file("t.csv", "id,name\nc1,\"Ann, B\"\nc2,Zoë\n");
        hayloft.json("ingest", "records", "t.csv", "--key-column", "id");
        assertThat(content("records", "c1")).contains("Ann, B");
        Files.write(folder.resolve("b.records"), frame("b1", "binary"));
        hayloft.json("ingest", "records", "b.records");
        assertThat(content("records", "b1")).isEqualTo("binary");
        Path below = Files.createDirectories(folder.resolve("many/deep"));
        Files.writeString(below.resolve("x.ndjson"), "{\"key\":\"f1\",\"text\":\"of a folder\"}\n");
        hayloft.json("ingest", "records", "many");
        assertThat(content("records", "f1")).isEqualTo("of a folder");

        String first = "{\"key\":\"s1\",\"text\":\"1\"}\n";
        Run fed = hayloft.fed(first, "ingest", "records", "--producer", "line", "--json");
        assertThat(fed.json().number("records")).as(fed.err()).isEqualTo(1);
        hayloft.fed(
                first.replace("\"1\"", "\"changed\"") + "{\"key\":\"s2\",\"text\":\"2\"}\n",
                "ingest",
                "records",
                "--producer",
                "line");
        assertThat(content("records", "s1"))
                .as("what the first run stored is left out")
                .isEqualTo("1");
        assertThat(content("records", "s2")).isEqualTo("2");

        Run bad = hayloft.fed("{\"key\":\"g\",\"text\":\"good\"}\nno record\n", "ingest", "records", "--json");
        assertThat(bad.code()).isEqualTo(1);
        assertThat(bad.lastJson().get("error").asObject().text("type")).isEqualTo("urn:hayloft:problem:bad-record");

        Run tail = hayloft.done("tail", "records", "--once", "--prefix", "n", "--json");
        assertThat(tail.out()
                        .lines()
                        .map(line -> JsonValue.parse(line).asObject().text("key")))
                .containsExactly("n1", "n2");
        assertThat(hayloft.json("streams").get("readers").toString()).contains("\"bucket\":\"records\"");
    }

    /** One frame of the binary form. */
    private static byte[] frame(String key, String value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(1);
        out.writeByte(0);
        out.writeShort(key.length());
        out.writeInt(0);
        out.writeInt(value.length());
        out.write((key + value).getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    @Test
    void upkeep_verbByVerb_endsWell() throws IOException {
        hayloft.done("bucket", "create", "kept");
        hayloft.done("put", file("kept.txt", "kept"), "kept/a");
        for (String[] verb : List.of(
                new String[] {"seal", "--wait"},
                new String[] {"encode", "--all", "--wait"},
                new String[] {"compact", "--all", "--dry-run", "--wait"},
                new String[] {"scrub", "--wait"},
                new String[] {"repair", "--wait"})) {
            JsonObject job = hayloft.json(verb);
            assertThat(job.text("state")).as(job.toString()).isEqualTo("done");
            assertThat(job.text("kind")).isEqualTo(verb[0]);
        }
        JsonObject volume =
                hayloft.json("volumes").get("volumes").asArray().values().get(0).asObject();
        assertThat(hayloft.json("volume", "verify", volume.text("id")).text("kind"))
                .isEqualTo("scrub");
        JsonObject newest =
                hayloft.json("job", "ls").get("jobs").asArray().values().get(0).asObject();
        for (String verb : List.of("pause", "resume", "cancel")) {
            assertThat(hayloft.problem(1, "job", verb, newest.text("id")).number("status"))
                    .as(verb)
                    .isEqualTo(409);
        }
        assertThat(hayloft.problem(1, "job", "show", "999999").text("type"))
                .isEqualTo("urn:hayloft:problem:no-such-job");

        hayloft.json("backup", "saved");
        Run restored = hayloft.done("restore", "saved", "--data", "again", "--json");
        assertThat(restored.lastJson().members()).isNotEmpty();
        assertThat(folder.resolve("again/root.key")).hasSameTextualContentAs(folder.resolve("data/root.key"));
        Run dump = hayloft.done("volume", "dump", volume.text("id"), "--data", "again", "--json");
        assertThat(dump.out().lines().map(JsonValue::parse)).isNotEmpty();
    }

    @Test
    void placesKeysAndLoads_areServed() throws IOException {
        hayloft.done("bucket", "create", "places");
        hayloft.done("put", file("p.txt", "place"), "places/in/p");
        assertThat(hayloft.json("export", "places/in", "folder:out").number("copied"))
                .isEqualTo(1);
        assertThat(folder.resolve("out/p")).hasContent("place");
        hayloft.json("import", "folder:out", "places/back");
        assertThat(content("places", "back/p")).isEqualTo("place");
        assertThat(hayloft.json("sync", "folder:out", "folder:other", "--dry-run")
                        .members())
                .containsKey("copied");
        hayloft.json("key", "new", "master.key");
        assertThat(hayloft.problem(1, "key", "new", "master.key").text("detail"))
                .contains("exists");
        for (String[] load : List.of(
                new String[] {"bench", "ingest", "--bucket", "places", "--size", "100", "--count", "500"},
                new String[] {"bench", "mixed", "--bucket", "places", "--size", "100", "--count", "100"})) {
            JsonObject figures = hayloft.json(load);
            assertThat(figures.members().keySet())
                    .containsAll(Set.of(
                            "opsPerSecond", "bytesPerSecond", "p50Micros", "p99Micros", "p999Micros", "seconds"));
            assertThat(figures.number("errors")).isZero();
        }
        assertThat(hayloft.json("record", "r.jfr", "--seconds", "1").number("bytes"))
                .isPositive();
        assertThat(folder.resolve("r.jfr")).isNotEmptyFile();
        assertThat(hayloft.json("completion").text("script")).contains("complete -F");
        assertThat(hayloft.json("man", "man").number("pages")).isGreaterThan(40);
    }

    @Test
    void wrongWords_areNamed_withWhatWouldBeRight() {
        JsonObject nearest = hayloft.problem(2, "buckets");
        assertThat(nearest.text("type")).isEqualTo("urn:hayloft:problem:wrong-usage");
        assertThat(nearest.text("detail")).contains("\"buckets\"").contains("did you mean bucket?");
        assertThat(hayloft.problem(2, "ls", "--versoins").text("detail")).contains("--versions");
        assertThat(hayloft.problem(2, "put", "one").text("detail")).contains("FILE");
        assertThat(hayloft.problem(2, "bench", "put", "--bucket", "b", "--count", "many")
                        .text("detail"))
                .contains("--count")
                .contains("many");
        assertThat(hayloft.problem(1, "bucket", "create", "No").text("type"))
                .isEqualTo("urn:hayloft:problem:bad-bucket-name");
        JsonObject away = hayloft.problem(1, "status", "--admin", "http://127.0.0.1:1");
        assertThat(away.text("type")).isEqualTo("urn:hayloft:problem:no-connection");
        assertThat(away.find("status")).isEmpty();
        Run words = hayloft.run("status", "--admin", "http://127.0.0.1:1");
        assertThat(words.err()).contains("Is the server running?").contains("bin/hayloft serve");
        assertThat(words.out()).isEmpty();
    }
}
