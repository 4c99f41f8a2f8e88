package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.StreamedAnswer;
import dev.hayloft.store.ListCursor;
import dev.hayloft.store.ListEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A whole listing as lines of JSON, some tens of KiB at a time; the last line says that it is complete. */
final class ListingStream extends StreamedAnswer {
    private static final int PIECE_BYTES = 64 << 10;

    private final Exchange exchange;
    private final ListCursor cursor;
    private final boolean metadata;
    private long objects;
    private boolean ended;

    ListingStream(Exchange exchange, ListCursor cursor, boolean metadata) {
        super(exchange);
        this.exchange = exchange;
        this.cursor = cursor;
        this.metadata = metadata;
    }

    @Override
    protected @Nullable ByteBuffer next() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(PIECE_BYTES + 4096);
        try (JsonGenerator json = Json.generator(bytes)) {
            while (!ended && bytes.size() < PIECE_BYTES) {
                line(json, cursor.next());
                json.writeRaw('\n');
                json.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private void line(JsonGenerator json, Optional<ListEntry> entry) throws IOException {
        if (entry.isEmpty()) {
            ended = true;
            json.writeStartObject();
            json.writeBooleanField("end", true);
            json.writeNumberField("objects", objects);
            json.writeEndObject();
        } else if (entry.get() instanceof ListEntry.ObjectLine line) {
            objects++;
            ObjectListings.writeObject(json, line.info(), metadata);
        } else if (entry.get() instanceof ListEntry.VersionLine line) {
            objects++;
            ObjectVersions.write(json, line, metadata);
        } else if (entry.get() instanceof ListEntry.PrefixLine line) {
            json.writeStartObject();
            json.writeStringField("prefix", line.prefix());
            json.writeEndObject();
        }
    }

    @Override
    protected boolean isAtEnd() {
        return ended;
    }

    @Override
    protected void close() {
        cursor.close();
        exchange.front().streams().giveBack();
    }
}
