package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.Query;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.ListCursor;
import dev.hayloft.store.ListEntry;
import dev.hayloft.store.ListPage;
import dev.hayloft.store.ListRequest;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.VersionListPage;
import dev.hayloft.store.VersionListRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;

/** Listings, a page at a time as JSON or all of the rest as a stream of lines. */
public final class ObjectListings {
    private static final Set<String> PARAMETERS =
            Set.of("prefix", "delimiter", "after", "limit", "metadata", "versions", "afterVersion");
    private static final int LIMIT_DEFAULT = 1000;

    private final Front front;
    private final int pageMax;

    public ObjectListings(Front front) {
        this.front = front;
        this.pageMax = front.settings().integer(Setting.LIMITS_LIST_PAGE);
    }

    /** Answers a listing. */
    public void list(Exchange exchange, BucketName bucket) {
        exchange.operation(Operation.LIST);
        Query query = exchange.query().only(PARAMETERS);
        Optional<String> delimiter = query.text("delimiter");
        if (delimiter.isPresent() && delimiter.get().isEmpty()) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A delimiter has at least one character.")
                    .with("parameter", "delimiter");
        }
        int limit = query.integer("limit", 1, pageMax, Math.min(pageMax, LIMIT_DEFAULT));
        boolean metadata = query.flag("metadata");
        ListRequest request =
                new ListRequest(bucket, query.text("prefix").orElse(""), delimiter, query.text("after"), limit);
        OptionalLong afterVersion = query.version("afterVersion");
        if (afterVersion.isPresent()
                && (!query.flag("versions") || request.after().isEmpty())) {
            throw new RequestException(
                            ErrorCode.BAD_PARAMETER, "A listing goes on behind a version with versions=true and after.")
                    .with("parameter", "afterVersion");
        }
        exchange.authorize(bucket, Access.READ);
        if (front.store().findBucket(bucket).isEmpty()) {
            throw new RequestException(ErrorCode.NO_SUCH_BUCKET, "There is no such bucket.").with("bucket", bucket);
        }
        if (query.flag("versions")) {
            VersionListRequest ofVersions = new VersionListRequest(request, afterVersion);
            if (wantsLines(exchange)) {
                stream(exchange, () -> front.store().listAllVersions(ofVersions), metadata);
            } else {
                page(exchange, front.store().listVersions(ofVersions), (json, page) -> write(json, page, metadata));
            }
        } else if (wantsLines(exchange)) {
            stream(exchange, () -> front.store().listAll(request), metadata);
        } else {
            page(exchange, front.store().list(request), (json, page) -> write(json, page, metadata));
        }
    }

    private static boolean wantsLines(Exchange exchange) {
        String accept = exchange.request().getHeaders().get(HttpHeader.ACCEPT);
        return accept != null && accept.contains(Headers.NDJSON_TYPE);
    }

    /** Writes a page's document. */
    private interface PageWriter<T> {
        void write(JsonGenerator json, T page) throws IOException;
    }

    private static <T> void page(Exchange exchange, CompletionStage<T> asked, PageWriter<T> writer) {
        asked.whenComplete((page, failure) -> {
            if (failure == null) {
                exchange.block(() -> exchange.answerJson(200, json -> writer.write(json, page)));
            } else {
                exchange.fail(failure);
            }
        });
    }

    private void stream(Exchange exchange, Supplier<CompletionStage<ListCursor>> question, boolean metadata) {
        front.streams().take();
        CompletionStage<ListCursor> asked;
        try {
            asked = question.get();
        } catch (RuntimeException refused) {
            front.streams().giveBack();
            throw refused;
        }
        asked.whenComplete((cursor, failure) -> {
            if (failure == null) {
                exchange.headers().put(Headers.NDJSON);
                new ListingStream(exchange, cursor, metadata).start(200);
            } else {
                front.streams().giveBack();
                exchange.fail(failure);
            }
        });
    }

    private static void write(JsonGenerator json, ListPage page, boolean metadata) throws IOException {
        json.writeStartObject();
        writeEntries(json, page.entries(), page.next(), metadata);
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, VersionListPage page, boolean metadata) throws IOException {
        json.writeStartObject();
        writeEntries(json, page.entries(), page.next(), metadata);
        OptionalLong nextVersion = page.nextVersion();
        json.writeStringField("nextVersion", nextVersion.isPresent() ? Long.toString(nextVersion.getAsLong()) : null);
        json.writeEndObject();
    }

    private static void writeEntries(
            JsonGenerator json, List<ListEntry> entries, Optional<String> next, boolean metadata) throws IOException {
        json.writeArrayFieldStart("objects");
        for (ListEntry entry : entries) {
            if (entry instanceof ListEntry.ObjectLine line) {
                writeObject(json, line.info(), metadata);
            } else if (entry instanceof ListEntry.VersionLine line) {
                ObjectVersions.write(json, line, metadata);
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("prefixes");
        for (ListEntry entry : entries) {
            if (entry instanceof ListEntry.PrefixLine line) {
                json.writeString(line.prefix());
            }
        }
        json.writeEndArray();
        json.writeStringField("next", next.orElse(null));
    }

    /** An object's entry. */
    static void writeObject(JsonGenerator json, ObjectInfo info, boolean metadata) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", key(info.key()));
        json.writeNumberField("size", info.sizeBytes());
        json.writeStringField("etag", info.etag());
        json.writeStringField("version", Long.toString(info.version()));
        json.writeStringField("contentType", info.attributes().contentType());
        json.writeStringField("lastModified", Json.time(info.lastModified()));
        json.writeStringField("expiresAt", info.expiresAt().map(Json::time).orElse(null));
        if (metadata) {
            json.writeObjectFieldStart("metadata");
            for (Map.Entry<String, String> each : info.attributes().metadata().entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static String key(ObjectKey key) {
        return key.toString();
    }
}
