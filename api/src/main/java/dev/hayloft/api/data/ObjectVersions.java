package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.Query;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.ListEntry.Damaged;
import dev.hayloft.store.ListEntry.VersionLine;
import dev.hayloft.store.ObjectInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The versions of one key, and what a listing shows of a version. */
final class ObjectVersions {
    private static final Set<String> PARAMETERS = Set.of("versions", "after", "limit");
    private static final int LIMIT_DEFAULT = 1000;

    private final Front front;
    private final int pageMax;

    ObjectVersions(Front front) {
        this.front = front;
        this.pageMax = front.settings().integer(Setting.LIMITS_LIST_PAGE);
    }

    /** Answers with the versions of a key, the newest first. */
    void ofKey(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.LIST);
        Query query = exchange.query().only(PARAMETERS);
        int limit = query.integer("limit", 1, pageMax, Math.min(pageMax, LIMIT_DEFAULT));
        OptionalLong after = query.version("after");
        exchange.authorize(bucket, Access.READ);
        exchange.block(() -> {
            List<VersionLine> lines = front.store().versions(bucket, key, after, limit + 1);
            if (lines.isEmpty() && after.isEmpty()) {
                throw new RequestException(ErrorCode.NO_SUCH_KEY, "The bucket has no such key.")
                        .with("bucket", bucket)
                        .with("key", key);
            }
            List<VersionLine> shown = lines.subList(0, Math.min(limit, lines.size()));
            exchange.answerJson(200, json -> {
                json.writeStartObject();
                json.writeStringField("key", key.toString());
                json.writeArrayFieldStart("versions");
                for (VersionLine line : shown) {
                    json.writeStartObject();
                    writeFields(json, line, true);
                    json.writeEndObject();
                }
                json.writeEndArray();
                boolean more = shown.size() < lines.size();
                json.writeStringField(
                        "next", more ? Long.toString(shown.get(shown.size() - 1).version()) : null);
                json.writeEndObject();
            });
        });
    }

    /** A version's entry in a listing. */
    static void write(JsonGenerator json, VersionLine line, boolean metadata) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", line.key().toString());
        writeFields(json, line, metadata);
        json.writeEndObject();
    }

    private static void writeFields(JsonGenerator json, VersionLine line, boolean metadata) throws IOException {
        Optional<ObjectInfo> info = line.info();
        Optional<Damaged> damaged = line.damaged();
        json.writeStringField("version", Long.toString(line.version()));
        json.writeNumberField(
                "size",
                info.map(ObjectInfo::sizeBytes)
                        .or(() -> damaged.map(Damaged::sizeBytes))
                        .orElse(0L));
        json.writeStringField("etag", info.map(ObjectInfo::etag).orElse(null));
        json.writeStringField(
                "contentType",
                info.map(object -> object.attributes().contentType()).orElse(null));
        json.writeStringField("lastModified", Json.time(line.lastModified()));
        Optional<Instant> expiresAt = info.flatMap(ObjectInfo::expiresAt).or(() -> damaged.flatMap(Damaged::expiresAt));
        json.writeStringField("expiresAt", expiresAt.map(Json::time).orElse(null));
        json.writeBooleanField("deleted", line.isMarker());
        if (metadata) {
            json.writeObjectFieldStart("metadata");
            if (info.isPresent()) {
                for (Map.Entry<String, String> each :
                        info.get().attributes().metadata().entrySet()) {
                    json.writeStringField(each.getKey(), each.getValue());
                }
            }
            json.writeEndObject();
        }
    }
}
