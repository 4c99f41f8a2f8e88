package dev.hayloft.api.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Tokens: an access key and an end, signed by the store. Nothing is kept of them; one is good as long as its access key
 * is, and not beyond its end.
 *
 * <pre>
 *  hlt_ and base64url, without padding, of
 *  offset size field
 *       0    1 version    1
 *       1    8 expiresAt  seconds since 1970, big-endian
 *       9    k accessKey  ASCII
 *     9+k   32 signature  HMAC-SHA-256 of all before under a key derived from the store's
 * </pre>
 */
final class Tokens {
    private static final String MARK = "hlt_";
    private static final byte VERSION = 1;
    private static final int HEAD_SIZE = 9;
    private static final int SIGNATURE_SIZE = 32;
    private static final int TOKEN_LENGTH_MAX = 200;

    private final Secrets secrets;

    Tokens(Secrets secrets) {
        this.secrets = secrets;
    }

    /**
     * What a token says.
     *
     * @param accessKey that it stands for
     * @param expiresAtMillis when it ends
     */
    record Claim(String accessKey, long expiresAtMillis) {}

    String write(String accessKey, long expiresAtSeconds) {
        byte[] name = accessKey.getBytes(StandardCharsets.US_ASCII);
        byte[] content = ByteBuffer.allocate(HEAD_SIZE + name.length)
                .put(VERSION)
                .putLong(expiresAtSeconds)
                .put(name)
                .array();
        byte[] whole = Arrays.copyOf(content, content.length + SIGNATURE_SIZE);
        System.arraycopy(secrets.signToken(content), 0, whole, content.length, SIGNATURE_SIZE);
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /** What a token says; empty unless this store has signed it. */
    Optional<Claim> read(String token) {
        if (!token.startsWith(MARK) || token.length() > TOKEN_LENGTH_MAX) {
            return Optional.empty();
        }
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(token.substring(MARK.length()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int contentSize = whole.length - SIGNATURE_SIZE;
        if (contentSize < HEAD_SIZE || whole[0] != VERSION) {
            return Optional.empty();
        }
        byte[] content = Arrays.copyOf(whole, contentSize);
        byte[] signature = Arrays.copyOfRange(whole, contentSize, whole.length);
        if (!MessageDigest.isEqual(signature, secrets.signToken(content))) {
            return Optional.empty();
        }
        long expiresAtSeconds = ByteBuffer.wrap(content).getLong(1);
        String accessKey = new String(content, HEAD_SIZE, contentSize - HEAD_SIZE, StandardCharsets.US_ASCII);
        return Optional.of(new Claim(accessKey, Math.multiplyExact(expiresAtSeconds, 1000L)));
    }
}
