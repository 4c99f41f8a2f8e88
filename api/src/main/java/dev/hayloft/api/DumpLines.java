package dev.hayloft.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Json;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A volume's frames for programs: a line of JSON for each frame and each damaged range. */
final class DumpLines implements FrameVisitor {
    private final Consumer<String> lines;

    DumpLines(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void frame(FrameView frame) {
        List<DumpedNeedle> needles = new ArrayList<>();
        frame.forEachNeedle(needle -> needles.add(DumpedNeedle.of(needle)));
        print(json -> {
            json.writeStartObject();
            json.writeNumberField("volume", LogPosition.volume(frame.position()));
            json.writeNumberField("offset", LogPosition.offset(frame.position()));
            json.writeNumberField("bytes", frame.sizeBytes());
            json.writeNumberField("bucketId", frame.bucketId());
            json.writeStringField("time", Json.time(Instant.ofEpochMilli(frame.timeMillis())));
            json.writeStringField("firstSequence", Long.toString(frame.firstSequence()));
            json.writeStringField("firstVersion", Long.toString(frame.firstVersion()));
            json.writeStringField("forcedUpTo", LogPosition.toString(frame.forcedUpTo()));
            json.writeNumberField("needleCount", frame.needleCount());
            json.writeArrayFieldStart("needles");
            for (DumpedNeedle needle : needles) {
                write(json, needle);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, DumpedNeedle needle) throws IOException {
        json.writeStartObject();
        writeFields(json, needle);
        json.writeEndObject();
    }

    /** The fields of a needle, within an object that is open. */
    static void writeFields(JsonGenerator json, DumpedNeedle needle) throws IOException {
        json.writeStringField("type", needle.type());
        json.writeNumberField("offset", needle.offsetInFrame());
        json.writeNumberField("bytes", needle.sizeBytes());
        json.writeStringField("sequence", Long.toString(needle.sequence()));
        if (needle.key().isPresent()) {
            json.writeStringField("key", needle.key().get());
        }
        if (needle.version().isPresent()) {
            json.writeStringField("version", Long.toString(needle.version().getAsLong()));
        }
        if (needle.contentSizeBytes().isPresent()) {
            json.writeNumberField("size", needle.contentSizeBytes().getAsLong());
        }
        if (needle.extents().isPresent()) {
            json.writeNumberField("extents", needle.extents().getAsInt());
        }
        if (needle.sha256().isPresent()) {
            json.writeStringField("sha256", needle.sha256().get().hex());
        }
        if (needle.expiresAtMillis().isPresent()) {
            json.writeStringField(
                    "expires",
                    Json.time(Instant.ofEpochMilli(needle.expiresAtMillis().getAsLong())));
        }
        json.writeArrayFieldStart("flags");
        for (String flag : needle.flags()) {
            json.writeString(flag);
        }
        json.writeEndArray();
    }

    @Override
    public void damaged(DamagedRange range) {
        print(json -> {
            json.writeStartObject();
            json.writeNumberField("volume", range.volume());
            json.writeNumberField("damagedFrom", range.fromOffset());
            json.writeNumberField("damagedTo", range.toOffset());
            json.writeStringField("reason", range.reason());
            json.writeEndObject();
        });
    }

    private void print(Json.Writer writer) {
        lines.accept(StandardCharsets.UTF_8.decode(Json.document(writer)).toString());
    }
}
