package dev.hayloft.api.records;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One line of JSON: {@code {"key": …, "value" | "text" | "base64": …, "metadata": {…}, "contentType": …, "op": …}}.
 *
 * <p><i>Threads:</i> one at a time.
 */
final class JsonRecord {
    private static final String JSON_TYPE = "application/json";
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int CHARACTER_SIZE_MAX = 4; // In UTF-32.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // Other charsets have no offsets in bytes.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(JsonRecordParser.LINE_SIZE_MAX)
                    .build())
            .build();

    private final long metadataMaxBytes;
    private final boolean withConditions;

    private byte[] line = new byte[0];
    private int lineAt;
    private @Nullable ObjectKey key;
    private @Nullable ByteBuffer value;
    private boolean valueIsJson;
    private boolean delete;
    private OptionalLong ifVersion = OptionalLong.empty();
    private RecordAttributes attributes;
    private boolean hasAttributes;

    JsonRecord(long metadataMaxBytes, boolean withConditions) {
        this.metadataMaxBytes = metadataMaxBytes;
        this.withConditions = withConditions;
        this.attributes = new RecordAttributes(ErrorCode.BAD_RECORD, metadataMaxBytes);
    }

    /**
     * The record of a line, in whose bytes its value may lie; empty when the line is. The mark that some editors put
     * before text in UTF-8 is passed over.
     */
    Optional<InRecord> parse(byte[] bytes, int at, int size) {
        int mark = BYTE_ORDER_MARK.length;
        boolean isMarked = size >= mark && Arrays.equals(bytes, at, at + mark, BYTE_ORDER_MARK, 0, mark);
        return isMarked ? parseLine(bytes, at + mark, size - mark) : parseLine(bytes, at, size);
    }

    private Optional<InRecord> parseLine(byte[] bytes, int at, int size) {
        if (isBlank(bytes, at, size)) {
            return Optional.empty();
        }
        begin(bytes, at);
        try (JsonParser parser = FACTORY.createParser(bytes, at, size)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw RecordParser.bad("A record must be a JSON object on one line.");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                field(parser, name);
            }
            if (parser.nextToken() != null) {
                throw RecordParser.bad("A line must hold one JSON object and nothing else.");
            }
        } catch (IOException e) {
            throw RecordParser.bad(
                    isUtf8(bytes, at, size)
                            ? "A record must be a JSON object on one line; this is not JSON."
                            : "Records must be JSON in UTF-8; this looks like UTF-16 or UTF-32.");
        }
        return Optional.of(result());
    }

    /** Whether it begins as text in UTF-8 does: the first characters of JSON have a zero byte in the other charsets. */
    private static boolean isUtf8(byte[] bytes, int at, int size) {
        for (int i = at; i < at + Math.min(size, CHARACTER_SIZE_MAX); i++) {
            if (bytes[i] == 0 || bytes[i] == (byte) 0xFE || bytes[i] == (byte) 0xFF) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(byte[] bytes, int at, int size) {
        for (int i = at; i < at + size; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private void begin(byte[] bytes, int at) {
        line = bytes;
        lineAt = at;
        key = null;
        value = null;
        valueIsJson = false;
        delete = false;
        ifVersion = OptionalLong.empty();
        if (hasAttributes) {
            attributes = new RecordAttributes(ErrorCode.BAD_RECORD, metadataMaxBytes);
            hasAttributes = false;
        }
    }

    private void field(JsonParser parser, String name) throws IOException {
        switch (name) {
            case "key" -> key = ObjectKey.of(text(parser, name));
            case "value" -> {
                value(json(parser));
                valueIsJson = true;
            }
            case "text" -> value(utf8(text(parser, name)));
            case "base64" -> value(base64(text(parser, name)));
            case "metadata" -> metadata(parser);
            case "contentType" -> {
                if (parser.currentToken() != JsonToken.VALUE_NULL) {
                    attributes.contentType(text(parser, name));
                    hasAttributes = true;
                }
            }
            case "op" -> op(text(parser, name));
            case "ifVersion" -> condition(parser);
            default -> throw unknown(name);
        }
    }

    private static dev.hayloft.model.error.RequestException unknown(String name) {
        return RecordParser.bad("A record has key, value, text, base64, metadata, contentType and op; not this.")
                .with("field", name.length() > 100 ? name.substring(0, 100) : name);
    }

    private static String text(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw RecordParser.bad("This field of a record must be text.").with("field", name);
        }
        return parser.getText();
    }

    private void op(String op) {
        if (!op.equals("put") && !op.equals("delete")) {
            throw RecordParser.bad("A record's op is put or delete.")
                    .with("op", op.length() > 100 ? op.substring(0, 100) : op);
        }
        delete = op.equals("delete");
    }

    private void value(ByteBuffer bytes) {
        if (value != null) {
            throw RecordParser.bad("A record has exactly one of value, text and base64.");
        }
        value = bytes;
    }

    private static ByteBuffer utf8(String text) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw RecordParser.bad("Text must be such as UTF-8 can hold; this has a lone surrogate.");
        }
    }

    private static ByteBuffer base64(String text) {
        try {
            return ByteBuffer.wrap(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw RecordParser.bad("This is not base64, of the alphabet with + and /.");
        }
    }

    /** The value's own text without the spaces between its tokens: numbers and escapes stay as they were written. */
    private ByteBuffer json(JsonParser parser) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        if (from < 0 || to <= from) {
            throw RecordParser.bad("Where this value begins and ends is not known.");
        }
        byte[] compact = new byte[to - from];
        int size = 0;
        boolean inText = false;
        for (int i = lineAt + from; i < lineAt + to; i++) {
            byte b = line[i];
            if (b == '"') {
                inText = !inText;
            } else if (b == '\\' && inText) {
                compact[size++] = b;
                b = line[++i];
            } else if (!inText && (b == ' ' || b == '\t' || b == '\r' || b == '\n')) {
                continue;
            }
            compact[size++] = b;
        }
        return ByteBuffer.wrap(compact, 0, size);
    }

    private void metadata(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw RecordParser.bad("A record's metadata must be a JSON object.");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            attributes.metadata(name, text(parser, "metadata." + name));
            hasAttributes = true;
        }
    }

    private void condition(JsonParser parser) throws IOException {
        if (!withConditions) {
            throw RecordParser.bad("Only records of a batch may carry ifVersion.");
        }
        String text = text(parser, "ifVersion");
        try {
            boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
            ifVersion = OptionalLong.of(Long.parseLong(digits ? text : "x"));
        } catch (NumberFormatException e) {
            throw RecordParser.bad("ifVersion is a decimal number as text, \"0\" for an absent key.");
        }
    }

    private InRecord result() {
        ObjectKey name = key;
        if (name == null) {
            throw RecordParser.bad("A record must have a key.");
        }
        ByteBuffer bytes = value;
        if (delete) {
            if (bytes != null || hasAttributes) {
                throw RecordParser.bad("A record that deletes has neither a value nor metadata.");
            }
            return InRecord.delete(name, ifVersion);
        }
        if (bytes == null) {
            throw RecordParser.bad("A record must have one of value, text and base64.");
        }
        if (name.sizeBytes() + (long) bytes.remaining() > RecordParser.RECORD_SIZE_MAX) {
            throw RecordParser.tooLarge(name.sizeBytes() + (long) bytes.remaining());
        }
        String defaultType = valueIsJson ? JSON_TYPE : ObjectAttributes.DEFAULT_CONTENT_TYPE;
        ObjectAttributes kept = hasAttributes || valueIsJson ? attributes.result(defaultType) : ObjectAttributes.NONE;
        return new InRecord(true, name, kept, bytes, ifVersion);
    }
}
