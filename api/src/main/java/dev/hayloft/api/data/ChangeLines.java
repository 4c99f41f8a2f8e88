package dev.hayloft.api.data;

import dev.hayloft.api.records.OutRecords;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.store.Change;
import dev.hayloft.store.ChangeView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes as the contract writes them, from where they stand in the log straight to the bytes of the answer.
 *
 * <p><i>Threads:</i> one.
 */
final class ChangeLines implements Consumer<ChangeView> {
    /** How a page of changes goes out. */
    enum Form {
        LINES,
        EVENTS,
        RECORDS
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private static final byte[] CURSOR = ascii("{\"cursor\":\"");
    private static final byte[] OP = ascii("\",\"op\":\"");
    private static final Map<Change.Op, byte[]> OPS = ops();
    private static final byte[] KEY = ascii("\",\"key\":");
    private static final byte[] VERSION = ascii(",\"version\":\"");
    private static final byte[] TIME = ascii("\",\"time\":");
    private static final byte[] SIZE = ascii(",\"size\":");
    private static final byte[] ETAG = ascii(",\"etag\":\"");
    private static final byte[] CONTENT_TYPE = ascii("\",\"contentType\":");
    private static final byte[] METADATA = ascii(",\"metadata\":{");
    private static final byte[] FROM = ascii(",\"from\":");
    private static final byte[] TO = ascii(",\"to\":");
    private static final byte[] END = ascii("\",\"end\":true}");

    private static final byte[] EVENT = ascii("id: ");
    private static final byte[] DATA = ascii("\ndata: ");
    private static final byte[] EVENT_END = ascii("\n\n");

    private final Form form;
    private final PagePieces pieces;
    private final LineBytes line = new LineBytes();
    private int changes;

    /** Those that were written last, and how: thousands of objects have the same. */
    private @Nullable ObjectAttributes lastAttributes;

    private byte[] lastWritten = new byte[0];

    ChangeLines(Form form, PiecePool pool) {
        this.form = form;
        this.pieces = new PagePieces(pool);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Map<Change.Op, byte[]> ops() {
        Map<Change.Op, byte[]> ops = new EnumMap<>(Change.Op.class);
        for (Change.Op op : Change.Op.values()) {
            ops.put(op, ascii(op.wireName()));
        }
        return ops;
    }

    /** How many changes were written. */
    int changes() {
        return changes;
    }

    /** Ends the page, of events without an end, which a stream does not have; and what it is. */
    PagePieces end(String cursor) {
        line.reset();
        switch (form) {
            case LINES -> pieces.put(writeEnd(line, cursor).raw('\n').view());
            case EVENTS -> {}
            case RECORDS -> {
                writeEnd(line, cursor);
                writeRecord(OutRecords.NOTE, NOTHING, NOTHING);
            }
        }
        return pieces;
    }

    /** Nobody will see what was written. */
    void abandon() {
        pieces.release();
    }

    @Override
    public void accept(ChangeView change) {
        changes++;
        line.reset();
        switch (form) {
            case LINES -> {
                write(line, change);
                pieces.put(line.raw('\n').view());
            }
            case EVENTS -> {
                line.raw(EVENT).cursorOf(change).raw(DATA);
                write(line, change);
                pieces.put(line.raw(EVENT_END).view());
            }
            case RECORDS -> {
                int withValue = change.value().isEmpty() ? OutRecords.NOTE : OutRecords.FOUND;
                write(line, change);
                writeRecord(
                        change.hasObject() ? withValue : OutRecords.ABSENT,
                        change.key(),
                        change.value().orElse(NOTHING));
            }
        }
    }

    /** A record with the line as its metadata. */
    private void writeRecord(int op, ByteBuffer key, ByteBuffer value) {
        ByteBuffer metadata = line.view();
        pieces.put(OutRecords.head(op, key.remaining(), metadata.remaining(), value.remaining()));
        pieces.put(key);
        pieces.put(metadata);
        pieces.put(value);
    }

    private static LineBytes writeEnd(LineBytes target, String cursor) {
        return target.raw(CURSOR).raw(cursor).raw(END);
    }

    private void write(LineBytes target, ChangeView change) {
        target.raw(CURSOR).cursorOf(change);
        target.raw(OP).raw(Objects.requireNonNull(OPS.get(change.op())));
        target.raw(KEY).text(change.key());
        target.raw(VERSION).number(change.version());
        target.raw(TIME).time(change.timeMillis());
        if (change.hasObject()) {
            target.raw(SIZE).number(change.sizeBytes()).raw(ETAG);
            change.sha256().ifPresent(target::hex);
            target.raw(written(change.attributes()));
        }
        if (change.other().isPresent()) {
            target.raw(change.hasObject() ? FROM : TO).text(change.other().get().utf8());
        }
        target.raw('}');
    }

    /** From the end of the entity tag to the end of the metadata. */
    @SuppressWarnings("ReferenceEquality") // Equal ones come as the same, and a miss costs time alone.
    private byte[] written(ObjectAttributes attributes) {
        if (attributes != lastAttributes) {
            LineBytes target = new LineBytes();
            target.raw(attributes.etagEnd());
            target.raw(CONTENT_TYPE).text(attributes.contentType());
            target.raw(METADATA);
            boolean isFirst = true;
            for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
                if (!isFirst) {
                    target.raw(',');
                }
                isFirst = false;
                target.text(entry.getKey()).raw(':').text(entry.getValue());
            }
            target.raw('}');
            lastWritten = target.toByteArray();
            lastAttributes = attributes;
        }
        return lastWritten;
    }
}
