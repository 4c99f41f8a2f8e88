package dev.hayloft.store;

import dev.hayloft.model.Sha256;

/**
 * What a write made.
 *
 * @param version the new version's number
 * @param created whether the key was absent before
 * @param sha256 of the content
 */
public record WriteResult(long version, boolean created, Sha256 sha256) {
    /** The entity tag, without quotes. */
    public String etag() {
        return sha256.hex();
    }
}
