package dev.hayloft.cli.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.place.Place.Blob;
import dev.hayloft.cli.place.Place.Entry;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.client.ClientConfig;
import dev.hayloft.client.Credentials;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.model.Sha256;
import dev.hayloft.testing.FakeServer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every place promises, held against each of them. */
final class PlaceTest {
    private final FakeServer server = FakeServer.start();

    @TempDir
    private Path folder = Path.of("");

    /** One of each. */
    enum Kind {
        FOLDER,
        HASHED,
        ZIP,
        SQLITE,
        BUCKET
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Place open(Kind kind) throws IOException {
        return switch (kind) {
            case FOLDER -> new FolderPlace(folder.resolve("folder"));
            case HASHED -> HashedFolderPlace.open(folder.resolve("hashed"));
            case ZIP -> ZipPlace.open(folder.resolve("a.zip"), true);
            case SQLITE -> SqlitePlace.open(folder.resolve("a.db"), SqlitePlace.Table.standard(), true);
            case BUCKET -> {
                server.createBucket("photos");
                Credentials key = Credentials.key(FakeServer.ACCESS_KEY, FakeServer.SECRET_KEY);
                HayloftClient client =
                        HayloftClient.open(ClientConfig.of(server.url()).withCredentials(key));
                yield new BucketPlace(client, true, "photos", "below/");
            }
        };
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
            names = {"FOLDER", "HASHED", "ZIP", "SQLITE"})
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
}
