package dev.hayloft.api.identity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who may ask, with keys to do it.
 *
 * @param name 1 to 64 of letters, digits, {@code . _ @ -}
 * @param createdAt to the millisecond
 * @param grants what the user may do
 * @param keys the user's keys, oldest first
 */
public record User(String name, Instant createdAt, List<Grant> grants, List<Key> keys) {
    public User {
        grants = List.copyOf(grants);
        keys = List.copyOf(keys);
    }

    User withGrants(List<Grant> others) {
        return new User(name, createdAt, others, keys);
    }

    User withKeys(List<Key> others) {
        return new User(name, createdAt, grants, others);
    }

    /**
     * An access key; its secret is not known here.
     *
     * @param accessKey 20 of {@code A-Z0-9}
     * @param createdAt to the millisecond
     * @param digest HMAC-SHA-256 of the secret under the store's key, in hex
     * @param lastUsedAt to the minute; empty until it is used
     */
    public record Key(String accessKey, Instant createdAt, String digest, Optional<Instant> lastUsedAt) {
        @Override
        public String toString() {
            return "Key[" + accessKey + "]";
        }
    }
}
