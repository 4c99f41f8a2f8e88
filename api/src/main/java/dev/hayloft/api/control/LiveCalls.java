package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.metrics.LiveStreams;
import dev.hayloft.api.metrics.LiveStreams.Progress;
import dev.hayloft.api.metrics.LiveStreams.Reader;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.HayloftException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The operations API on streams under way. */
public final class LiveCalls {
    private static final Comparator<Map.Entry<Reader, Progress>> BY_BUCKET = Comparator.comparing(
                    (Map.Entry<Reader, Progress> entry) -> entry.getKey().bucket())
            .thenComparing(entry -> entry.getValue().firstReadAt())
            .thenComparing(entry -> entry.getKey().toString());

    private final Front front;

    public LiveCalls(Front front) {
        this.front = front;
    }

    /** {@code GET /api/streams}: requests of records, and readers of changes with how far they are behind. */
    public void streams(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        LiveStreams streams = front.metrics().streams();
        List<LiveStreams.Ingest> ingests = streams.ingests();
        List<Map.Entry<Reader, Progress>> readers = streams
                .readers(front.clock().instant())
                .entrySet()
                .stream()
                .sorted(BY_BUCKET)
                .toList();
        exchange.answerJson(200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("ingest");
            for (LiveStreams.Ingest ingest : ingests) {
                write(json, ingest);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("readers");
            for (Map.Entry<Reader, Progress> entry : readers) {
                write(json, entry.getKey(), entry.getValue());
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, LiveStreams.Ingest ingest) throws IOException {
        json.writeStartObject();
        json.writeStringField("request", ingest.request());
        json.writeStringField("bucket", ingest.bucket());
        json.writeStringField("accessKey", ingest.accessKey());
        json.writeStringField("producer", ingest.producer().orElse(null));
        json.writeStringField("startedAt", Json.time(ingest.startedAt()));
        json.writeNumberField("acked", ingest.acknowledged());
        json.writeEndObject();
    }

    private void write(JsonGenerator json, Reader reader, Progress progress) throws IOException {
        OptionalLong behind = behind(reader, progress);
        json.writeStartObject();
        json.writeStringField("bucket", reader.bucket());
        json.writeStringField("accessKey", reader.accessKey());
        json.writeStringField("form", reader.form());
        json.writeStringField("prefix", reader.prefix());
        json.writeStringField("state", progress.isWaiting() ? "waiting" : "reading");
        json.writeNumberField("changes", progress.changes());
        if (behind.isPresent()) {
            json.writeNumberField("behind", behind.getAsLong());
        } else {
            json.writeNullField("behind");
        }
        json.writeStringField("startedAt", Json.time(progress.firstReadAt()));
        json.writeStringField("lastReadAt", Json.time(progress.lastReadAt()));
        json.writeEndObject();
    }

    /** Who waits has everything; empty when the bucket is gone. */
    private OptionalLong behind(Reader reader, Progress progress) {
        if (progress.isWaiting()) {
            return OptionalLong.of(0);
        }
        try {
            return OptionalLong.of(front.store().changesBehind(new BucketName(reader.bucket()), progress.cursor()));
        } catch (HayloftException e) {
            return OptionalLong.empty();
        }
    }
}
