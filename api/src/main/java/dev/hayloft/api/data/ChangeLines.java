package dev.hayloft.api.data;

import dev.hayloft.api.records.OutRecords;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.store.Change;
import dev.hayloft.store.ChangesPage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Changes as the contract writes them. Pure functions. */
final class ChangeLines {
    /** How a page of changes goes out. */
    enum Form {
        LINES,
        EVENTS,
        RECORDS
    }

    private static final int CHANGE_BYTES = 400;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private static final byte[] CURSOR = ascii("{\"cursor\":\"");
    private static final byte[] OP = ascii("\",\"op\":\"");
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

    private ChangeLines() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A page in one of the forms; of events without an end, which a stream does not have. */
    static ByteBuffer write(ChangesPage page, Form form) {
        LineBytes bytes = new LineBytes(sizeBytes(page)); // Megabytes: to grow would copy them.
        switch (form) {
            case LINES -> writeLines(bytes, page);
            case EVENTS -> writeEvents(bytes, page);
            case RECORDS -> writeRecords(bytes, page);
        }
        return bytes.view();
    }

    private static int sizeBytes(ChangesPage page) {
        int size = (page.changes().size() + 1) * CHANGE_BYTES;
        for (Change change : page.changes()) {
            size += change.key().sizeBytes()
                    + change.value().map(ByteBuffer::remaining).orElse(0);
        }
        return size;
    }

    private static void writeLines(LineBytes bytes, ChangesPage page) {
        for (Change change : page.changes()) {
            write(bytes, change);
            bytes.write('\n');
        }
        writeEnd(bytes, page.cursor());
        bytes.write('\n');
    }

    private static void writeEvents(LineBytes bytes, ChangesPage page) {
        for (Change change : page.changes()) {
            bytes.raw("id: ").raw(change.cursor()).raw("\ndata: ");
            write(bytes, change);
            bytes.raw("\n\n");
        }
    }

    private static void writeRecords(LineBytes bytes, ChangesPage page) {
        LineBytes line = new LineBytes(CHANGE_BYTES);
        for (Change change : page.changes()) {
            int op = change.object().isEmpty() ? OutRecords.ABSENT : OutRecords.FOUND;
            int withValue = op == OutRecords.FOUND && change.value().isEmpty() ? OutRecords.NOTE : op;
            line.reset();
            write(line, change);
            OutRecords.write(
                    bytes,
                    withValue,
                    change.key().utf8(),
                    line.view(),
                    change.value().orElse(NOTHING));
        }
        line.reset();
        writeEnd(line, page.cursor());
        OutRecords.write(bytes, OutRecords.NOTE, NOTHING, line.view(), NOTHING);
    }

    private static void writeEnd(LineBytes bytes, String cursor) {
        bytes.raw(CURSOR).raw(cursor).raw(END);
    }

    private static void write(LineBytes bytes, Change change) {
        bytes.raw(CURSOR).raw(change.cursor());
        bytes.raw(OP).raw(change.op().wireName());
        bytes.raw(KEY).text(change.key().utf8());
        bytes.raw(VERSION).raw(Long.toString(change.version()));
        bytes.raw(TIME).time(change.time());
        if (change.object().isPresent()) {
            write(bytes, change.object().get());
        }
        if (change.other().isPresent()) {
            bytes.raw(change.object().isPresent() ? FROM : TO)
                    .text(change.other().get().utf8());
        }
        bytes.write('}');
    }

    private static void write(LineBytes bytes, Change.Stored object) {
        ObjectAttributes attributes = object.attributes();
        bytes.raw(SIZE).raw(Long.toString(object.sizeBytes()));
        bytes.raw(ETAG).raw(object.etag());
        bytes.raw(CONTENT_TYPE).text(attributes.contentType());
        bytes.raw(METADATA);
        boolean isFirst = true;
        for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
            if (!isFirst) {
                bytes.write(',');
            }
            isFirst = false;
            bytes.text(entry.getKey());
            bytes.write(':');
            bytes.text(entry.getValue());
        }
        bytes.write('}');
    }
}
