package dev.hayloft.store.encryption;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals and opens bytes of one bucket.
 *
 * <pre>
 *  offset size field
 *       0   16 salt      random, drawn once per bucket and start
 *      16    8 counter   of what was sealed under this salt, big-endian
 *      24    n AES-256-GCM of the bytes under HKDF-SHA-256(data key, salt, "hayloft content 1"); the nonce is four
 *              zeros and the counter
 *  24 + n   16 tag
 * </pre>
 *
 * A nonce never comes twice under one key: a start draws a salt of its own, so that it does not matter what an earlier
 * one, or a copy of the folder started elsewhere, has counted to.
 *
 * <p><i>Threads:</i> any.
 */
public final class BucketCipher {
    /** Bytes that sealing adds. */
    public static final int OVERHEAD = BucketCipher.HEAD_SIZE + Ciphers.TAG_SIZE;

    private static final int SALT_SIZE = 16;
    private static final int HEAD_SIZE = SALT_SIZE + Long.BYTES;
    private static final byte[] PURPOSE = "hayloft content 1".getBytes(StandardCharsets.US_ASCII);

    /** Keys of earlier starts that are kept at hand. */
    private static final int KEYS_MAX = 256;

    private final Ciphers ciphers = new Ciphers();
    private final ConcurrentHashMap<ByteBuffer, SecretKey> keys = new ConcurrentHashMap<>();
    private final AtomicLong counter = new AtomicLong();
    private final byte[] dataKey;
    private final int bucketId;
    private final byte[] salt = new byte[SALT_SIZE];
    private final SecretKey sealing;

    BucketCipher(byte[] dataKey, int bucketId) {
        this.dataKey = dataKey.clone();
        this.bucketId = bucketId;
        new SecureRandom().nextBytes(salt);
        this.sealing = derive(salt);
    }

    private SecretKey derive(byte[] ofSalt) {
        return new SecretKeySpec(Hkdf.derive(dataKey, ofSalt, PURPOSE, MasterKey.SIZE), "AES");
    }

    /** The bucket whose key this is: callers bind it to what they seal. */
    public int bucketId() {
        return bucketId;
    }

    /**
     * Seals bytes.
     *
     * @param bound what the bytes belong to: opening asks for the same
     * @param clear from position to limit, left as it is
     * @param headroom bytes left free for the caller at the beginning of the answer
     * @return memory of its own, from position 0
     */
    public ByteBuffer seal(byte[] bound, ByteBuffer clear, int headroom) {
        long count = counter.getAndIncrement();
        ByteBuffer sealed = ByteBuffer.allocate(headroom + OVERHEAD + clear.remaining());
        sealed.position(headroom).put(salt).putLong(count);
        ciphers.seal(sealing, nonce(count), bound, clear, sealed);
        return sealed.flip();
    }

    /** What was sealed, in memory of its own; empty when it is damaged, or was sealed for something else. */
    public Optional<ByteBuffer> open(byte[] bound, ByteBuffer sealed) {
        return open(bound, sealed, byte[]::new);
    }

    /** The same in memory of at least the size that is asked for. */
    public Optional<ByteBuffer> open(byte[] bound, ByteBuffer sealed, IntFunction<byte[]> memory) {
        if (sealed.remaining() < OVERHEAD) {
            return Optional.empty();
        }
        ByteBuffer source = sealed.duplicate();
        byte[] ofSalt = new byte[SALT_SIZE];
        source.get(ofSalt);
        long count = source.getLong();
        return ciphers.open(key(ofSalt), nonce(count), bound, source, memory);
    }

    private SecretKey key(byte[] ofSalt) {
        if (Arrays.equals(ofSalt, salt)) {
            return sealing;
        }
        ByteBuffer name = ByteBuffer.wrap(ofSalt);
        SecretKey known = keys.get(name);
        if (known != null) {
            return known;
        }
        if (keys.size() >= KEYS_MAX) {
            keys.clear();
        }
        SecretKey derived = derive(ofSalt);
        keys.put(name, derived);
        return derived;
    }

    private static byte[] nonce(long count) {
        return ByteBuffer.allocate(Ciphers.NONCE_SIZE).putInt(0).putLong(count).array();
    }
}
