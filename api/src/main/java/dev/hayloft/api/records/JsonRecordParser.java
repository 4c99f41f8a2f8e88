package dev.hayloft.api.records;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Records of {@code application/x-ndjson}: a JSON object a line. Empty lines are passed over; the last line needs no
 * newline.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class JsonRecordParser implements RecordParser {
    /** The media type. */
    public static final String TYPE = "application/x-ndjson";

    /** Base64 of the largest value, with room for the rest of the line. */
    static final int LINE_SIZE_MAX = 12 << 20;

    private final JsonRecord record;
    private final RecordBytes begun = new RecordBytes();
    private byte[] scratch = new byte[4 << 10];
    private boolean clearNext;

    /**
     * A parser.
     *
     * @param withConditions whether a record may say {@code ifVersion}
     */
    public JsonRecordParser(long metadataMaxBytes, boolean withConditions) {
        this.record = new JsonRecord(metadataMaxBytes, withConditions);
    }

    @Override
    public Optional<InRecord> next(ByteBuffer source) {
        if (clearNext) {
            clearNext = false;
            begun.clear();
        }
        while (source.hasRemaining()) {
            int end = newline(source);
            if (end < 0) {
                keep(source, source.remaining());
                return Optional.empty();
            }
            Optional<InRecord> next = begun.size() == 0 ? inPlace(source, end) : completed(source, end);
            if (next.isPresent()) {
                return next;
            }
        }
        return Optional.empty();
    }

    private static int newline(ByteBuffer source) {
        for (int i = source.position(); i < source.limit(); i++) {
            if (source.get(i) == '\n') {
                return i;
            }
        }
        return -1;
    }

    private Optional<InRecord> inPlace(ByteBuffer source, int end) {
        int from = source.position();
        int size = end - from;
        checkSize(size);
        source.position(end + 1);
        if (source.hasArray()) {
            return record.parse(source.array(), source.arrayOffset() + from, size);
        }
        if (scratch.length < size) {
            scratch = new byte[Math.max(size, 2 * scratch.length)];
        }
        source.get(from, scratch, 0, size);
        return record.parse(scratch, 0, size);
    }

    private Optional<InRecord> completed(ByteBuffer source, int end) {
        keep(source, end - source.position());
        source.position(end + 1);
        Optional<InRecord> next = record.parse(begun.array(), 0, begun.size());
        clearNext = next.isPresent();
        if (next.isEmpty()) {
            begun.clear();
        }
        return next;
    }

    private void keep(ByteBuffer source, int count) {
        checkSize((long) begun.size() + count);
        begun.take(source, count);
    }

    private static void checkSize(long lineBytes) {
        if (lineBytes > LINE_SIZE_MAX) {
            throw new RequestException(ErrorCode.TOO_LARGE, "A line with a record must have at most 12 MiB.")
                    .with("maximum", LINE_SIZE_MAX);
        }
    }

    @Override
    public Optional<InRecord> end() {
        if (isBetweenRecords()) {
            return Optional.empty();
        }
        clearNext = true;
        return record.parse(begun.array(), 0, begun.size());
    }

    @Override
    public boolean isBetweenRecords() {
        return clearNext || begun.size() == 0;
    }

    @Override
    public long heldBytes() {
        return (long) begun.capacityBytes() + scratch.length;
    }
}
