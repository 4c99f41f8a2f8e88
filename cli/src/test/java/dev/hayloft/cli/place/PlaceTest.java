package dev.hayloft.cli.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.CommandRun;
import dev.hayloft.cli.place.Place.Blob;
import dev.hayloft.cli.place.Place.Entry;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.GlobalOptions;
import dev.hayloft.cli.session.Session;
import dev.hayloft.model.Sha256;
import dev.hayloft.testing.FakeS3;
import dev.hayloft.testing.FakeServer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every place promises, held against each of them. */
final class PlaceTest {
    private final FakeServer server = FakeServer.start();
    private final FakeS3 s3 = FakeS3.start();

    private Optional<Session> session = Optional.empty();

    @TempDir
    private Path folder = Path.of("");

    /** One of each. */
    enum Kind {
        MEMORY,
        FOLDER,
        HASHED,
        ZIP,
        SQLITE,
        S3,
        BUCKET,
        MIRROR,
        CACHE
    }

    @AfterEach
    void close() {
        server.close();
        s3.close();
        session.ifPresent(Session::close);
    }

    private Place open(Kind kind) throws IOException {
        String hashed = "hashed:" + folder.resolve("hashed");
        return switch (kind) {
            case MEMORY -> open("memory:");
            case FOLDER -> open("folder:" + folder.resolve("folder"));
            case HASHED -> open(hashed);
            case ZIP -> open("zip:" + folder.resolve("a.zip"));
            case SQLITE -> open("sqlite:" + folder.resolve("a.db"));
            case S3 -> open("s3:" + FakeS3.BUCKET + "/below");
            case BUCKET -> {
                server.createBucket("photos");
                yield open("photos/below");
            }
            case MIRROR -> open("mirror:" + hashed + ",memory:,s3:" + FakeS3.BUCKET);
            case CACHE -> open("cache:8,memory:," + hashed);
        };
    }

    /** As typed, where it may be written. */
    private Place open(String text) throws IOException {
        Map<String, String> variables = new HashMap<>(CommandRun.variables(server));
        variables.putAll(s3.variables());
        session = Optional.of(new Session(CommandRun.silent(variables, folder), new GlobalOptions()));
        return new Places(session.get()).open(text, true);
    }

    private static Blob blob(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return new Blob(new ByteArrayInputStream(bytes), bytes.length, Map.of());
    }

    private static Optional<String> read(Place place, String key) throws IOException {
        Optional<Blob> found = place.open(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Blob blob = found.get()) {
            String content = new String(blob.stream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(blob.sizeBytes()).isEqualTo(content.getBytes(StandardCharsets.UTF_8).length);
            return Optional.of(content);
        }
    }

    private static List<String> keys(Place place) throws IOException {
        List<String> keys = new ArrayList<>();
        for (Iterator<Entry> entries = place.list(); entries.hasNext(); ) {
            keys.add(entries.next().key());
        }
        return keys;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void objects_storedReplacedAndDeleted_areListedInOrderOfBytes(Kind kind) throws IOException {
        try (Place place = open(kind)) {
            assertThat(keys(place)).isEmpty();
            for (String key : List.of("b", "a/b/c", "a-b", "a/ü", "\uD83D\uDE00", "\uFFFD", "empty")) {
                place.put(key, blob("old"));
                place.put(key, blob(key.equals("empty") ? "" : key));
            }
            place.put("gone", blob("x"));
            place.delete("gone");
            place.delete("never");
            assertThat(keys(place)).containsExactly("a-b", "a/b/c", "a/ü", "b", "empty", "\uFFFD", "\uD83D\uDE00");
            assertThat(read(place, "a/ü")).contains("a/ü");
            assertThat(read(place, "empty")).contains("");
            assertThat(read(place, "gone")).isEmpty();
            assertThat(read(place, "never")).isEmpty();
            Entry first = place.list().next();
            assertThat(first.sizeBytes()).isEqualTo(3);
            assertThat(place.digest(first))
                    .contains(Sha256.of(ByteBuffer.wrap("a-b".getBytes(StandardCharsets.UTF_8))));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FOLDER", "HASHED", "ZIP", "SQLITE", "S3", "BUCKET", "CACHE"})
    void objects_ofPlaceOpenedAgain_areThere(Kind kind) throws IOException {
        try (Place place = open(kind)) {
            place.put("a/b", blob("content"));
        }
        try (Place place = open(kind)) {
            assertThat(keys(place)).containsExactly("a/b");
            assertThat(read(place, "a/b")).contains("content");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FOLDER", "ZIP"})
    void key_thatLeadsOut_isRefused(Kind kind) throws IOException {
        try (Place place = open(kind)) {
            for (String key : List.of("../out", "a/../../out", "/out", "a//b", ".")) {
                assertThatThrownBy(() -> place.put(key, blob("x")))
                        .as(key)
                        .isInstanceOf(CommandFailure.class)
                        .hasMessageContaining(key);
            }
        }
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void content_shorterThanItSaid_isRefusedAndLeavesWhatWasThere(Kind kind) throws IOException {
        try (Place place = open(kind)) {
            place.put("a", blob("whole"));
            Blob cut = new Blob(new ByteArrayInputStream(new byte[3]), 5, Map.of());
            assertThatThrownBy(() -> place.put("a", cut))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("3 bytes instead of 5");
            assertThat(keys(place)).containsExactly("a");
            assertThat(read(place, "a")).contains("whole");
        }
    }

    @Test
    void mirror_withALostCopy_readsTheOther_andIsMadeWholeBySync() throws IOException {
        Path one = folder.resolve("one");
        try (Place mirror = open("mirror:folder:one,folder:two")) {
            mirror.put("a", blob("hay"));
            mirror.put("b", blob("straw"));
        }
        Files.delete(one.resolve("a"));
        Files.writeString(folder.resolve("two/b"), "STRAW");
        try (Place mirror = open("mirror:folder:one,folder:two")) {
            assertThat(read(mirror, "a")).contains("hay");
            assertThat(keys(mirror)).containsExactly("a", "b");
            for (Iterator<Entry> entries = mirror.list(); entries.hasNext(); ) {
                assertThat(mirror.digest(entries.next())).as("copies differ").isEmpty();
            }
        }
        Files.createDirectories(folder.resolve("source"));
        Files.writeString(folder.resolve("source/a"), "hay");
        Files.writeString(folder.resolve("source/b"), "straw");
        String[] sync = {"sync", "folder:source", "mirror:folder:one,folder:two"};
        assertThat(CommandRun.on(server, folder, sync).out()).contains("Copied 2 objects");
        assertThat(CommandRun.on(server, folder, sync).out()).contains("2 equal already");
        assertThat(one.resolve("a")).hasContent("hay");
        assertThat(folder.resolve("two/b")).hasContent("straw");
    }

    @Test
    void cache_readTwice_asksTheFarPlaceOnce_withinItsBound() throws IOException {
        try (Place far = open("s3:" + FakeS3.BUCKET)) {
            far.put("a", blob("12345"));
            far.put("b", blob("67890"));
            far.put("large", blob("123456789"));
        }
        try (Place cache = open("cache:9,folder:near,s3:" + FakeS3.BUCKET)) {
            assertThat(read(cache, "a")).contains("12345");
            assertThat(read(cache, "a")).contains("12345");
            assertThat(s3.reads()).isEqualTo(1);
            assertThat(folder.resolve("near/a")).hasContent("12345");
            assertThat(read(cache, "b")).contains("67890");
            assertThat(folder.resolve("near/a")).as("both do not fit").doesNotExist();
            assertThat(read(cache, "a")).contains("12345");
            assertThat(s3.reads()).isEqualTo(3);
            s3.overwrite("a", "123456".getBytes(StandardCharsets.UTF_8));
            assertThat(keys(cache)).containsExactly("a", "b", "large");
            assertThat(read(cache, "a")).as("the listing showed another length").contains("123456");
            cache.put("a", blob("new"));
            assertThat(read(cache, "a")).contains("new");
        }
        assertThat(folder.resolve("near")).isEmptyDirectory();
        Files.writeString(folder.resolve("near/mine"), "x");
        assertThatThrownBy(() -> open("cache:9,folder:near,memory:"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("is not empty");
        assertThat(folder.resolve("near/mine")).exists();
    }

    @Test
    void places_wronglyWritten_areRefusedWithASentence() {
        for (String text :
                List.of("mirror:memory:", "cache:1,memory:", "cache:x,memory:,memory:", "folder:", "pigeon:x")) {
            assertThatThrownBy(() -> open(text)).as(text).isInstanceOf(CommandFailure.class);
        }
    }
}
