package dev.hayloft.store;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.time.Instant;

/**
 * One version of one object, without its bytes.
 *
 * @param key its name
 * @param version its number
 * @param sizeBytes its content as written
 * @param sha256 of its content
 * @param attributes kept with it
 * @param lastModified milliseconds
 */
public record ObjectInfo(
        ObjectKey key, long version, long sizeBytes, Sha256 sha256, ObjectAttributes attributes, Instant lastModified) {
    /** The entity tag, without quotes. */
    public String etag() {
        return sha256.hex();
    }
}
