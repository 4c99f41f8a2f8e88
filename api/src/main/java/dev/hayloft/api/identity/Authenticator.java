package dev.hayloft.api.identity;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks HTTP Basic and bearer tokens. Secrets are kept as HMAC-SHA-256 under the store's key and compared in constant
 * time. Since secrets are random, no slow hash is needed.
 *
 * <p>A header that passed is remembered until a user or key changes, so that the next check of the same header is one
 * comparison in constant time; connections repeat their header, and the HTTP parser hands out the same text again.
 *
 * <p><i>Threads:</i> any.
 */
public final class Authenticator {
    private static final int CACHE_SIZE = 1024; // A power of two.
    private static final int HEADER_LENGTH_MAX = 2048;
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";

    private final Secrets secrets;
    private final Users users;
    private final Tokens tokens;
    private final FailedLogins failed;
    private final InstantSource clock;
    private final AtomicReferenceArray<@Nullable Remembered> cache = new AtomicReferenceArray<>(CACHE_SIZE);

    /**
     * Checks for a server.
     *
     * @param failed counts those that do not pass
     */
    public Authenticator(Secrets secrets, Users users, FailedLogins failed, InstantSource clock) {
        this.secrets = secrets;
        this.users = users;
        this.tokens = new Tokens(secrets);
        this.failed = failed;
        this.clock = clock;
    }

    /**
     * Who sent this {@code Authorization} header; empty for nobody we know.
     *
     * @param address where it came from, asked for unless the header is remembered
     * @throws CapacityException {@code too-many-requests} when too many have failed
     */
    public Optional<Identity> check(@Nullable String header, Supplier<String> address) {
        if (header == null) {
            return Optional.empty();
        }
        long nowMillis = clock.millis();
        Users.View view = users.view();
        int slot = header.hashCode() & (CACHE_SIZE - 1);
        Remembered remembered = cache.get(slot);
        if (remembered != null && remembered.view == view && remembered.matches(header)) {
            return remembered.at(nowMillis);
        }
        String from = address.get();
        String accessKey = pair(header).map(KeyPair::accessKey).orElse("");
        failed.requireRoom(accessKey, from);
        Optional<Remembered> fresh = verify(header, view);
        Optional<Identity> identity = fresh.flatMap(found -> found.at(nowMillis));
        if (identity.isEmpty()) {
            failed.failed(accessKey, from);
            return Optional.empty();
        }
        cache.set(slot, fresh.orElseThrow());
        return identity;
    }

    private Optional<Remembered> verify(String header, Users.View view) {
        if (header.length() > HEADER_LENGTH_MAX) {
            return Optional.empty();
        }
        if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return tokens.read(header.substring(BEARER.length()).strip())
                    .flatMap(claim -> users.holder(claim.accessKey())
                            .map(holder -> new Remembered(
                                    header, view, holder, holder.identity().until(claim.expiresAtMillis()))));
        }
        return pair(header).flatMap(pair -> verifyBasic(header, pair, view));
    }

    /** What HTTP Basic says; empty for anything else. */
    private static Optional<KeyPair> pair(String header) {
        if (header.length() > HEADER_LENGTH_MAX || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        String pair;
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
            pair = new String(decoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int colon = pair.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : Optional.of(new KeyPair(pair.substring(0, colon), pair.substring(colon + 1)));
    }

    private Optional<Remembered> verifyBasic(String header, KeyPair pair, Users.View view) {
        Optional<KeyHolder> holder = users.holder(pair.accessKey());
        byte[] given = secrets.digest(pair.secretKey());
        // An unknown access key costs what a known one does.
        boolean same =
                MessageDigest.isEqual(given, holder.map(KeyHolder::digest).orElse(new byte[given.length]));
        return holder.filter(known -> same).map(known -> new Remembered(header, view, known, known.identity()));
    }

    /**
     * A token, and when it ends.
     *
     * @param text sent as {@code Authorization: Bearer TEXT}
     * @param expiresAt to the second
     */
    public record Token(String text, Instant expiresAt) {
        @Override
        public String toString() {
            return "Token[until " + expiresAt + "]";
        }
    }

    /** A token for who asks; one made with a token does not outlive it. */
    public Token token(Identity identity, long seconds) {
        long endSeconds = Math.min(clock.millis() / 1000 + seconds, identity.expiresAtMillis() / 1000);
        return new Token(tokens.write(identity.accessKey(), endSeconds), Instant.ofEpochSecond(endSeconds));
    }

    /** A refusal that says what would be right. */
    public static RequestException refusal(@Nullable String header) {
        return new RequestException(
                ErrorCode.UNAUTHENTICATED,
                header == null
                        ? "This call needs HTTP Basic with an access key and its secret, or a bearer token."
                        : "The server does not know this access key with this secret, or this token has ended.");
    }

    /** A header that passed. */
    private static final class Remembered {
        private final String header;
        private final Users.View view;
        private final KeyHolder holder;
        private final Optional<Identity> identity;
        private final long expiresAtMillis;

        Remembered(String header, Users.View view, KeyHolder holder, Identity identity) {
            this.header = header;
            this.view = view;
            this.holder = holder;
            this.identity = Optional.of(identity);
            this.expiresAtMillis = identity.expiresAtMillis();
        }

        Optional<Identity> at(long nowMillis) {
            if (nowMillis >= expiresAtMillis) {
                return Optional.empty();
            }
            holder.use().touch(nowMillis);
            return identity;
        }

        @SuppressWarnings("ReferenceEquality") // The parser's header cache hands out one instance: the usual case.
        boolean matches(String other) {
            if (other == header) {
                return true;
            }
            if (other.length() != header.length()) {
                return false;
            }
            int difference = 0;
            for (int i = 0; i < header.length(); i++) {
                difference |= header.charAt(i) ^ other.charAt(i);
            }
            return difference == 0;
        }
    }
}
