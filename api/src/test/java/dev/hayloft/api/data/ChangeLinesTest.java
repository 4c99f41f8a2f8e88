package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.Change;
import dev.hayloft.store.ChangesPage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeLinesTest {
    private static final String EVERY_CONTROL = controls() + "\"\\/\u007f\u00e4\u20ac\ud83d\ude00";
    private static final Instant TIME = Instant.parse("2026-11-21T10:15:30.120Z");

    private static String controls() {
        StringBuilder text = new StringBuilder();
        for (char control = 1; control < ' '; control++) { // A key has no NUL.
            text.append(control);
        }
        return text.toString();
    }

    private static Change change(String key, Instant time) {
        ObjectAttributes attributes =
                new ObjectAttributes("text/\"odd\"", Map.of(), Map.of("name", "\u00fc\"\t", "other", "b"));
        return new Change(
                "CUR-_",
                Change.Op.PUT,
                ObjectKey.of(key),
                123,
                time,
                Optional.of(new Change.Stored(5, "abcd", attributes)),
                Optional.of(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5})),
                Optional.empty());
    }

    @Test
    void lines_withEveryKindOfCharacter_areTheJsonOfTheContract() {
        ChangesPage page = new ChangesPage(
                List.of(change(EVERY_CONTROL, TIME), change("b", TIME), change("c", TIME.plusMillis(1))), "END", true);

        String[] lines = StandardCharsets.UTF_8
                .decode(ChangeLines.write(page, ChangeLines.Form.LINES))
                .toString()
                .split("\n", -1);

        assertThat(lines).hasSize(5);
        JsonNode first = parse(lines[0]);
        assertThat(first.get("key").textValue()).isEqualTo(EVERY_CONTROL);
        assertThat(first.get("cursor").textValue()).isEqualTo("CUR-_");
        assertThat(first.get("op").textValue()).isEqualTo("put");
        assertThat(first.get("version").textValue()).isEqualTo("123");
        assertThat(first.get("time").textValue()).isEqualTo("2026-11-21T10:15:30.120Z");
        assertThat(first.get("size").longValue()).isEqualTo(5);
        assertThat(first.get("etag").textValue()).isEqualTo("abcd");
        assertThat(first.get("contentType").textValue()).isEqualTo("text/\"odd\"");
        assertThat(first.get("metadata").get("name").textValue()).isEqualTo("\u00fc\"\t");
        assertThat(first.get("metadata").get("other").textValue()).isEqualTo("b");
        assertThat(parse(lines[1]).get("time").textValue()).isEqualTo("2026-11-21T10:15:30.120Z");
        assertThat(parse(lines[2]).get("time").textValue()).isEqualTo("2026-11-21T10:15:30.121Z");
        assertThat(lines[3]).isEqualTo("{\"cursor\":\"END\",\"end\":true}");
        assertThat(lines[4]).isEmpty();
    }

    @Test
    void records_ofChangesThatCameAndWent_areFramesWithTheLineAsMetadata() {
        Change deletion = new Change(
                "D",
                Change.Op.DELETE,
                ObjectKey.of("gone"),
                124,
                TIME,
                Optional.empty(),
                Optional.empty(),
                Optional.of(ObjectKey.of("new\nname")));
        ByteBuffer bytes = ChangeLines.write(
                new ChangesPage(List.of(change("a", TIME), deletion), "END", true), ChangeLines.Form.RECORDS);

        Frame put = new Frame(bytes);
        assertThat(put.op).isEqualTo(3);
        assertThat(put.key).isEqualTo("a");
        assertThat(put.value).containsExactly(1, 2, 3, 4, 5);
        assertThat(parse(put.metadata).get("key").textValue()).isEqualTo("a");
        Frame gone = new Frame(bytes);
        assertThat(gone.op).isEqualTo(4);
        assertThat(parse(gone.metadata).get("to").textValue()).isEqualTo("new\nname");
        assertThat(parse(gone.metadata).has("size")).isFalse();
        Frame end = new Frame(bytes);
        assertThat(end.op).isEqualTo(6);
        assertThat(end.metadata).isEqualTo("{\"cursor\":\"END\",\"end\":true}");
        assertThat(bytes.hasRemaining()).isFalse();
    }

    private static JsonNode parse(String line) {
        return Json.parse(StandardCharsets.UTF_8.encode(line));
    }

    /** One record, read as its format says. */
    private static final class Frame {
        private final int op;
        private final String key;
        private final String metadata;
        private final byte[] value;

        Frame(ByteBuffer bytes) {
            op = bytes.get();
            bytes.get();
            byte[] keyBytes = new byte[bytes.getShort()];
            byte[] metadataBytes = new byte[bytes.getInt()];
            value = new byte[bytes.getInt()];
            bytes.get(keyBytes).get(metadataBytes).get(value);
            key = new String(keyBytes, StandardCharsets.UTF_8);
            metadata = new String(metadataBytes, StandardCharsets.UTF_8);
        }
    }
}
