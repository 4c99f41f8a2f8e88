package dev.hayloft.store;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * One mutation of a bucket where it stands in the log: what {@link Change} says, without an object for each. It, and
 * the bytes that it gives out, are valid until the visit returns.
 */
public interface ChangeView {
    /** Most bytes of a cursor. */
    int CURSOR_SIZE_MAX = 76;

    /**
     * Writes where a reader goes on that has seen this one, in ASCII.
     *
     * @return where it ends, {@link #CURSOR_SIZE_MAX} behind its beginning at most
     */
    int putCursor(byte[] target, int at);

    /** What happened. */
    Change.Op op();

    /** To which key; UTF-8 from position to limit. */
    ByteBuffer key();

    long version();

    /** When, milliseconds since 1970 UTC. */
    long timeMillis();

    /** Whether an object is there since: without one there are no size, digest and attributes. */
    boolean hasObject();

    /** Its content as written. */
    long sizeBytes();

    Optional<Sha256> sha256();

    /** The same instance as of the object before, where they do not differ. */
    ObjectAttributes attributes();

    /** The content, if it was asked for and is still there. */
    Optional<ByteBuffer> value();

    /** As {@link Change#other}. */
    Optional<ObjectKey> other();

    /** The same, to be kept. */
    default Change toChange() {
        byte[] cursor = new byte[CURSOR_SIZE_MAX];
        int end = putCursor(cursor, 0);
        Optional<Change.Stored> object = Optional.empty();
        if (hasObject()) {
            String etag = sha256().map(Sha256::hex).orElse("") + attributes().etagEnd();
            object = Optional.of(new Change.Stored(sizeBytes(), etag, attributes()));
        }
        return new Change(
                new String(cursor, 0, end, StandardCharsets.US_ASCII),
                op(),
                ObjectKey.ofUtf8(key()),
                version(),
                Instant.ofEpochMilli(timeMillis()),
                object,
                value().map(value -> ByteBuffer.allocate(value.remaining())
                        .put(value.duplicate())
                        .flip()),
                other());
    }
}
