package dev.hayloft.api.records;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Records of {@code application/vnd.hayloft.records}. Big-endian, one behind another:
 *
 * <pre>
 *  offset size field
 *       0    1 op              1 put, 2 delete
 *       1    1 flags           0
 *       2    2 keySize
 *       4    4 metadataSize    of a delete 0
 *       8    4 valueSize       of a delete 0
 *      12      key, metadata (a JSON object of texts), value
 * </pre>
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class BinaryRecordParser implements RecordParser {
    /** The media type. */
    public static final String TYPE = "application/vnd.hayloft.records";

    /** The content type among the names of user metadata. */
    public static final String CONTENT_TYPE = ":contentType";

    private static final int HEAD_SIZE = 12;
    private static final int METADATA_SIZE_MAX = 64 << 10;
    private static final byte PUT = 1;
    private static final byte DELETE = 2;

    private final long metadataMaxBytes;
    private final RecordBytes begun = new RecordBytes();
    private boolean clearNext;

    public BinaryRecordParser(long metadataMaxBytes) {
        this.metadataMaxBytes = metadataMaxBytes;
    }

    @Override
    public Optional<InRecord> next(ByteBuffer source) {
        if (clearNext) {
            clearNext = false;
            begun.clear();
        }
        if (begun.size() == 0 && source.remaining() >= HEAD_SIZE) {
            ByteBuffer bytes = source.duplicate().order(ByteOrder.BIG_ENDIAN);
            int size = size(bytes, source.position());
            if (source.remaining() >= size) {
                InRecord record = record(bytes, source.position());
                source.position(source.position() + size);
                return Optional.of(record);
            }
        }
        return gather(source);
    }

    private Optional<InRecord> gather(ByteBuffer source) {
        if (!fill(source, HEAD_SIZE)) {
            return Optional.empty();
        }
        int size = size(ByteBuffer.wrap(begun.array()), 0);
        if (!fill(source, size)) {
            return Optional.empty();
        }
        clearNext = true;
        return Optional.of(record(ByteBuffer.wrap(begun.array(), 0, size), 0));
    }

    /** Whether so many bytes are there now. */
    private boolean fill(ByteBuffer source, int size) {
        begun.take(source, Math.min(source.remaining(), Math.max(0, size - begun.size())));
        return begun.size() >= size;
    }

    private static int size(ByteBuffer bytes, int at) {
        byte op = bytes.get(at);
        if (op != PUT && op != DELETE) {
            throw RecordParser.bad("A record's op is 1 for put or 2 for delete.")
                    .with("op", op & 0xFF);
        }
        if (bytes.get(at + 1) != 0) {
            throw RecordParser.bad("A record's flags must be 0.").with("flags", bytes.get(at + 1) & 0xFF);
        }
        int keySize = bytes.getShort(at + 2) & 0xFFFF;
        long metadataSize = bytes.getInt(at + 4) & 0xFFFF_FFFFL;
        long valueSize = bytes.getInt(at + 8) & 0xFFFF_FFFFL;
        if (keySize == 0 || keySize > ObjectKey.SIZE_MAX) {
            throw new RequestException(ErrorCode.BAD_KEY, "A key must have 1 to 1024 bytes of UTF-8.")
                    .with("bytes", keySize);
        }
        if (op == DELETE && (metadataSize > 0 || valueSize > 0)) {
            throw RecordParser.bad("A record that deletes has neither metadata nor value.");
        }
        if (keySize + metadataSize + valueSize > RECORD_SIZE_MAX) {
            throw RecordParser.tooLarge(keySize + metadataSize + valueSize);
        }
        if (metadataSize > METADATA_SIZE_MAX) {
            throw RecordParser.bad("A record's metadata takes too many bytes.")
                    .with("bytes", metadataSize)
                    .with("maximum", METADATA_SIZE_MAX);
        }
        return (int) (HEAD_SIZE + keySize + metadataSize + valueSize);
    }

    private InRecord record(ByteBuffer bytes, int at) {
        int keySize = bytes.getShort(at + 2) & 0xFFFF;
        int metadataSize = bytes.getInt(at + 4);
        int valueSize = bytes.getInt(at + 8);
        int keyAt = at + HEAD_SIZE;
        ObjectKey key = ObjectKey.ofUtf8(bytes.slice(keyAt, keySize));
        if (bytes.get(at) == DELETE) {
            return InRecord.delete(key, OptionalLong.empty());
        }
        ObjectAttributes attributes =
                metadataSize == 0 ? ObjectAttributes.NONE : attributes(bytes.slice(keyAt + keySize, metadataSize));
        ByteBuffer value = bytes.slice(keyAt + keySize + metadataSize, valueSize);
        return new InRecord(true, key, attributes, value, OptionalLong.empty());
    }

    private ObjectAttributes attributes(ByteBuffer json) {
        JsonNode node;
        try {
            node = Json.parse(json);
        } catch (RequestException e) {
            throw RecordParser.bad("A record's metadata must be one JSON object.");
        }
        if (!node.isObject()) {
            throw RecordParser.bad("A record's metadata must be one JSON object.");
        }
        RecordAttributes attributes = new RecordAttributes(ErrorCode.BAD_RECORD, metadataMaxBytes);
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getValue().isTextual()) {
                throw RecordParser.bad("Metadata has text values only.").with("name", field.getKey());
            }
            if (field.getKey().equals(CONTENT_TYPE)) {
                attributes.contentType(field.getValue().textValue());
            } else {
                attributes.metadata(field.getKey(), field.getValue().textValue());
            }
        }
        return attributes.result(ObjectAttributes.DEFAULT_CONTENT_TYPE);
    }

    @Override
    public Optional<InRecord> end() {
        if (!isBetweenRecords()) {
            throw RecordParser.bad("The body ends within a record.").with("bytes", begun.size());
        }
        return Optional.empty();
    }

    @Override
    public boolean isBetweenRecords() {
        return clearNext || begun.size() == 0;
    }

    @Override
    public long heldBytes() {
        return begun.capacityBytes();
    }
}
