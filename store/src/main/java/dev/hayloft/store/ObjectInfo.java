package dev.hayloft.store;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of one object, without its bytes.
 *
 * @param key its name
 * @param version its number
 * @param sizeBytes its content as written
 * @param sha256 of its content
 * @param attributes kept with it
 * @param lastModified milliseconds
 * @param expiresAt from when it is not there any more
 */
public record ObjectInfo(
        ObjectKey key,
        long version,
        long sizeBytes,
        Sha256 sha256,
        ObjectAttributes attributes,
        Instant lastModified,
        Optional<Instant> expiresAt) {
    /** Of one that does not expire. */
    public ObjectInfo(
            ObjectKey key,
            long version,
            long sizeBytes,
            Sha256 sha256,
            ObjectAttributes attributes,
            Instant lastModified) {
        this(key, version, sizeBytes, sha256, attributes, lastModified, Optional.empty());
    }

    /** Whether its time is over. */
    boolean isExpired(long nowMillis) {
        return expiresAt.isPresent() && expiresAt.get().toEpochMilli() <= nowMillis;
    }

    /** The entity tag, without quotes. */
    public String etag() {
        return sha256.hex() + attributes.etagEnd();
    }
}
