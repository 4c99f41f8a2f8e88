package dev.hayloft.store;

import dev.hayloft.model.Sha256;
import java.time.Instant;
import java.util.Optional;

/**
 * What a write made.
 *
 * @param version the new version's number
 * @param created whether the key was absent before
 * @param sha256 of the content
 * @param expiresAt from when it is not there any more
 */
public record WriteResult(long version, boolean created, Sha256 sha256, Optional<Instant> expiresAt) {
    /** Of an object that does not expire. */
    public WriteResult(long version, boolean created, Sha256 sha256) {
        this(version, created, sha256, Optional.empty());
    }

    /** The entity tag, without quotes. */
    public String etag() {
        return sha256.hex();
    }
}
