package dev.hayloft.api.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
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
import dev.hayloft.store.CopyRequest;
import dev.hayloft.store.PatchRequest;
import dev.hayloft.store.RenameRequest;
import dev.hayloft.store.RenameResult;
import java.util.Set;

/** Calls that make something of an object that is there: rename, copy, and PATCH of its attributes. */
public final class KeyCalls {
    private static final Set<String> RENAME_PARAMETERS = Set.of("op", "to", "overwrite");
    private static final Set<String> COPY_PARAMETERS = Set.of("op", "to", "overwrite", "version");
    private static final Set<String> PATCH_TYPES = Set.of("application/json", "application/merge-patch+json");

    private final Front front;
    private final long bodyMaxBytes;
    private final long metadataMaxBytes;

    public KeyCalls(Front front) {
        this.front = front;
        this.bodyMaxBytes = front.settings().size(Setting.LIMITS_JSON_BODY);
        this.metadataMaxBytes = front.settings().size(Setting.LIMITS_METADATA);
    }

    /** {@code POST …/objects/KEY?op=…}. */
    public void post(Exchange exchange, BucketName bucket, ObjectKey key) {
        String op = exchange.query().text("op").orElse("");
        switch (op) {
            case "rename" -> rename(exchange, bucket, key);
            case "copy" -> copy(exchange, bucket, key);
            default ->
                throw new RequestException(
                                ErrorCode.BAD_PARAMETER, "A POST to an object says what to do: append, rename or copy.")
                        .with("parameter", "op")
                        .with("value", op);
        }
    }

    private void rename(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.RENAME);
        Query query = exchange.query().only(RENAME_PARAMETERS);
        ObjectKey to = ObjectKey.of(target(query));
        boolean overwrite = overwrite(query);
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        exchange.authorize(bucket, Access.WRITE);
        ObjectWrites.requireWritable(front, bucket);
        front.store()
                .verbs()
                .rename(new RenameRequest(bucket, key, to, headers.condition(), overwrite, headers.durability()))
                .whenComplete((result, failure) -> exchange.respond(() -> {
                    if (failure == null) {
                        answer(exchange, result);
                    } else {
                        exchange.fail(failure);
                    }
                }));
    }

    private static void answer(Exchange exchange, RenameResult result) {
        exchange.answerJson(200, json -> {
            json.writeStartObject();
            json.writeStringField("key", result.key().toString());
            json.writeStringField("version", Long.toString(result.version()));
            json.writeBooleanField("replaced", result.replaced());
            json.writeEndObject();
        });
    }

    private void copy(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.COPY);
        Query query = exchange.query().only(COPY_PARAMETERS);
        String target = target(query);
        int slash = target.indexOf('/');
        if (slash < 0) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A copy goes to a bucket and a key: to=BUCKET/KEY.")
                    .with("parameter", "to")
                    .with("value", target);
        }
        BucketName toBucket = new BucketName(target.substring(0, slash));
        ObjectKey toKey = ObjectKey.of(target.substring(slash + 1));
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        CopyRequest request = new CopyRequest(
                bucket,
                key,
                query.version("version"),
                headers.condition(),
                toBucket,
                toKey,
                overwrite(query),
                headers.durability(),
                headers.ttl());
        exchange.authorize(bucket, Access.READ);
        exchange.authorize(toBucket, Access.WRITE);
        ObjectWrites.requireWritable(front, toBucket);
        front.store()
                .verbs()
                .copy(request)
                .whenComplete((result, failure) -> exchange.respond(() -> {
                    if (failure == null) {
                        ObjectWrites.answer(exchange, result);
                    } else {
                        exchange.fail(failure);
                    }
                }));
    }

    private static String target(Query query) {
        return query.text("to").filter(to -> !to.isEmpty()).orElseThrow(() -> new RequestException(
                        ErrorCode.BAD_PARAMETER, "A rename or a copy says where to: to=….")
                .with("parameter", "to"));
    }

    private static boolean overwrite(Query query) {
        return query.text("overwrite").isEmpty() || query.flag("overwrite");
    }

    /** {@code PATCH …/objects/KEY}. */
    public void patch(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.PATCH);
        exchange.query().only(Set.of());
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        exchange.authorize(bucket, Access.WRITE);
        ObjectWrites.requireWritable(front, bucket);
        BodyCollector.requireJson(exchange, PATCH_TYPES);
        BodyCollector.collect(exchange, bodyMaxBytes, body -> {
            JsonNode patch = Json.parse(body);
            AttributesPatch change = AttributesPatch.of(patch, metadataMaxBytes);
            PatchRequest request =
                    new PatchRequest(bucket, key, change::apply, headers.condition(), headers.durability());
            front.store()
                    .verbs()
                    .patch(request)
                    .whenComplete((info, failure) -> exchange.respond(() -> {
                        if (failure == null) {
                            ObjectHeaders.putVersion(exchange.headers(), info);
                            exchange.answerJson(200, json -> ObjectListings.writeObject(json, info, true));
                        } else {
                            exchange.fail(failure);
                        }
                    }));
        });
    }
}
