package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.Change;
import dev.hayloft.store.ChangeView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeLinesTest {
    private static final String EVERY_CONTROL = controls() + "\"\\/\u007f\u00e4\u20ac\ud83d\ude00";
    private static final Instant TIME = Instant.parse("2026-11-21T10:15:30.120Z");

    private static final Sha256 DIGEST = new Sha256(0x0123456789ABCDEFL, -1, 0, Long.MIN_VALUE + 10);

    private static ByteBuffer write(ChangeLines.Form form, Change... changes) {
        ChangeLines lines = new ChangeLines(form, new PiecePool());
        for (Change change : changes) {
            lines.accept(new Shown(change));
        }
        assertThat(lines.changes()).isEqualTo(changes.length);
        List<ByteBuffer> pieces = lines.end("END").toWrite();
        ByteBuffer bytes = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(piece -> bytes.put(piece.duplicate()));
        return bytes.flip();
    }

    /** A change as the store shows it. */
    private record Shown(Change change) implements ChangeView {
        @Override
        public int putCursor(byte[] target, int at) {
            byte[] cursor = change.cursor().getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(cursor, 0, target, at, cursor.length);
            return at + cursor.length;
        }

        @Override
        public Change.Op op() {
            return change.op();
        }

        @Override
        public ByteBuffer key() {
            return change.key().utf8();
        }

        @Override
        public long version() {
            return change.version();
        }

        @Override
        public long timeMillis() {
            return change.time().toEpochMilli();
        }

        @Override
        public boolean hasObject() {
            return change.object().isPresent();
        }

        @Override
        public long sizeBytes() {
            return change.object().orElseThrow().sizeBytes();
        }

        @Override
        public Optional<Sha256> sha256() {
            return Optional.of(DIGEST);
        }

        @Override
        public ObjectAttributes attributes() {
            return change.object().orElseThrow().attributes();
        }

        @Override
        public Optional<ByteBuffer> value() {
            return change.value();
        }

        @Override
        public Optional<ObjectKey> other() {
            return change.other();
        }
    }

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
                Optional.of(new Change.Stored(5, DIGEST.hex(), attributes)),
                Optional.of(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5})),
                Optional.empty());
    }

    @Test
    void lines_withEveryKindOfCharacter_areTheJsonOfTheContract() {
        String[] lines = StandardCharsets.UTF_8
                .decode(write(
                        ChangeLines.Form.LINES,
                        change(EVERY_CONTROL, TIME),
                        change("b", TIME),
                        change("c", TIME.plusMillis(1))))
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
        assertThat(first.get("etag").textValue()).isEqualTo(DIGEST.hex());
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
        ByteBuffer bytes = write(ChangeLines.Form.RECORDS, change("a", TIME), deletion);

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

    @Test
    void pages_ofManyPieces_areTheSameBytesOneAfterTheOther() {
        byte[] large = new byte[300_000];
        large[7] = 7;
        Change small = change("s", TIME);
        Change withLarge = new Change(
                small.cursor(),
                small.op(),
                ObjectKey.of("l"),
                Long.MAX_VALUE,
                TIME,
                small.object(),
                Optional.of(ByteBuffer.wrap(large)),
                Optional.empty());
        Change[] changes = new Change[2_000];
        Arrays.fill(changes, small);
        changes[1_000] = withLarge;

        ByteBuffer bytes = write(ChangeLines.Form.RECORDS, changes);

        for (int i = 0; i < changes.length; i++) {
            Frame frame = new Frame(bytes);
            assertThat(frame.key).isEqualTo(i == 1_000 ? "l" : "s");
            assertThat(frame.value).isEqualTo(i == 1_000 ? large : new byte[] {1, 2, 3, 4, 5});
            assertThat(parse(frame.metadata).get("version").textValue())
                    .isEqualTo(i == 1_000 ? Long.toString(Long.MAX_VALUE) : "123");
        }
        assertThat(new Frame(bytes).op).isEqualTo(6);
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
