package dev.hayloft.client;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Who asks. */
public sealed interface Credentials {
    /** Nobody: for a server whose identity is switched off, and for its open paths. */
    Credentials NONE = new None();

    /** A key made by the server. */
    static Credentials key(String accessKey, String secretKey) {
        return new Key(accessKey, secretKey);
    }

    /** A token, sent as bearer. */
    static Credentials token(String token) {
        return new Token(token);
    }

    /** The value of the {@code Authorization} header. */
    Optional<String> header();

    /** No identity. */
    record None() implements Credentials {
        @Override
        public Optional<String> header() {
            return Optional.empty();
        }
    }

    /**
     * HTTP Basic (RFC 7617).
     *
     * @param accessKey the public half
     * @param secretKey the secret half, not shown by {@code toString}
     */
    record Key(String accessKey, String secretKey) implements Credentials {
        @Override
        public Optional<String> header() {
            byte[] pair = (accessKey + ":" + secretKey).getBytes(StandardCharsets.UTF_8);
            return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
        }

        @Override
        public String toString() {
            return "key " + accessKey;
        }
    }

    /**
     * A bearer token (RFC 6750).
     *
     * @param token not shown by {@code toString}
     */
    record Token(String token) implements Credentials {
        @Override
        public Optional<String> header() {
            return Optional.of("Bearer " + token);
        }

        @Override
        public String toString() {
            return "token";
        }
    }
}
