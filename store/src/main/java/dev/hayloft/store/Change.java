package dev.hayloft.store;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One mutation of a bucket, as its feed tells it.
 *
 * @param cursor where a reader goes on that has seen this one
 * @param op what happened
 * @param key to which key
 * @param version the number it got
 * @param time when
 * @param object what is there since; empty when the key, or a version of it, went
 * @param value the content, if it was asked for and is still there
 * @param other of a rename: of the put the key that the object had, of the delete the key that it has
 */
public record Change(
        String cursor,
        Op op,
        ObjectKey key,
        long version,
        Instant time,
        Optional<Stored> object,
        Optional<ByteBuffer> value,
        Optional<ObjectKey> other) {
    /** What happened. */
    public enum Op {
        PUT,
        APPEND,
        PATCH,
        DELETE,
        EXPIRE,
        PURGE;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        /** The contract's word. */
        public String wireName() {
            return wireName;
        }
    }

    /**
     * An object as it was stored.
     *
     * @param sizeBytes its content as written
     * @param etag its entity tag, without quotes
     * @param attributes kept with it
     */
    public record Stored(long sizeBytes, String etag, ObjectAttributes attributes) {}
}
