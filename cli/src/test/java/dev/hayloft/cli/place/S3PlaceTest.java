package dev.hayloft.cli.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.CommandRun;
import dev.hayloft.cli.place.Place.Blob;
import dev.hayloft.testing.FakeS3;
import dev.hayloft.testing.FakeServer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An S3 bucket as a place, as typed. */
final class S3PlaceTest {
    private final FakeS3 s3 = FakeS3.start();
    private final FakeServer server = FakeServer.start();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        server.close();
        s3.close();
    }

    private CommandRun run(Map<String, String> changed, String... arguments) {
        Map<String, String> variables = new HashMap<>(CommandRun.variables(server));
        variables.putAll(s3.variables());
        variables.putAll(changed);
        return CommandRun.with(variables, folder, "", arguments);
    }

    private String done(String... arguments) {
        CommandRun run = run(Map.of(), arguments);
        assertThat(run.code()).as("exit code; it said %s", run.err()).isZero();
        return run.out();
    }

    private String refused(Map<String, String> changed, String... arguments) {
        CommandRun run = run(changed, arguments);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).doesNotContain("defect");
        return run.err();
    }

    private void file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void sync_ofManyPages_comparesByTheDigestThatWasWritten_andReadsNothing() throws IOException {
        for (int i = 0; i < 10; i++) {
            file("tree/sub/" + i, "content " + i);
        }
        assertThat(done("sync", "./tree", "s3:hay/below")).contains("Copied 10 objects");
        assertThat(done("sync", "./tree", "s3:hay/below"))
                .contains("Copied 0 objects")
                .contains("10 equal already");
        assertThat(s3.reads()).isZero();
        file("tree/sub/3", "content X");
        Files.delete(folder.resolve("tree/sub/4"));
        assertThat(done("sync", "./tree", "s3:hay/below", "--delete"))
                .contains("Copied 1 object")
                .contains("1 deleted");
        assertThat(done("sync", "s3:hay/below", "./back")).contains("Copied 9 objects");
        assertThat(folder.resolve("back/sub/3")).hasContent("content X");
    }

    @Test
    void digest_thatNoLongerFitsTheLength_isNotBelieved() throws IOException {
        file("tree/a", "hay");
        done("sync", "./tree", "s3:hay");
        s3.overwrite("a", "HAY!".getBytes(StandardCharsets.UTF_8));
        file("tree/a", "HAY!");
        assertThat(done("sync", "./tree", "s3:hay")).contains("1 equal already");
        assertThat(s3.reads()).as("it had to be read").isEqualTo(1);
    }

    @Test
    void typeAndMetadata_goAlong_bothWays() throws IOException {
        server.createBucket("photos");
        file("a", "hay");
        done("put", "a", "photos/a", "--content-type", "text/x-hay", "--meta", "who=Zoë", "--meta", "field=north 1");
        done("export", "photos", "s3:hay");
        assertThat(s3.header("a", "content-type")).contains("text/x-hay");
        assertThat(s3.header("a", "x-amz-meta-field")).contains("north 1");
        assertThat(s3.header("a", "x-amz-meta-who")).contains("=?UTF-8?B?Wm/Dqw==?=");
        server.createBucket("back");
        done("import", "s3:hay?region=eu-north-1&endpoint=" + s3.url(), "back");
        assertThat(done("stat", "back/a", "--json"))
                .contains("text/x-hay")
                .contains("\"who\":\"Zoë\"")
                .contains("\"field\":\"north 1\"")
                .doesNotContain("hayloft-sha256");
    }

    @Test
    void largeObject_goesInParts_andComesBackTheSame() throws IOException {
        byte[] large = new byte[(17 << 20) + 5];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 + i / 4099);
        }
        Files.createDirectories(folder.resolve("tree"));
        Files.write(folder.resolve("tree/large"), large);
        done("sync", "./tree", "s3:hay");
        assertThat(s3.openUploads()).isZero();
        done("sync", "s3:hay", "./back");
        assertThat(folder.resolve("back/large")).hasBinaryContent(large);
        assertThat(done("sync", "./tree", "s3:hay")).contains("1 equal already");
    }

    @Test
    void largeObject_thatBreaksOff_leavesNothing() throws IOException {
        S3Address address = S3Address.of("hay", CommandRun.silent(s3.variables(), folder));
        try (Place place = S3Place.open(address)) {
            Blob cut = new Blob(new ByteArrayInputStream(new byte[9 << 20]), 20 << 20, Map.of());
            assertThatThrownBy(() -> place.put("large", cut)).isInstanceOf(EOFException.class);
            assertThat(place.open("large")).isEmpty();
            assertThat(place.list()).isExhausted();
        }
        assertThat(s3.openUploads()).isZero();
    }

    @Test
    void failures_areSentences() {
        String[] list = {"sync", "s3:hay", "./to"};
        assertThat(refused(Map.of("AWS_SECRET_ACCESS_KEY", ""), list)).contains("set AWS_ACCESS_KEY_ID");
        assertThat(refused(Map.of("AWS_ACCESS_KEY_ID", "ANOTHER"), list)).contains("access key is not known there");
        assertThat(refused(Map.of("AWS_SECRET_ACCESS_KEY", "wrong"), list))
                .contains("secret key does not belong to the access key");
        assertThat(refused(Map.of(), "sync", "s3:none/below", "./to"))
                .contains("there is no bucket \"none\" on " + s3.url());
        assertThat(refused(Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), list))
                .contains("nobody answers at http://127.0.0.1:1");
        assertThat(refused(Map.of("AWS_ENDPOINT_URL", "127.0.0.1"), list)).contains("is no endpoint of S3");
        assertThat(refused(Map.of(), "sync", "s3:hay?zone=1", "./to")).contains("\"zone=1\" is not understood");
        assertThat(refused(Map.of(), "sync", "s3:", "./to")).contains("names no");
    }
}
