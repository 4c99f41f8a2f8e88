package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.Problem;
import dev.hayloft.api.http.StreamedAnswer;
import dev.hayloft.api.records.OutRecords;
import dev.hayloft.api.records.RecordParser;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.StoredObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Many objects in one answer, in the order asked, some hundred KiB at a time. */
final class MultigetAnswer extends StreamedAnswer {
    static final int KEYS_MAX = 10_000;

    private static final int PIECE_BYTES = 256 << 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final Exchange exchange;
    private final BucketName bucket;
    private final List<ObjectKey> keys;
    private final boolean asLines;
    private int next;

    MultigetAnswer(Exchange exchange, BucketName bucket, List<ObjectKey> keys, boolean asLines) {
        super(exchange);
        this.exchange = exchange;
        this.bucket = bucket;
        this.keys = keys;
        this.asLines = asLines;
    }

    /** The keys that a body asks for. */
    static List<ObjectKey> keys(ByteBuffer body) {
        JsonNode json = Json.parse(body);
        JsonNode keys = json.path("keys");
        if (!json.isObject() || json.size() != 1 || !keys.isArray() || keys.size() > KEYS_MAX) {
            throw new RequestException(
                    ErrorCode.BAD_PARAMETER, "The body is {\"keys\": [...]} with at most 10000 keys.");
        }
        List<ObjectKey> parsed = new ArrayList<>(keys.size());
        for (JsonNode key : keys) {
            if (!key.isTextual()) {
                throw new RequestException(ErrorCode.BAD_KEY, "A key is a text.");
            }
            parsed.add(ObjectKey.of(key.textValue()));
        }
        return parsed;
    }

    @Override
    protected @Nullable ByteBuffer next() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(PIECE_BYTES + 4096);
        while (next < keys.size() && bytes.size() < PIECE_BYTES) {
            add(bytes, keys.get(next));
            next++;
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private void add(ByteArrayOutputStream bytes, ObjectKey key) {
        Optional<StoredObject> found;
        try {
            found = exchange.front().store().read(bucket, key);
        } catch (HayloftException e) {
            addProblem(bytes, key, e);
            return;
        }
        if (found.isEmpty()) {
            addAbsent(bytes, key);
            return;
        }
        try (StoredObject object = found.get()) {
            if (object.info().sizeBytes() > RecordParser.RECORD_SIZE_MAX) {
                throw RecordParser.tooLarge(object.info().sizeBytes());
            }
            addFound(bytes, key, object.info(), content(object));
        } catch (HayloftException e) {
            addProblem(bytes, key, e);
        }
    }

    private static byte[] content(StoredObject object) {
        byte[] content = new byte[(int) object.info().sizeBytes()];
        int filled = 0;
        while (filled < content.length) {
            ByteBuffer piece = object.read(filled, content.length - filled);
            int count = piece.remaining();
            piece.get(piece.position(), content, filled, count);
            filled += count;
        }
        return content;
    }

    private void addFound(ByteArrayOutputStream bytes, ObjectKey key, ObjectInfo info, byte[] content) {
        if (asLines) {
            line(bytes, json -> {
                json.writeStringField("key", key.toString());
                json.writeBooleanField("found", true);
                json.writeBinaryField("base64", content);
                writeInfo(json, info);
            });
        } else {
            ByteBuffer metadata = Json.document(json -> {
                json.writeStartObject();
                writeInfo(json, info);
                json.writeEndObject();
            });
            OutRecords.write(bytes, OutRecords.FOUND, key.utf8(), metadata, ByteBuffer.wrap(content));
        }
    }

    private static void writeInfo(JsonGenerator json, ObjectInfo info) throws IOException {
        json.writeStringField("version", Long.toString(info.version()));
        json.writeStringField("etag", info.etag());
        json.writeNumberField("size", info.sizeBytes());
        json.writeStringField("contentType", info.attributes().contentType());
        json.writeStringField("lastModified", Json.time(info.lastModified()));
        json.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> entry : info.attributes().metadata().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private void addAbsent(ByteArrayOutputStream bytes, ObjectKey key) {
        if (asLines) {
            line(bytes, json -> {
                json.writeStringField("key", key.toString());
                json.writeBooleanField("found", false);
            });
        } else {
            OutRecords.write(bytes, OutRecords.ABSENT, key.utf8(), NOTHING, NOTHING);
        }
    }

    private void addProblem(ByteArrayOutputStream bytes, ObjectKey key, HayloftException failure) {
        ByteBuffer problem = Problem.of(failure).document(exchange.id());
        if (asLines) {
            String text =
                    java.nio.charset.StandardCharsets.UTF_8.decode(problem).toString();
            line(bytes, json -> {
                json.writeStringField("key", key.toString());
                json.writeFieldName("error");
                json.writeRawValue(text);
            });
        } else {
            OutRecords.write(bytes, OutRecords.ERROR, key.utf8(), NOTHING, problem);
        }
    }

    private static void line(ByteArrayOutputStream bytes, Json.Writer fields) {
        try (JsonGenerator json = Json.generator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    @Override
    protected boolean isAtEnd() {
        return next >= keys.size();
    }

    @Override
    protected void close() {
        exchange.front().streams().giveBack();
    }
}
