package dev.hayloft.client;

import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.model.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * An object that is being read. Read to its end, its length has been checked, and its SHA-256 too where the whole
 * object was asked for; every way short of that throws {@link HayloftClientException}.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class ObjectContent implements Closeable {
    private final ObjectInfo info;
    private final HttpAnswer answer;
    private final InputStream stream;

    ObjectContent(HttpAnswer answer) {
        this.answer = answer;
        this.info = ObjectInfo.of(answer.headers());
        Optional<Sha256> expected = answer.status() == 200 ? info.sha256() : Optional.empty();
        this.stream = new Verified(answer.body(), expected);
    }

    public ObjectInfo info() {
        return info;
    }

    /** The bytes. Its methods throw {@link HayloftClientException} when the content is cut or wrong. */
    public InputStream stream() {
        return stream;
    }

    /**
     * Copies the rest.
     *
     * @throws IOException when the target cannot be written
     */
    public void writeTo(OutputStream target) throws IOException {
        byte[] buffer = new byte[(int) Math.min(64 << 10, Math.max(1, info.contentSizeBytes()))];
        int count;
        while ((count = stream.read(buffer, 0, buffer.length)) >= 0) {
            target.write(buffer, 0, count);
        }
    }

    /** The rest at once; for objects that surely fit the heap. */
    public byte[] readAllBytes() {
        try {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw Wire.cut(e);
        }
    }

    @Override
    public void close() {
        answer.close();
    }

    private static final class Verified extends InputStream {
        private final InputStream body;
        private final Optional<Sha256> expected;
        private final MessageDigest digest = Sha256.newDigest();
        private boolean ended;

        Verified(InputStream body, Optional<Sha256> expected) {
            this.body = body;
            this.expected = expected;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int size) {
            if (ended) {
                return -1;
            }
            int count;
            try {
                count = body.read(target, offset, size);
            } catch (IOException e) {
                throw Wire.cut(e);
            }
            if (count < 0) {
                ended = true;
                verify();
            } else if (expected.isPresent()) {
                digest.update(target, offset, count);
            }
            return count;
        }

        private void verify() {
            if (expected.isPresent() && !Sha256.of(digest).equals(expected.get())) {
                throw HayloftClientException.local(
                        HayloftClientException.WRONG_DIGEST,
                        "the bytes that came do not have the SHA-256 "
                                + expected.get().hex() + " that the server names");
            }
        }
    }
}
