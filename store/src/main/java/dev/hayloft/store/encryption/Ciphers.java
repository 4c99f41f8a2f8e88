package dev.hayloft.store.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM of the platform, with tags of 16 bytes and nonces of 12.
 *
 * <p><i>Threads:</i> any; each call borrows a cipher.
 */
final class Ciphers {
    static final int NONCE_SIZE = 12;
    static final int TAG_SIZE = 16;

    private static final int IDLE_MAX = 16;

    private final ArrayBlockingQueue<Cipher> idle = new ArrayBlockingQueue<>(IDLE_MAX);

    /** Writes ciphertext and tag of {@code clear}, which is left as it is, into {@code target}. */
    void seal(SecretKey key, byte[] nonce, byte[] bound, ByteBuffer clear, ByteBuffer target) {
        try {
            Cipher cipher = borrow();
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_SIZE * Byte.SIZE, nonce));
            cipher.updateAAD(bound);
            cipher.doFinal(clear.duplicate(), target);
            giveBack(cipher);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM, and the sizes are right", e);
        }
    }

    /** What was sealed, in memory of its own; empty when the tag does not fit key, nonce, bound and bytes. */
    Optional<ByteBuffer> open(SecretKey key, byte[] nonce, byte[] bound, ByteBuffer sealed) {
        if (sealed.remaining() < TAG_SIZE) {
            return Optional.empty();
        }
        ByteBuffer clear = ByteBuffer.allocate(sealed.remaining() - TAG_SIZE);
        try {
            Cipher cipher = borrow();
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_SIZE * Byte.SIZE, nonce));
            cipher.updateAAD(bound);
            cipher.doFinal(sealed.duplicate(), clear);
            giveBack(cipher);
            return Optional.of(clear.flip());
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM, and the sizes are right", e);
        }
    }

    private Cipher borrow() throws GeneralSecurityException {
        Cipher cipher = idle.poll();
        return cipher == null ? Cipher.getInstance("AES/GCM/NoPadding") : cipher;
    }

    @SuppressWarnings("ReturnValueIgnored") // One too many is the collector's.
    private void giveBack(Cipher cipher) {
        idle.offer(cipher);
    }
}
