package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.records.OutRecords;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.store.Change;
import dev.hayloft.store.ChangesPage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Changes as the contract writes them. Pure functions. */
final class ChangeLines {
    /** How a page of changes goes out. */
    enum Form {
        LINES,
        EVENTS,
        RECORDS
    }

    private static final int CHANGE_BYTES = 300;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private ChangeLines() {}

    /** A page in one of the forms; of events without an end, which a stream does not have. */
    static ByteBuffer write(ChangesPage page, Form form) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((page.changes().size() + 1) * CHANGE_BYTES);
        try {
            switch (form) {
                case LINES -> writeLines(bytes, page);
                case EVENTS -> writeEvents(bytes, page);
                case RECORDS -> writeRecords(bytes, page);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static void writeLines(ByteArrayOutputStream bytes, ChangesPage page) throws IOException {
        try (JsonGenerator json = Json.generator(bytes)) {
            for (Change change : page.changes()) {
                write(json, change);
                json.writeRaw('\n');
            }
            writeEnd(json, page.cursor());
            json.writeRaw('\n');
        }
    }

    private static void writeEvents(ByteArrayOutputStream bytes, ChangesPage page) throws IOException {
        try (JsonGenerator json = Json.generator(bytes)) {
            for (Change change : page.changes()) {
                json.writeRaw("id: " + change.cursor() + "\ndata: ");
                write(json, change);
                json.writeRaw("\n\n");
            }
        }
    }

    private static void writeRecords(ByteArrayOutputStream bytes, ChangesPage page) {
        for (Change change : page.changes()) {
            int op = change.object().isEmpty() ? OutRecords.ABSENT : OutRecords.FOUND;
            int withValue = op == OutRecords.FOUND && change.value().isEmpty() ? OutRecords.NOTE : op;
            OutRecords.write(
                    bytes,
                    withValue,
                    change.key().utf8(),
                    Json.document(json -> write(json, change)),
                    change.value().orElse(NOTHING));
        }
        OutRecords.write(
                bytes, OutRecords.NOTE, NOTHING, Json.document(json -> writeEnd(json, page.cursor())), NOTHING);
    }

    private static void writeEnd(JsonGenerator json, String cursor) throws IOException {
        json.writeStartObject();
        json.writeStringField("cursor", cursor);
        json.writeBooleanField("end", true);
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Change change) throws IOException {
        json.writeStartObject();
        json.writeStringField("cursor", change.cursor());
        json.writeStringField("op", change.op().wireName());
        json.writeStringField(
                "key", StandardCharsets.UTF_8.decode(change.key().utf8()).toString());
        json.writeStringField("version", Long.toString(change.version()));
        json.writeStringField("time", Json.time(change.time()));
        if (change.object().isPresent()) {
            Change.Stored object = change.object().get();
            ObjectAttributes attributes = object.attributes();
            json.writeNumberField("size", object.sizeBytes());
            json.writeStringField("etag", object.etag());
            json.writeStringField("contentType", attributes.contentType());
            json.writeObjectFieldStart("metadata");
            for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        }
        if (change.other().isPresent()) {
            json.writeStringField(
                    change.object().isPresent() ? "from" : "to",
                    change.other().get().toString());
        }
        json.writeEndObject();
    }
}
