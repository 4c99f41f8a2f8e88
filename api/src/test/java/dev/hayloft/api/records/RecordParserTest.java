package dev.hayloft.api.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Both encodings of records, whole and in pieces, right and wrong. */
class RecordParserTest {
    private static final long METADATA_MAX = 2048;

    /** A record with a value of its own. */
    private record Seen(boolean isPut, String key, ObjectAttributes attributes, String value, OptionalLong ifVersion) {}

    private static Seen seen(InRecord record) {
        return new Seen(
                record.isPut(),
                record.key().toString(),
                record.attributes(),
                StandardCharsets.ISO_8859_1.decode(record.value().duplicate()).toString(),
                record.ifVersion());
    }

    /** Feeds the bytes in pieces, in buffers with and without an array. */
    private static List<Seen> parse(RecordParser parser, byte[] bytes, int pieceMax, Random random) {
        List<Seen> records = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int size = Math.min(bytes.length - at, 1 + random.nextInt(pieceMax));
            ByteBuffer piece = random.nextBoolean()
                    ? ByteBuffer.wrap(bytes, at, size)
                    : ByteBuffer.allocateDirect(size).put(bytes, at, size).flip();
            for (Optional<InRecord> next = parser.next(piece); next.isPresent(); next = parser.next(piece)) {
                records.add(seen(next.get()));
            }
            assertThat(piece.hasRemaining()).isFalse();
            at += size;
        }
        parser.end().ifPresent(record -> records.add(seen(record)));
        assertThat(parser.isBetweenRecords()).isTrue();
        return records;
    }

    private static List<Seen> parseJson(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parse(new JsonRecordParser(METADATA_MAX, true), bytes, bytes.length, new Random(1));
    }

    private static Seen put(String key, String value, String type, Map<String, String> metadata) {
        return new Seen(true, key, new ObjectAttributes(type, Map.of(), metadata), value, OptionalLong.empty());
    }

    @Test
    void json_everyKindOfRecord() {
        String octets = ObjectAttributes.DEFAULT_CONTENT_TYPE;
        assertThat(
                        parseJson(
                                """
                        {"key":"a","value": {"n": 1.50, "t":"x \\" y\\\\", "l":[1, 2 ,null]} }
                        {"text":"h\u00e9","key":"b","contentType":"text/plain","metadata":{"One":"1"}}

                        {"key":"c","base64":"AAEC/w=="}\r
                        {"op":"delete","key":"d"}
                        {"key":"e","value":null,"op":"put"}
                        {"key":"f","value":  -1e5 }
                        {"key":"g","text":"","ifVersion":"12"}
                        {"key":"h","value":"\\u00e9","contentType":"text/x"}"""))
                .containsExactly(
                        put("a", "{\"n\":1.50,\"t\":\"x \\\" y\\\\\",\"l\":[1,2,null]}", "application/json", Map.of()),
                        put("b", "h\u00c3\u00a9", "text/plain", Map.of("one", "1")),
                        put("c", "\u0000\u0001\u0002\u00ff", octets, Map.of()),
                        new Seen(false, "d", ObjectAttributes.NONE, "", OptionalLong.empty()),
                        put("e", "null", "application/json", Map.of()),
                        put("f", "-1e5", "application/json", Map.of()),
                        new Seen(true, "g", ObjectAttributes.NONE, "", OptionalLong.of(12)),
                        put("h", "\"\\u00e9\"", "text/x", Map.of()));
    }

    @Test
    void json_whatIsWrong_isNamed() {
        String[] bad = {
            "[]",
            "{",
            "{\"key\":\"a\"}",
            "{\"text\":\"a\"}",
            "{\"key\":\"a\",\"text\":\"\",\"base64\":\"\"}",
            "{\"key\":\"a\",\"value\":1,\"text\":\"\"}",
            "{\"key\":\"a\",\"text\":\"\"} {}",
            "{\"key\":\"a\",\"text\":\"\",\"more\":1}",
            "{\"key\":\"a\",\"text\":1}",
            "{\"key\":\"a\",\"key\":\"a\",\"text\":\"\"}",
            "{\"key\":1,\"text\":\"\"}",
            "{\"key\":\"a\",\"base64\":\"!\"}",
            "{\"key\":\"a\",\"text\":\"\\ud800\"}",
            "{\"key\":\"a\",\"op\":\"merge\",\"text\":\"\"}",
            "{\"key\":\"a\",\"op\":\"delete\",\"text\":\"\"}",
            "{\"key\":\"a\",\"text\":\"\",\"metadata\":{\"a b\":\"\"}}",
            "{\"key\":\"a\",\"text\":\"\",\"metadata\":{\"a\":1}}",
            "{\"key\":\"a\",\"text\":\"\",\"metadata\":{\"a\":\"\\n\"}}",
            "{\"key\":\"a\",\"text\":\"\",\"metadata\":[]}",
            "{\"key\":\"a\",\"text\":\"\",\"contentType\":\"\"}",
            "{\"key\":\"a\",\"text\":\"\",\"ifVersion\":1}",
            "{\"key\":\"a\",\"text\":\"\",\"ifVersion\":\"-1\"}",
        };
        for (String line : bad) {
            assertFails(() -> parseJson(line), line, ErrorCode.BAD_RECORD);
        }
        assertFails(() -> parseJson("{\"key\":\"\",\"text\":\"\"}"), "empty key", ErrorCode.BAD_KEY);
        assertFails(() -> parseJson("{\"key\":\"\\ud800\",\"text\":\"\"}"), "surrogate", ErrorCode.BAD_KEY);
        RecordParser strict = new JsonRecordParser(METADATA_MAX, false);
        byte[] conditional = "{\"key\":\"a\",\"text\":\"\",\"ifVersion\":\"1\"}\n".getBytes(StandardCharsets.UTF_8);
        assertFails(() -> strict.next(ByteBuffer.wrap(conditional)), "ifVersion", ErrorCode.BAD_RECORD);
    }

    @Test
    void json_inAnotherCharset_isRefusedAndNeverTakenForAnEmptyValue() {
        String line = "{\"key\":\"a\",\"value\":{\"x\":1}}";
        for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE")) {
            for (String text : List.of(line, "\ufeff" + line, "\ufeff" + line + "\n")) {
                byte[] bytes = text.getBytes(Charset.forName(charset));
                assertThatThrownBy(() ->
                                parse(new JsonRecordParser(METADATA_MAX, true), bytes, bytes.length, new Random(1)))
                        .as(charset)
                        .isInstanceOf(RequestException.class)
                        .hasMessageContaining("must be JSON in UTF-8");
            }
        }
        assertThat(parseJson("\ufeff" + line + "\n\ufeff" + line + "\n\ufeff"))
                .containsExactly(
                        put("a", "{\"x\":1}", "application/json", Map.of()),
                        put("a", "{\"x\":1}", "application/json", Map.of()));
    }

    private static void assertFails(Runnable parse, String input, ErrorCode code) {
        assertThatThrownBy(parse::run).as(input).isInstanceOfSatisfying(RequestException.class, e -> assertThat(
                        e.code())
                .isEqualTo(code));
    }

    @Test
    void metadata_hasItsBound() {
        String fits = "{\"key\":\"a\",\"text\":\"\",\"metadata\":{\"n\":\"" + "v".repeat(2047) + "\"}}";
        assertThat(parseJson(fits)).hasSize(1);
        String over = "{\"key\":\"a\",\"text\":\"\",\"metadata\":{\"n\":\"" + "v".repeat(2048) + "\"}}";
        assertFails(() -> parseJson(over), "2049 bytes", ErrorCode.BAD_RECORD);
    }

    @Test
    void aRecord_hasItsBound() {
        byte[] most = new byte[RecordParser.RECORD_SIZE_MAX - 1];
        assertThat(parse(binary(), frame(1, "k", "", most), 1 << 16, new Random(2)))
                .hasSize(1);
        byte[] over = new byte[RecordParser.RECORD_SIZE_MAX];
        assertFails(
                () -> parse(binary(), frame(1, "k", "", over), 1 << 16, new Random(2)), "binary", ErrorCode.TOO_LARGE);
        String base64 = Base64.getEncoder().encodeToString(most);
        assertThat(parseJson("{\"key\":\"k\",\"base64\":\"" + base64 + "\"}")).hasSize(1);
        String more = Base64.getEncoder().encodeToString(over);
        assertFails(() -> parseJson("{\"key\":\"k\",\"base64\":\"" + more + "\"}"), "base64", ErrorCode.TOO_LARGE);
        String endless = "x".repeat(JsonRecordParser.LINE_SIZE_MAX + 1);
        assertFails(() -> parseJson(endless), "a line without end", ErrorCode.TOO_LARGE);
    }

    private static RecordParser binary() {
        return new BinaryRecordParser(METADATA_MAX);
    }

    private static byte[] frame(int op, String key, String metadata, byte[] value) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        byte[] metadataBytes = metadata.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(12 + keyBytes.length + metadataBytes.length + value.length)
                .put((byte) op)
                .put((byte) 0)
                .putShort((short) keyBytes.length)
                .putInt(metadataBytes.length)
                .putInt(value.length)
                .put(keyBytes)
                .put(metadataBytes)
                .put(value)
                .array();
    }

    @Test
    void binary_everyKindOfRecord() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(frame(1, "a", "", new byte[] {1, 2}));
        bytes.writeBytes(frame(2, "b", "", new byte[0]));
        bytes.writeBytes(frame(1, "c", "{\":contentType\":\"text/plain\",\"m\":\"v\"}", new byte[0]));
        assertThat(parse(binary(), bytes.toByteArray(), bytes.size(), new Random(3)))
                .containsExactly(
                        put("a", "\u0001\u0002", ObjectAttributes.DEFAULT_CONTENT_TYPE, Map.of()),
                        new Seen(false, "b", ObjectAttributes.NONE, "", OptionalLong.empty()),
                        put("c", "", "text/plain", Map.of("m", "v")));
    }

    @Test
    void binary_whatIsWrong_isNamed() {
        assertFails(() -> all(frame(3, "a", "", new byte[0])), "op", ErrorCode.BAD_RECORD);
        byte[] flagged = frame(1, "a", "", new byte[0]);
        flagged[1] = 1;
        assertFails(() -> all(flagged), "flags", ErrorCode.BAD_RECORD);
        assertFails(() -> all(frame(1, "", "", new byte[0])), "no key", ErrorCode.BAD_KEY);
        assertThat(all(frame(1, "k".repeat(1024), "", new byte[0]))).hasSize(1);
        assertFails(() -> all(frame(1, "k".repeat(1025), "", new byte[0])), "long key", ErrorCode.BAD_KEY);
        assertFails(() -> all(frame(2, "a", "", new byte[1])), "delete with value", ErrorCode.BAD_RECORD);
        assertFails(() -> all(frame(2, "a", "{}", new byte[0])), "delete with metadata", ErrorCode.BAD_RECORD);
        assertFails(() -> all(frame(1, "a", "[]", new byte[0])), "metadata", ErrorCode.BAD_RECORD);
        assertFails(() -> all(frame(1, "a", "{\"a\":1}", new byte[0])), "metadata", ErrorCode.BAD_RECORD);
        byte[] cut = frame(1, "abc", "", new byte[5]);
        for (int size = 1; size < cut.length; size++) {
            byte[] part = java.util.Arrays.copyOf(cut, size);
            assertFails(() -> all(part), "cut", ErrorCode.BAD_RECORD);
        }
    }

    private static List<Seen> all(byte[] bytes) {
        return parse(binary(), bytes, bytes.length, new Random(4));
    }

    /** However the network cuts the bytes, the records are the same. */
    @Test
    void cutAnywhere_theRecordsAreTheSame() {
        Random random = new Random(Seeds.pick("RecordParserTest"));
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        List<Seen> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] value = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 100)];
            random.nextBytes(value);
            boolean isPut = random.nextInt(5) > 0;
            boolean described = isPut && random.nextBoolean();
            Map<String, String> metadata = described ? Map.of("n", "\u00e4" + i) : Map.of();
            String key = "k\u00fc" + i;
            expected.add(
                    isPut
                            ? put(
                                    key,
                                    new String(value, StandardCharsets.ISO_8859_1),
                                    ObjectAttributes.DEFAULT_CONTENT_TYPE,
                                    metadata)
                            : new Seen(false, key, ObjectAttributes.NONE, "", OptionalLong.empty()));
            String said = described ? "{\"n\":\"\u00e4" + i + "\"}" : "";
            frames.writeBytes(frame(isPut ? 1 : 2, key, said, isPut ? value : new byte[0]));
            String line = isPut
                    ? "{\"key\":\"" + key + "\",\"base64\":\""
                            + Base64.getEncoder().encodeToString(value) + "\""
                            + (described ? ",\"metadata\":" + said : "") + "}\n"
                    : "{\"op\":\"delete\",\"key\":\"" + key + "\"}\n";
            json.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        }
        for (int pieceMax : new int[] {1, 7, 50, 5000, 1 << 20}) {
            assertThat(parse(binary(), frames.toByteArray(), pieceMax, random)).isEqualTo(expected);
            assertThat(parse(new JsonRecordParser(METADATA_MAX, false), json.toByteArray(), pieceMax, random))
                    .isEqualTo(expected);
        }
    }
}
