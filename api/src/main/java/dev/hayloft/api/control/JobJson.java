package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Jobs as JSON. Pure functions. */
final class JobJson {
    private static final Set<String> FIELDS = Set.of("kind", "bucket", "volume", "all", "dryRun", "directory");

    private JobJson() {}

    static void write(JsonGenerator json, Job job) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", job.id());
        json.writeStringField("kind", job.kind().wireName());
        json.writeStringField("state", job.state().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("progress", job.progress());
        json.writeStringField("detail", job.detail());
        json.writeNumberField("bytesDone", job.bytesDone());
        json.writeNumberField("bytesTotal", job.bytesTotal());
        json.writeStringField("createdAt", Json.time(job.createdAt()));
        json.writeStringField("startedAt", job.startedAt().map(Json::time).orElse(null));
        json.writeStringField("finishedAt", job.finishedAt().map(Json::time).orElse(null));
        if (job.result().isEmpty()) {
            json.writeNullField("result");
        } else {
            json.writeFieldName("result");
            writeValue(json, job.result().get());
        }
        json.writeStringField("error", job.error().orElse(null));
        json.writeEndObject();
    }

    private static void writeValue(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                writeValue(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list) {
                writeValue(json, item);
            }
            json.writeEndArray();
        } else {
            json.writePOJO(value); // A text, a number, true or false.
        }
    }

    /**
     * What a client asks for.
     *
     * @throws RequestException {@code bad-parameter} for unknown fields, and for kinds that this version does not have
     */
    static JobRequest read(JsonNode document) {
        if (!document.isObject()) {
            throw bad("The body must be a JSON object.", "body");
        }
        for (Map.Entry<String, JsonNode> field : document.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw bad("A job has no such field.", field.getKey());
            }
        }
        JobRequest.Kind kind = kind(document.path("kind").asText(""));
        return new JobRequest(
                kind,
                text(document, "bucket"),
                text(document, "volume"),
                flag(document, "all"),
                flag(document, "dryRun"),
                text(document, "directory"));
    }

    private static JobRequest.Kind kind(String name) {
        return JobRequest.Kind.find(name).orElseThrow(() -> bad(
                        "A job's kind is compact, seal, encode, scrub, repair, backup or rebuild-index.", "kind")
                .with("value", name));
    }

    private static Optional<String> text(JsonNode document, String name) {
        JsonNode value = document.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw bad("This field is text.", name);
        }
        return Optional.of(value.asText());
    }

    private static boolean flag(JsonNode document, String name) {
        JsonNode value = document.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw bad("This field is true or false.", name);
        }
        return value.asBoolean();
    }

    private static RequestException bad(String sentence, String name) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("parameter", name);
    }
}
