package dev.hayloft.cli.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.CommandRun;
import dev.hayloft.cli.place.Place.Entry;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.GlobalOptions;
import dev.hayloft.cli.session.Session;
import dev.hayloft.testing.FakeS3;
import dev.hayloft.testing.FakeServer;
import java.io.IOException;
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

    @ParameterizedTest
    @EnumSource(Kind.class)
    void objects_storedReplacedAndDeleted_areListedInOrderOfBytes(Kind kind) throws IOException {
        PlaceContract.storesReplacesDeletesAndLists(() -> open(kind));
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FOLDER", "HASHED", "ZIP", "SQLITE", "S3", "BUCKET", "CACHE"})
    void objects_ofPlaceOpenedAgain_areThere(Kind kind) throws IOException {
        PlaceContract.keepsWhatWasStored(() -> open(kind));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void keys_thatAreOdd_areTakenAsTheyAre_orRefused(Kind kind) throws IOException {
        List<String> refused = new ArrayList<>();
        if (kind == Kind.FOLDER || kind == Kind.ZIP) {
            refused.addAll(PlaceContract.PATH_KEYS);
        }
        if (kind == Kind.ZIP) {
            refused.add(PlaceContract.BACKSLASH); // The JDK would make it a slash, and another key of it.
        }
        PlaceContract.takesKeysAsTheyAre(() -> open(kind), refused);
        assertThat(folder.resolveSibling("up")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"ZIP", "SQLITE", "S3", "BUCKET", "MIRROR"})
    void content_ofManyMebibytes_comesBack(Kind kind) throws IOException {
        PlaceContract.takesLargeContent(() -> open(kind));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void content_shorterThanItSaid_isRefusedAndLeavesWhatWasThere(Kind kind) throws IOException {
        PlaceContract.refusesContentThatIsCut(() -> open(kind));
    }

    @Test
    void mirror_withALostCopy_readsTheOther_andIsMadeWholeBySync() throws IOException {
        Path one = folder.resolve("one");
        try (Place mirror = open("mirror:folder:one,folder:two")) {
            mirror.put("a", PlaceContract.blob("hay"));
            mirror.put("b", PlaceContract.blob("straw"));
        }
        Files.delete(one.resolve("a"));
        Files.writeString(folder.resolve("two/b"), "STRAW");
        try (Place mirror = open("mirror:folder:one,folder:two")) {
            assertThat(PlaceContract.read(mirror, "a")).contains("hay");
            assertThat(PlaceContract.keys(mirror)).containsExactly("a", "b");
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
            far.put("a", PlaceContract.blob("12345"));
            far.put("b", PlaceContract.blob("67890"));
            far.put("large", PlaceContract.blob("123456789"));
        }
        try (Place cache = open("cache:9,folder:near,s3:" + FakeS3.BUCKET)) {
            assertThat(PlaceContract.read(cache, "a")).contains("12345");
            assertThat(PlaceContract.read(cache, "a")).contains("12345");
            assertThat(s3.reads()).isEqualTo(1);
            assertThat(folder.resolve("near/a")).hasContent("12345");
            assertThat(PlaceContract.read(cache, "b")).contains("67890");
            assertThat(folder.resolve("near/a")).as("both do not fit").doesNotExist();
            assertThat(PlaceContract.read(cache, "a")).contains("12345");
            assertThat(s3.reads()).isEqualTo(3);
            s3.overwrite("a", "123456".getBytes(StandardCharsets.UTF_8));
            assertThat(PlaceContract.keys(cache)).containsExactly("a", "b", "large");
            assertThat(PlaceContract.read(cache, "a"))
                    .as("the listing showed another length")
                    .contains("123456");
            cache.put("a", PlaceContract.blob("new"));
            assertThat(PlaceContract.read(cache, "a")).contains("new");
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
