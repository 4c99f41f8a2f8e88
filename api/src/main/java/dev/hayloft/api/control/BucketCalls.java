package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Bucket;
import dev.hayloft.store.BucketStatistics;
import dev.hayloft.store.CreatedBucket;
import dev.hayloft.store.DictionaryStatistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/** The calls on buckets. */
public final class BucketCalls {
    private static final Set<String> JSON = Set.of("application/json");
    private static final Set<String> JSON_PATCH = Set.of("application/json", "application/merge-patch+json");

    private final Front front;
    private final long bodyMaxBytes;

    public BucketCalls(Front front) {
        this.front = front;
        this.bodyMaxBytes = front.settings().size(Setting.LIMITS_JSON_BODY);
    }

    /** {@code GET /v1/buckets}. */
    public void list(Exchange exchange) {
        exchange.operation(Operation.BUCKET);
        exchange.query().only(Set.of());
        exchange.authorizeAny();
        exchange.block(() -> exchange.answerJson(200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("buckets");
            for (Bucket bucket : front.store().buckets()) {
                if (exchange.identity().allows(bucket.name(), Access.READ)) {
                    write(json, bucket);
                }
            }
            json.writeEndArray();
            json.writeNullField("next");
            json.writeEndObject();
        }));
    }

    /** {@code GET /v1/buckets/B}. */
    public void show(Exchange exchange, BucketName name) {
        exchange.operation(Operation.BUCKET);
        exchange.query().only(Set.of());
        exchange.authorize(name, Access.READ);
        Bucket bucket = existing(name);
        exchange.answerJson(200, json -> write(json, bucket));
    }

    /** {@code PUT /v1/buckets/B}. */
    public void create(Exchange exchange, BucketName name) {
        exchange.operation(Operation.BUCKET);
        exchange.query().only(Set.of());
        exchange.authorize(name, Access.ADMIN);
        BodyCollector.requireJson(exchange, JSON);
        BodyCollector.collect(exchange, bodyMaxBytes, body -> create(exchange, name, body));
    }

    private void create(Exchange exchange, BucketName name, ByteBuffer body) {
        Durability durability = front.settings().durability();
        BucketSettings wanted = BucketSettings.defaults(durability);
        JsonNode patch = null;
        if (body.hasRemaining()) {
            patch = Json.parse(body);
            wanted = SettingsJson.patch(wanted, patch, durability);
        }
        CreatedBucket created = front.store().createBucket(name, wanted);
        BucketSettings standing = created.bucket().settings();
        boolean same =
                patch == null || SettingsJson.patch(standing, patch, durability).equals(standing);
        if (!created.created() && !same) {
            throw new RequestException(
                            ErrorCode.BUCKET_EXISTS, "The bucket exists with other settings; PATCH changes them.")
                    .with("bucket", name);
        }
        exchange.answerJson(created.created() ? 201 : 200, json -> write(json, created.bucket()));
    }

    /** {@code PATCH /v1/buckets/B}. */
    public void change(Exchange exchange, BucketName name) {
        exchange.operation(Operation.BUCKET);
        exchange.query().only(Set.of());
        exchange.authorize(name, Access.ADMIN);
        existing(name);
        BodyCollector.requireJson(exchange, JSON_PATCH);
        BodyCollector.collect(exchange, bodyMaxBytes, body -> {
            JsonNode patch = Json.parse(body);
            Durability durability = front.settings().durability();
            Bucket bucket =
                    front.store().updateBucket(name, settings -> SettingsJson.patch(settings, patch, durability));
            exchange.answerJson(200, json -> write(json, bucket));
        });
    }

    /** {@code DELETE /v1/buckets/B}. */
    public void delete(Exchange exchange, BucketName name) {
        exchange.operation(Operation.BUCKET);
        boolean force = exchange.query().only(Set.of("force")).flag("force");
        exchange.authorize(name, Access.ADMIN);
        existing(name);
        exchange.block(() -> {
            front.store().deleteBucket(name, force);
            exchange.answer(204);
        });
    }

    private Bucket existing(BucketName name) {
        return front.store().findBucket(name).orElseThrow(() -> new RequestException(
                        ErrorCode.NO_SUCH_BUCKET, "There is no such bucket.")
                .with("bucket", name));
    }

    private void write(JsonGenerator json, Bucket bucket) throws IOException {
        BucketStatistics statistics = front.store().statistics(bucket.name());
        json.writeStartObject();
        json.writeStringField("name", bucket.name().value());
        json.writeStringField("createdAt", Json.time(bucket.createdAt()));
        json.writeFieldName("settings");
        SettingsJson.write(json, bucket.settings());
        json.writeNumberField("objects", statistics.objects());
        json.writeNumberField("versions", statistics.versions());
        json.writeNumberField("logicalBytes", statistics.logicalBytes());
        json.writeNumberField("storedBytes", statistics.storedBytes());
        json.writeNumberField("savedBytes", statistics.savedBytes());
        json.writeNumberField("liveBytes", statistics.liveBytes());
        json.writeNumberField("deadBytes", statistics.deadBytes());
        dictionary(json, statistics.dictionary());
        json.writeEndObject();
    }

    private static void dictionary(JsonGenerator json, Optional<DictionaryStatistics> dictionary) throws IOException {
        if (dictionary.isEmpty()) {
            json.writeNullField("dictionary");
            return;
        }
        json.writeObjectFieldStart("dictionary");
        json.writeNumberField("version", dictionary.get().version());
        json.writeNumberField("sizeBytes", dictionary.get().sizeBytes());
        json.writeStringField("trainedAt", Json.time(dictionary.get().trainedAt()));
        json.writeNumberField("gain", Math.round(dictionary.get().gain() * 100) / 100.0);
        json.writeEndObject();
    }
}
