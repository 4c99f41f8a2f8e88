package dev.hayloft.api.identity;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of an access key.
 *
 * <p><i>Threads:</i> any.
 */
final class KeyHolder {
    private final Identity identity;
    private final byte[] digest;
    private final Use use;

    KeyHolder(Identity identity, byte[] digest, Use use) {
        this.identity = identity;
        this.digest = digest;
        this.use = use;
    }

    Identity identity() {
        return identity;
    }

    /** HMAC of the secret; the holder's own array. */
    byte[] digest() {
        return digest;
    }

    Use use() {
        return use;
    }

    /** When a key was last used, to the minute. */
    static final class Use {
        private static final long GRAIN_MILLIS = 60_000;

        private volatile long lastMillis; // Written by whoever uses the key; a lost race loses less than a minute.
        private volatile long savedMillis;

        Use(long millis) {
            this.lastMillis = millis;
            this.savedMillis = millis;
        }

        void touch(long nowMillis) {
            if (nowMillis - lastMillis >= GRAIN_MILLIS) {
                lastMillis = nowMillis;
            }
        }

        Optional<Instant> at() {
            long millis = lastMillis;
            return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
        }

        /** Whether it is another than the last time that this was asked. */
        boolean takeUnsaved() {
            long millis = lastMillis;
            boolean unsaved = millis != savedMillis;
            savedMillis = millis;
            return unsaved;
        }
    }
}
