package dev.hayloft.cli.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.place.Place.Blob;
import dev.hayloft.cli.place.Place.Entry;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.client.Utf8Order;
import dev.hayloft.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** What every place promises; held against each of them here, and against a real server where there is one. */
public final class PlaceContract {
    /** Over what a server takes in one piece, what is sent with its digest, and a part of an upload in parts. */
    private static final int LARGE_SIZE = (9 << 20) + 3;

    /** What people and programs put into keys, and what a path or an address would read as something else. */
    private static final List<String> ODD_KEYS = List.of(
            " begins and ends with a space ",
            "#hash?query=1&more=2",
            "%2e%2e/%41",
            "+plus",
            "100%",
            "a\"b'c*d",
            "line\nbreak",
            "tilde~;v=1,w:x",
            "\u00fc\u4e2d\uD83C\uDF3E",
            "z".repeat(200) + "/" + "z".repeat(200));

    /** What no file below a folder can be called. */
    public static final List<String> PATH_KEYS =
            List.of("../up", "./dot", "/from/the/root", "a//b", "folder/", "a/../b", ".");

    /** What not every file can be called. */
    public static final String BACKSLASH = "back\\slash";

    private PlaceContract() {}

    /** Opens the place, made where it is missing. */
    public interface Opener {
        Place open() throws IOException;
    }

    /** Content of a text. */
    public static Blob blob(String content) {
        return blob(content.getBytes(StandardCharsets.UTF_8));
    }

    private static Blob blob(byte[] bytes) {
        return new Blob(new ByteArrayInputStream(bytes), bytes.length, Map.of());
    }

    /** What stands under a key, if something does; its length is as it was said. */
    public static Optional<String> read(Place place, String key) throws IOException {
        return bytes(place, key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private static Optional<byte[]> bytes(Place place, String key) throws IOException {
        Optional<Blob> found = place.open(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Blob blob = found.get()) {
            byte[] content = blob.stream().readAllBytes();
            assertThat(blob.sizeBytes()).isEqualTo(content.length);
            return Optional.of(content);
        }
    }

    /** All keys, as listed. */
    public static List<String> keys(Place place) throws IOException {
        List<String> keys = new ArrayList<>();
        for (Iterator<Entry> entries = place.list(); entries.hasNext(); ) {
            keys.add(entries.next().key());
        }
        return keys;
    }

    /** Objects are stored, replaced and deleted, and listed by the bytes of their keys with what they are. */
    public static void storesReplacesDeletesAndLists(Opener opener) throws IOException {
        try (Place place = opener.open()) {
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
            assertThat(place.digest(first)).contains(digest("a-b".getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** What was stored is there for whoever opens the place again. */
    public static void keepsWhatWasStored(Opener opener) throws IOException {
        try (Place place = opener.open()) {
            place.put("a/b", blob("content"));
        }
        try (Place place = opener.open()) {
            assertThat(keys(place)).containsExactly("a/b");
            assertThat(read(place, "a/b")).contains("content");
        }
    }

    /** Content that ends before its length is refused, and what stood there stays. */
    public static void refusesContentThatIsCut(Opener opener) throws IOException {
        try (Place place = opener.open()) {
            place.put("a", blob("whole"));
            Blob cut = new Blob(new ByteArrayInputStream(new byte[3]), 5, Map.of());
            assertThatThrownBy(() -> place.put("a", cut))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("3 bytes instead of 5");
            assertThat(keys(place)).containsExactly("a");
            assertThat(read(place, "a")).contains("whole");
        }
    }

    /**
     * Keys are taken as they are, or refused where the place cannot hold them; never changed.
     *
     * @param refused those it cannot hold
     */
    public static void takesKeysAsTheyAre(Opener opener, List<String> refused) throws IOException {
        List<String> keys = new ArrayList<>(ODD_KEYS);
        keys.addAll(PATH_KEYS);
        keys.add(BACKSLASH);
        keys.removeAll(refused);
        keys.sort(Utf8Order.INSTANCE);
        try (Place place = opener.open()) {
            for (String key : keys) {
                place.put(key, blob("of " + key));
            }
            for (String key : refused) {
                assertThatThrownBy(() -> place.put(key, blob("x")))
                        .as(key)
                        .isInstanceOf(CommandFailure.class)
                        .hasMessageContaining(key);
            }
            assertThat(keys(place)).containsExactlyElementsOf(keys);
            for (String key : keys) {
                assertThat(read(place, key)).as(key).contains("of " + key);
            }
            for (String key : keys) {
                place.delete(key);
            }
            assertThat(keys(place)).isEmpty();
        }
    }

    /** Content of more than a piece comes back as it was, and its digest is that of the content. */
    public static void takesLargeContent(Opener opener) throws IOException {
        byte[] content = new byte[LARGE_SIZE];
        new SplittableRandom(7).nextBytes(content);
        try (Place place = opener.open()) {
            place.put("large", blob(content));
            Entry entry = place.list().next();
            assertThat(entry.sizeBytes()).isEqualTo(LARGE_SIZE);
            assertThat(place.digest(entry)).contains(digest(content));
            assertThat(bytes(place, "large").orElseThrow()).isEqualTo(content);
            place.put("large", blob("small"));
            assertThat(read(place, "large")).contains("small");
        }
    }

    private static Sha256 digest(byte[] content) {
        return Sha256.of(ByteBuffer.wrap(content));
    }
}
