package dev.hayloft.api.data;

import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Digests of small bodies, with a digest and a buffer for each thread: looking one up costs more than hashing 1 KiB.
 */
final class Digests {
    private final ThreadLocal<State> states = ThreadLocal.withInitial(State::new);

    /** The SHA-256 of the bytes from position to limit; the buffer is left as it was. */
    Sha256 sha256(ByteBuffer content) {
        State state = states.get();
        ByteBuffer source = content.duplicate();
        while (source.hasRemaining()) {
            int count = Math.min(source.remaining(), state.bytes.length);
            source.get(state.bytes, 0, count);
            state.sha256.update(state.bytes, 0, count);
        }
        return Sha256.of(state.sha256);
    }

    /** The MD5 (RFC 1321) of the bytes from position to limit in base64; the buffer is left as it was. */
    static String md5(ByteBuffer content) {
        MessageDigest md5 = newMd5();
        md5.update(content.duplicate());
        return base64(md5);
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has MD5", e);
        }
    }

    static String base64(MessageDigest digest) {
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    private static final class State {
        private final MessageDigest sha256 = Sha256.newDigest();
        private final byte[] bytes = new byte[4096];
    }
}
