package dev.hayloft.api.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks HTTP Basic. Secrets are kept as HMAC-SHA-256 under the store's key and compared in constant time. Since
 * secrets are random, no slow hash is needed.
 *
 * <p>A header that passed is remembered, so that the next check of the same header is one comparison in constant time;
 * connections repeat their header, and the HTTP parser hands out the same text again.
 *
 * <p><i>Threads:</i> any.
 */
public final class Authenticator {
    private static final int CACHE_SIZE = 1024; // A power of two.
    private static final String BASIC = "basic ";

    private final byte[] storeKey;
    private final Map<String, byte[]> digestByAccessKey = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<@Nullable Remembered> cache = new AtomicReferenceArray<>(CACHE_SIZE);

    /**
     * Checks keys under a key of the store.
     *
     * @param storeKey 32 bytes from position to limit; copied
     */
    public Authenticator(ByteBuffer storeKey) {
        this.storeKey = new byte[storeKey.remaining()];
        storeKey.get(storeKey.position(), this.storeKey);
    }

    /** Lets a key pair in, with every right. */
    public void addOperator(RootKeyFile.KeyPair pair) {
        digestByAccessKey.put(pair.accessKey(), digest(pair.secretKey()));
    }

    /** Who sent this {@code Authorization} header; empty for nobody we know. */
    public Optional<Identity> check(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        int slot = header.hashCode() & (CACHE_SIZE - 1);
        Remembered remembered = cache.get(slot);
        if (remembered != null && remembered.matches(header)) {
            return remembered.identity;
        }
        Optional<Identity> identity = verify(header);
        if (identity.isPresent()) {
            cache.set(slot, new Remembered(header, identity));
        }
        return identity;
    }

    private Optional<Identity> verify(String header) {
        if (!header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
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
        if (colon < 0) {
            return Optional.empty();
        }
        String accessKey = pair.substring(0, colon);
        byte[] given = digest(pair.substring(colon + 1));
        byte[] known = digestByAccessKey.get(accessKey);
        // An unknown access key costs what a known one does.
        boolean same = MessageDigest.isEqual(given, known == null ? new byte[given.length] : known);
        return same && known != null ? Optional.of(new Identity(accessKey, true)) : Optional.empty();
    }

    private byte[] digest(String secretKey) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(storeKey, "HmacSHA256"));
            return mac.doFinal(secretKey.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }

    /** A header that passed. */
    private static final class Remembered {
        private final String header;
        private final Optional<Identity> identity;

        Remembered(String header, Optional<Identity> identity) {
            this.header = header;
            this.identity = identity;
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
