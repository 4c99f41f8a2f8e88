package dev.hayloft.api.identity;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * An access key and its secret.
 *
 * @param accessKey 20 of {@code A-Z0-9}
 * @param secretKey 32 random bytes in base64url
 */
public record KeyPair(String accessKey, String secretKey) {
    private static final int ACCESS_KEY_LENGTH = 20;
    private static final int SECRET_SIZE = 32;
    private static final String ACCESS_KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /** A fresh pair. */
    static KeyPair random(SecureRandom random) {
        StringBuilder accessKey = new StringBuilder(ACCESS_KEY_LENGTH);
        for (int i = 0; i < ACCESS_KEY_LENGTH; i++) {
            accessKey.append(ACCESS_KEY_LETTERS.charAt(random.nextInt(ACCESS_KEY_LETTERS.length())));
        }
        byte[] secret = new byte[SECRET_SIZE];
        random.nextBytes(secret);
        return new KeyPair(
                accessKey.toString(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    @Override
    public String toString() {
        return "KeyPair[" + accessKey + "]"; // Never the secret: it would end up in a log.
    }
}
