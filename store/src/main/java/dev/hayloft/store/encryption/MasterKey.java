package dev.hayloft.store.encryption;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that wraps the data keys of buckets: 32 bytes in base64 in a file outside the data folder. It encrypts
 * nothing else, so a new one costs no more than wrapping the data keys anew.
 *
 * <p><i>Threads:</i> any.
 */
public final class MasterKey {
    static final int SIZE = 32;

    private static final int ID_SIZE = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Ciphers ciphers = new Ciphers();
    private final SecretKey wrapping;
    private final String id;

    private MasterKey(byte[] secret) {
        byte[] none = new byte[0];
        this.wrapping = new SecretKeySpec(Hkdf.derive(secret, none, purpose("hayloft data keys 1"), SIZE), "AES");
        this.id = HexFormat.of().formatHex(Hkdf.derive(secret, none, purpose("hayloft master key id 1"), ID_SIZE));
    }

    private static byte[] purpose(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads a key from its file.
     *
     * @throws StoreClosedException when the file cannot be read or does not hold 32 bytes in base64
     */
    public static MasterKey read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new StoreClosedException(
                            ErrorCode.UNAVAILABLE,
                            "The master key file cannot be read; put it back from a copy. Nothing was changed.",
                            e)
                    .with("file", file.toAbsolutePath());
        }
        try {
            byte[] secret = Base64.getDecoder().decode(text);
            if (secret.length == SIZE) {
                return new MasterKey(secret);
            }
        } catch (IllegalArgumentException e) {
            throw malformed(file);
        }
        throw malformed(file);
    }

    private static StoreClosedException malformed(Path file) {
        return new StoreClosedException(
                        ErrorCode.UNAVAILABLE,
                        "The master key file does not hold 32 bytes in base64, as hayloft key new makes it."
                                + " Nothing was changed.")
                .with("file", file.toAbsolutePath());
    }

    /** Says which key this is and nothing about its bytes. */
    public String id() {
        return id;
    }

    /** A fresh data key for a bucket, wrapped. */
    public WrappedKey newDataKey(int bucketId) {
        byte[] dataKey = new byte[SIZE];
        RANDOM.nextBytes(dataKey);
        return wrap(dataKey, bucketId);
    }

    WrappedKey wrap(byte[] dataKey, int bucketId) {
        byte[] nonce = new byte[Ciphers.NONCE_SIZE];
        RANDOM.nextBytes(nonce); // Random is enough for the few keys that one master key wraps.
        ByteBuffer sealed = ByteBuffer.allocate(Ciphers.NONCE_SIZE + SIZE + Ciphers.TAG_SIZE);
        sealed.put(nonce);
        ciphers.seal(wrapping, nonce, bound(bucketId), ByteBuffer.wrap(dataKey), sealed);
        return new WrappedKey(id, Base64.getEncoder().encodeToString(sealed.array()));
    }

    /** The data key itself; empty when it was not wrapped by this master key for this bucket. */
    Optional<byte[]> unwrap(WrappedKey key, int bucketId) {
        ByteBuffer sealed;
        try {
            sealed = ByteBuffer.wrap(Base64.getDecoder().decode(key.wrapped()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (sealed.remaining() != Ciphers.NONCE_SIZE + SIZE + Ciphers.TAG_SIZE) {
            return Optional.empty();
        }
        byte[] nonce = new byte[Ciphers.NONCE_SIZE];
        sealed.get(nonce);
        return ciphers.open(wrapping, nonce, bound(bucketId), sealed, byte[]::new)
                .map(ByteBuffer::array);
    }

    private static byte[] bound(int bucketId) {
        return purpose("hayloft bucket " + bucketId);
    }
}
