package dev.hayloft.store.content;

import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What encrypted bytes are bound to (the additional data of AES-GCM), so that they cannot stand for anything else.
 * Integers are big-endian. A payload is bound to its content and so may move to another key; attributes tie the key to
 * the content.
 *
 * <pre>
 *  payload     u8 1 · bucket id (4) · codec (1) · contentSize (8) · SHA-256 of the object (32), if the needle has it
 *  attributes  u8 2 · bucket id (4) · contentSize (8) · SHA-256 of the object (32) · key
 *  dictionary  u8 3 · bucket id (4) · number (4)
 * </pre>
 */
final class Binding {
    private static final byte PAYLOAD = 1;
    private static final byte ATTRIBUTES = 2;
    private static final byte DICTIONARY = 3;

    private Binding() {}

    static byte[] payload(int bucketId, byte codec, long contentSize, Optional<Sha256> sha256) {
        ByteBuffer bound = ByteBuffer.allocate(2 + Integer.BYTES + Long.BYTES + (sha256.isPresent() ? Sha256.SIZE : 0));
        bound.put(PAYLOAD).putInt(bucketId).put(codec).putLong(contentSize);
        sha256.ifPresent(digest -> digest.writeTo(bound));
        return bound.array();
    }

    static byte[] attributes(int bucketId, ByteBuffer key, long contentSize, Sha256 sha256) {
        ByteBuffer bound = ByteBuffer.allocate(1 + Integer.BYTES + Long.BYTES + Sha256.SIZE + key.remaining());
        bound.put(ATTRIBUTES).putInt(bucketId).putLong(contentSize);
        sha256.writeTo(bound);
        return bound.put(key.duplicate()).array();
    }

    static byte[] dictionary(int bucketId, int number) {
        return ByteBuffer.allocate(1 + 2 * Integer.BYTES)
                .put(DICTIONARY)
                .putInt(bucketId)
                .putInt(number)
                .array();
    }
}
