package dev.hayloft.store;

import dev.hayloft.model.Sha256;
import java.time.Instant;
import java.util.Optional;

/**
 * What a write made.
 *
 * @param version the new version's number
 * @param created whether the key was absent before
 * @param sha256 of the content; of an appended object over the digests of its parts
 * @param expiresAt from when it is not there any more
 * @param appended of an append, and of a copy of what was appended to
 */
public record WriteResult(
        long version, boolean created, Sha256 sha256, Optional<Instant> expiresAt, Optional<Appended> appended) {
    /** Of a put. */
    public WriteResult(long version, boolean created, Sha256 sha256, Optional<Instant> expiresAt) {
        this(version, created, sha256, expiresAt, Optional.empty());
    }

    /** Of an object that does not expire. */
    public WriteResult(long version, boolean created, Sha256 sha256) {
        this(version, created, sha256, Optional.empty());
    }

    /**
     * What appends made.
     *
     * @param parts of the object now
     * @param sizeBytes of the whole object now
     */
    public record Appended(long parts, long sizeBytes) {}

    /** The entity tag, without quotes. */
    public String etag() {
        return appended.map(made -> sha256.hex() + "-" + made.parts()).orElseGet(sha256::hex);
    }
}
