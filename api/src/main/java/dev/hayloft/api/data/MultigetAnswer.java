package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.ByteBudget;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.Problem;
import dev.hayloft.api.http.StreamedAnswer;
import dev.hayloft.api.records.OutRecords;
import dev.hayloft.api.records.RecordParser;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.StoredObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Many objects in one answer, in the order asked, some hundred KiB at a time. A larger object is counted against the
 * memory of all bodies until the client has taken it; where there is too little, its record says so.
 */
final class MultigetAnswer extends StreamedAnswer {
    private static final int PIECE_BYTES = 256 << 10;
    private static final int LINE_BYTES = 16 << 10; // Key, metadata and their names, mostly.
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final Exchange exchange;
    private final BucketName bucket;
    private final List<ObjectKey> keys;
    private final boolean asLines;
    private final long keyBytes;
    private int next;
    private long pieceBytes; // Of the budget.

    private MultigetAnswer(Exchange exchange, BucketName bucket, List<ObjectKey> keys, boolean asLines, long keyBytes) {
        super(exchange);
        this.exchange = exchange;
        this.bucket = bucket;
        this.keys = keys;
        this.asLines = asLines;
        this.keyBytes = keyBytes;
    }

    /**
     * An answer that is yet to be started. It takes a stream, and of the budget what the keys hold while a slow client
     * reads.
     *
     * @throws dev.hayloft.model.error.CapacityException {@code too-many-requests} when either is not to be had
     */
    static MultigetAnswer open(Exchange exchange, BucketName bucket, List<ObjectKey> keys, boolean asLines) {
        long keyBytes = KeyList.heapBytes(keys);
        ByteBudget budget = exchange.front().budget();
        budget.take(keyBytes);
        boolean isOpen = false;
        try {
            exchange.front().streams().take();
            isOpen = true;
        } finally {
            if (!isOpen) {
                budget.giveBack(keyBytes);
            }
        }
        return new MultigetAnswer(exchange, bucket, keys, asLines, keyBytes);
    }

    @Override
    protected @Nullable ByteBuffer next() {
        giveBack(); // The network has the piece before.
        Piece bytes = new Piece();
        while (next < keys.size() && bytes.size() < PIECE_BYTES) {
            add(bytes, keys.get(next));
            next++;
        }
        return bytes.view();
    }

    /** What is gathered for one write; given out as it is. */
    private static final class Piece extends ByteArrayOutputStream {
        Piece() {
            super(PIECE_BYTES + 4096);
        }

        /** Makes room at once: doubling would need it twice. */
        void reserve(int sizeBytes) {
            if (buf.length - count < sizeBytes) {
                buf = Arrays.copyOf(buf, count + sizeBytes);
            }
        }

        ByteBuffer view() {
            return ByteBuffer.wrap(buf, 0, count);
        }
    }

    private void add(Piece bytes, ObjectKey key) {
        Optional<StoredObject> found;
        try {
            found = exchange.front().store().read(bucket, key);
        } catch (HayloftException e) {
            addProblem(bytes, key, e);
            return;
        }
        if (found.isEmpty()) {
            addAbsent(bytes, key);
            return;
        }
        try (StoredObject object = found.get()) {
            long size = object.info().sizeBytes();
            if (size > RecordParser.RECORD_SIZE_MAX) {
                throw RecordParser.tooLarge(size);
            }
            if (size > PIECE_BYTES) {
                reserve(bytes, (int) size);
            }
            addFound(bytes, key, object.info(), content(object));
        } catch (HayloftException e) {
            addProblem(bytes, key, e);
        }
    }

    /** Takes what the content holds in memory, and as it is written. */
    private void reserve(Piece bytes, int size) {
        int written = asLines ? 4 * (size / 3 + 1) : size;
        long both = (long) size + written;
        exchange.front().budget().take(both);
        pieceBytes += both;
        bytes.reserve(written + LINE_BYTES);
    }

    private void giveBack() {
        exchange.front().budget().giveBack(pieceBytes);
        pieceBytes = 0;
    }

    private static byte[] content(StoredObject object) {
        byte[] content = new byte[(int) object.info().sizeBytes()];
        int filled = 0;
        while (filled < content.length) {
            ByteBuffer piece = object.read(filled, content.length - filled);
            int count = piece.remaining();
            piece.get(piece.position(), content, filled, count);
            filled += count;
        }
        return content;
    }

    private void addFound(ByteArrayOutputStream bytes, ObjectKey key, ObjectInfo info, byte[] content) {
        if (asLines) {
            line(bytes, json -> {
                json.writeStringField("key", key.toString());
                json.writeBooleanField("found", true);
                json.writeBinaryField("base64", content);
                writeInfo(json, info);
            });
        } else {
            ByteBuffer metadata = Json.document(json -> {
                json.writeStartObject();
                writeInfo(json, info);
                json.writeEndObject();
            });
            OutRecords.write(bytes, OutRecords.FOUND, key.utf8(), metadata, ByteBuffer.wrap(content));
        }
    }

    private static void writeInfo(JsonGenerator json, ObjectInfo info) throws IOException {
        json.writeStringField("version", Long.toString(info.version()));
        json.writeStringField("etag", info.etag());
        json.writeNumberField("size", info.sizeBytes());
        json.writeStringField("contentType", info.attributes().contentType());
        json.writeStringField("lastModified", Json.time(info.lastModified()));
        json.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> entry : info.attributes().metadata().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private void addAbsent(ByteArrayOutputStream bytes, ObjectKey key) {
        if (asLines) {
            line(bytes, json -> {
                json.writeStringField("key", key.toString());
                json.writeBooleanField("found", false);
            });
        } else {
            OutRecords.write(bytes, OutRecords.ABSENT, key.utf8(), NOTHING, NOTHING);
        }
    }

    private void addProblem(ByteArrayOutputStream bytes, ObjectKey key, HayloftException failure) {
        ByteBuffer problem = Problem.of(failure).document(exchange.id());
        if (asLines) {
            String text = StandardCharsets.UTF_8.decode(problem).toString();
            line(bytes, json -> {
                json.writeStringField("key", key.toString());
                json.writeFieldName("error");
                json.writeRawValue(text);
            });
        } else {
            OutRecords.write(bytes, OutRecords.ERROR, key.utf8(), NOTHING, problem);
        }
    }

    private static void line(ByteArrayOutputStream bytes, Json.Writer fields) {
        try (JsonGenerator json = Json.generator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    @Override
    protected boolean isAtEnd() {
        return next >= keys.size();
    }

    @Override
    protected void close() {
        giveBack();
        exchange.front().budget().giveBack(keyBytes);
        exchange.front().streams().giveBack();
    }
}
