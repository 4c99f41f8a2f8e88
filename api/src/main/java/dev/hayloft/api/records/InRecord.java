package dev.hayloft.api.records;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * One record as it came in.
 *
 * @param isPut false: a deletion, without attributes and value
 * @param key what it is about
 * @param attributes to be kept with it
 * @param value from position to limit; may lie over the parser's source or its own memory, and is valid until the next
 *     call to the parser
 * @param ifVersion the version that must be there, 0 for absent; empty: any
 */
public record InRecord(
        boolean isPut, ObjectKey key, ObjectAttributes attributes, ByteBuffer value, OptionalLong ifVersion) {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    static InRecord delete(ObjectKey key, OptionalLong ifVersion) {
        return new InRecord(false, key, ObjectAttributes.NONE, NOTHING, ifVersion);
    }

    /** Bytes of key and value, as acknowledgements count them. */
    public int contentBytes() {
        return key.sizeBytes() + value.remaining();
    }
}
