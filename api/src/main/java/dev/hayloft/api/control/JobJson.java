package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.io.IOException;
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
            json.writeObjectFieldStart("result");
            for (Map.Entry<String, Long> figure : job.result().get().entrySet()) {
                json.writeNumberField(figure.getKey(), figure.getValue());
            }
            json.writeEndObject();
        }
        json.writeStringField("error", job.error().orElse(null));
        json.writeEndObject();
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
        for (String name : new String[] {"bucket", "directory"}) {
            if (document.hasNonNull(name)) {
                throw bad("This kind of job does not take this field.", name);
            }
        }
        if (flag(document, "dryRun")) {
            throw bad("This kind of job does not take this field.", "dryRun");
        }
        JsonNode volume = document.path("volume");
        if (!volume.isMissingNode() && !volume.isNull() && !volume.isTextual()) {
            throw bad("A volume is text.", "volume");
        }
        Optional<String> id = volume.isTextual() ? Optional.of(volume.asText()) : Optional.empty();
        return new JobRequest(kind, id, flag(document, "all"));
    }

    private static JobRequest.Kind kind(String name) {
        return switch (name) {
            case "seal" -> JobRequest.Kind.SEAL;
            case "rebuild-index" -> JobRequest.Kind.REBUILD_INDEX;
            case "compact", "encode", "scrub", "repair", "backup" ->
                throw bad("This version does not have this kind of job.", "kind")
                        .with("value", name);
            default ->
                throw bad("A job's kind is seal or rebuild-index.", "kind").with("value", name);
        };
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
