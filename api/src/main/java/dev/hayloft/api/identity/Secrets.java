package dev.hayloft.api.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is computed under the store's key: digests of secrets, signatures of tokens. Since secrets are random, no slow
 * hash is needed. Each purpose has a key of its own, derived from the store's.
 *
 * <p><i>Threads:</i> any.
 */
public final class Secrets {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secretsKey;
    private final SecretKeySpec tokensKey;
    private final SecretKeySpec linksKey;

    /**
     * Keys derived from one of the store.
     *
     * @param storeKey 32 bytes from position to limit; copied
     */
    public Secrets(ByteBuffer storeKey) {
        byte[] key = new byte[storeKey.remaining()];
        storeKey.get(storeKey.position(), key);
        SecretKeySpec root = new SecretKeySpec(key, ALGORITHM);
        this.secretsKey = root;
        this.tokensKey = derive(root, "tokens, version 1");
        this.linksKey = derive(root, "signed links, version 1");
    }

    private static SecretKeySpec derive(SecretKeySpec root, String purpose) {
        return new SecretKeySpec(mac(root, purpose.getBytes(StandardCharsets.UTF_8)), ALGORITHM);
    }

    /** What is kept of a secret key. */
    byte[] digest(String secretKey) {
        return mac(secretsKey, secretKey.getBytes(StandardCharsets.UTF_8));
    }

    /** The signature of a token's content. */
    byte[] signToken(byte[] content) {
        return mac(tokensKey, content);
    }

    /** The signature of what a link allows. */
    byte[] signLink(byte[] content) {
        return mac(linksKey, content);
    }

    private static byte[] mac(SecretKeySpec key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(content);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }
}
