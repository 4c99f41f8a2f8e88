package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.Problem;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.DeleteRequest;
import dev.hayloft.store.DeleteResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;

/** Calls on many objects of a bucket at once: batches and bulk deletes. */
public final class GroupCalls {
    /** Room for 10,000 keys of 1024 bytes, some of them escaped. */
    private static final long DELETE_BODY_MAX = 16L << 20;

    /** Of the body's size: its keys, and the answer as it is made and written, which repeats them. */
    private static final long ANSWER_FACTOR = 3;

    /** Deletes that are under way at one time: well below what the writer's queue takes. */
    private static final int DELETES_AT_ONCE = 256;

    private final Front front;
    private final long metadataMaxBytes;

    public GroupCalls(Front front) {
        this.front = front;
        this.metadataMaxBytes = front.settings().size(Setting.LIMITS_METADATA);
    }

    /** {@code POST …/batch}: all of it or nothing. */
    public void batch(Exchange exchange, BucketName bucket) {
        exchange.operation(Operation.BATCH);
        exchange.query().only(Set.of());
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        exchange.authorize(bucket, Access.WRITE);
        ObjectWrites.requireWritable(front, bucket);
        new BatchIntake(exchange, bucket, headers.durability(), StreamCalls.parser(exchange, metadataMaxBytes, true))
                .start();
    }

    /** {@code POST …/delete}: each key by itself. */
    public void delete(Exchange exchange, BucketName bucket) {
        exchange.operation(Operation.DELETE);
        exchange.query().only(Set.of());
        exchange.authorize(bucket, Access.WRITE);
        ObjectWrites.requireWritable(front, bucket);
        BodyCollector.collect(exchange, DELETE_BODY_MAX, body -> {
            long bytes = ANSWER_FACTOR * body.remaining();
            front.budget().take(bytes);
            Callback afterwards = Callback.from(() -> front.budget().giveBack(bytes));
            boolean isAnswered = false;
            try {
                List<Deletion> deletions = delete(bucket, KeyList.read(body));
                ByteBuffer document = Json.document(json -> write(json, deletions, exchange.id()));
                exchange.headers().put(Headers.JSON);
                exchange.headers().put(HttpHeader.CONTENT_LENGTH, document.remaining());
                isAnswered = true;
                exchange.answer(200, document, afterwards);
            } finally {
                if (!isAnswered) {
                    afterwards.succeeded();
                }
            }
        });
    }

    private List<Deletion> delete(BucketName bucket, List<ObjectKey> keys) {
        List<Deletion> deletions = new ArrayList<>(keys.size());
        for (int from = 0; from < keys.size(); from += DELETES_AT_ONCE) {
            List<CompletableFuture<DeleteResult>> results = new ArrayList<>();
            List<ObjectKey> some = keys.subList(from, Math.min(keys.size(), from + DELETES_AT_ONCE));
            some.forEach(key -> results.add(
                    front.store().delete(DeleteRequest.of(bucket, key)).toCompletableFuture()));
            for (int i = 0; i < some.size(); i++) {
                deletions.add(deletion(some.get(i), results.get(i)));
            }
        }
        return deletions;
    }

    /** What became of a key. */
    private record Deletion(ObjectKey key, Optional<DeleteResult> result, Optional<Problem> problem) {}

    private static Deletion deletion(ObjectKey key, CompletableFuture<DeleteResult> result) {
        try {
            return new Deletion(key, Optional.of(result.join()), Optional.empty());
        } catch (CompletionException e) {
            return new Deletion(key, Optional.empty(), Optional.of(Problem.of(e)));
        }
    }

    private static void write(JsonGenerator json, List<Deletion> deletions, String requestId) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("results");
        for (Deletion deletion : deletions) {
            json.writeStartObject();
            json.writeStringField("key", deletion.key().toString());
            if (deletion.result().isPresent()) {
                DeleteResult result = deletion.result().get();
                json.writeBooleanField("deleted", true);
                if (result.marker().isPresent()) {
                    json.writeStringField(
                            "version", Long.toString(result.marker().getAsLong()));
                } else {
                    json.writeNullField("version");
                }
            } else {
                json.writeFieldName("error");
                deletion.problem().orElseThrow().write(json, requestId);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
