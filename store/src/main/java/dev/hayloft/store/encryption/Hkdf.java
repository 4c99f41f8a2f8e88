package dev.hayloft.store.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Derives keys from keys: HKDF with HMAC-SHA-256, as RFC 5869 has it. Pure functions. */
final class Hkdf {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int HASH_SIZE = 32;

    private Hkdf() {}

    /**
     * A key that depends on another key, a salt and a purpose.
     *
     * @param size bytes of the new key, up to 255 times 32
     */
    static byte[] derive(byte[] key, byte[] salt, byte[] purpose, int size) {
        byte[] extracted = mac(salt.length == 0 ? new byte[HASH_SIZE] : salt, key);
        ByteBuffer derived = ByteBuffer.allocate(size);
        byte[] block = new byte[0];
        for (int i = 1; derived.hasRemaining(); i++) {
            block = mac(
                    extracted,
                    ByteBuffer.allocate(block.length + purpose.length + 1)
                            .put(block)
                            .put(purpose)
                            .put((byte) i)
                            .array());
            derived.put(block, 0, Math.min(block.length, derived.remaining()));
        }
        return derived.array();
    }

    private static byte[] mac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HMAC-SHA-256", e);
        }
    }
}
