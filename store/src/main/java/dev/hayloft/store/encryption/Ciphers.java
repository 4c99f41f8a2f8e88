package dev.hayloft.store.encryption;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.IntFunction;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM of the platform, with tags of 16 bytes and nonces of 12. The platform is fast on arrays alone: what
 * stands outside the heap is copied into one first, which costs less than what it would do itself.
 *
 * <p><i>Threads:</i> any; each call borrows a cipher.
 */
final class Ciphers {
    static final int NONCE_SIZE = 12;
    static final int TAG_SIZE = 16;

    private static final int IDLE_MAX = 16;
    private static final int SCRATCH_MIN = 16 << 10;

    /** More than an extent takes; what is larger is rare, and not kept. */
    private static final int SCRATCH_MAX = (1 << 20) + (4 << 10);

    private final ArrayBlockingQueue<Tool> idle = new ArrayBlockingQueue<>(IDLE_MAX);

    /** A cipher and memory for its input. */
    private static final class Tool {
        private final Cipher cipher;
        private byte[] scratch = new byte[0];

        Tool() throws GeneralSecurityException {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        }

        /** The cipher over bytes, from position to limit; answers the bytes written. */
        int run(ByteBuffer source, byte[] target, int targetOffset) throws GeneralSecurityException {
            int size = source.remaining();
            if (source.hasArray()) {
                int at = source.arrayOffset() + source.position();
                return cipher.doFinal(source.array(), at, size, target, targetOffset);
            }
            byte[] input = scratch(size);
            source.get(source.position(), input, 0, size);
            return cipher.doFinal(input, 0, size, target, targetOffset);
        }

        private byte[] scratch(int size) {
            if (size > SCRATCH_MAX) {
                return new byte[size];
            }
            if (scratch.length < size) {
                scratch = new byte[Math.min(SCRATCH_MAX, Math.max(SCRATCH_MIN, Integer.highestOneBit(size) << 1))];
            }
            return scratch;
        }
    }

    /**
     * Writes ciphertext and tag of {@code clear}, which is left as it is, into {@code target}, which is on the heap.
     */
    void seal(SecretKey key, byte[] nonce, byte[] bound, ByteBuffer clear, ByteBuffer target) {
        Check.argument(target.remaining() >= clear.remaining() + TAG_SIZE, "the target is too small");
        try {
            Tool tool = borrow();
            tool.cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_SIZE * Byte.SIZE, nonce));
            tool.cipher.updateAAD(bound);
            int size = tool.run(clear, target.array(), target.arrayOffset() + target.position());
            target.position(target.position() + size);
            giveBack(tool);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM, and the sizes are right", e);
        }
    }

    /**
     * What was sealed; empty when the tag does not fit key, nonce, bound and bytes.
     *
     * @param memory for the answer, of at least the size that is asked for
     */
    Optional<ByteBuffer> open(
            SecretKey key, byte[] nonce, byte[] bound, ByteBuffer sealed, IntFunction<byte[]> memory) {
        if (sealed.remaining() < TAG_SIZE) {
            return Optional.empty();
        }
        byte[] clear = memory.apply(sealed.remaining() - TAG_SIZE);
        try {
            Tool tool = borrow();
            tool.cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_SIZE * Byte.SIZE, nonce));
            tool.cipher.updateAAD(bound);
            int size = tool.run(sealed, clear, 0);
            giveBack(tool);
            return Optional.of(ByteBuffer.wrap(clear, 0, size));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM, and the sizes are right", e);
        }
    }

    private Tool borrow() throws GeneralSecurityException {
        Tool tool = idle.poll();
        return tool == null ? new Tool() : tool;
    }

    @SuppressWarnings("ReturnValueIgnored") // One too many is the collector's.
    private void giveBack(Tool tool) {
        idle.offer(tool);
    }
}
