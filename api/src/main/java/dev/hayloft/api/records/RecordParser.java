package dev.hayloft.api.records;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Takes a stream of bytes apart into records, buffer by buffer, keeping at most one record in memory. A record that
 * lies whole in a buffer is read in place.
 *
 * <pre>{@code
 * for (Optional<InRecord> next = parser.next(buffer); next.isPresent(); next = parser.next(buffer)) {
 *     store(next.get());
 * }
 * }</pre>
 *
 * <p><i>Threads:</i> one at a time.
 */
public sealed interface RecordParser permits JsonRecordParser, BinaryRecordParser {
    /** Most bytes of a record's key, metadata and value together. */
    int RECORD_SIZE_MAX = 8 << 20;

    /**
     * The next record, if the source holds its end. Otherwise takes all that the source has and is empty. The source's
     * position moves behind what was taken; its bytes must not change while the record is in use.
     *
     * @throws RequestException {@code bad-record}, {@code bad-key} or {@code too-large}; the parser is of no use then
     */
    Optional<InRecord> next(ByteBuffer source);

    /**
     * The source has ended: the last record, when its end needs no mark.
     *
     * @throws RequestException {@code bad-record} when the source was cut within a record
     */
    Optional<InRecord> end();

    /** Whether the next byte begins a record. */
    boolean isBetweenRecords();

    /** Memory that the beginning of a record takes whose end is yet to come. */
    long heldBytes();

    static RequestException bad(String sentence) {
        return new RequestException(ErrorCode.BAD_RECORD, sentence);
    }

    static RequestException tooLarge(long bytes) {
        return new RequestException(ErrorCode.TOO_LARGE, "A record must have at most 8 MiB of key, metadata and value.")
                .with("bytes", bytes)
                .with("maximum", RECORD_SIZE_MAX);
    }
}
