package dev.hayloft.client;

import dev.hayloft.client.http.HttpBody;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is to be stored. Bytes, and files up to {@value #EAGER_SIZE_MAX} bytes, are hashed first and their digest is
 * sent, so that the server refuses what does not match; larger and streamed content is hashed on its way and compared
 * with the answer.
 *
 * <p><i>Threads:</i> used by one call.
 */
public final class Content {
    static final int EAGER_SIZE_MAX = 1 << 20;

    private final HttpBody body;
    private final Optional<Sha256> sha256;

    private Content(HttpBody body, Optional<Sha256> sha256) {
        this.body = body;
        this.sha256 = sha256;
    }

    /** These bytes; the array must not change before the call returns. */
    public static Content of(byte[] bytes) {
        return new Content(HttpBody.of(bytes), Optional.of(Sha256.of(ByteBuffer.wrap(bytes))));
    }

    /**
     * A file as long as it is now: what is appended meanwhile is not taken, and one that shrinks breaks the call.
     *
     * @throws UncheckedIOException when the file cannot be read
     */
    public static Content of(Path file) {
        try {
            long sizeBytes = Files.size(file);
            if (sizeBytes <= EAGER_SIZE_MAX) {
                return of(Files.readAllBytes(file));
            }
            return new Content(new Streamed(sizeBytes, true, () -> Files.newInputStream(file)), Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stream that gives at least that many bytes; read once and not closed by the call. */
    public static Content of(InputStream stream, long sizeBytes) {
        return new Content(new Streamed(sizeBytes, false, () -> new Unclosed(stream)), Optional.empty());
    }

    /** A stream of unknown length; read once to its end and not closed by the call. */
    public static Content of(InputStream stream) {
        return of(stream, HttpBody.UNKNOWN_SIZE);
    }

    /** How many bytes there are, as far as known before they are read. */
    public OptionalLong sizeBytes() {
        return body.sizeBytes() < 0 ? OptionalLong.empty() : OptionalLong.of(body.sizeBytes());
    }

    HttpBody body() {
        return body;
    }

    /** Known before the first byte is sent, or not at all. */
    Optional<Sha256> sha256() {
        return sha256;
    }

    private interface Opener {
        InputStream open() throws IOException;
    }

    private record Streamed(long sizeBytes, boolean isRepeatable, Opener opener) implements HttpBody {
        @Override
        public InputStream open() throws IOException {
            return opener.open();
        }
    }

    /** The caller's stream, which stays open. */
    private static final class Unclosed extends InputStream {
        private final InputStream stream;

        Unclosed(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            return stream.read();
        }

        @Override
        public int read(byte[] target, int offset, int size) throws IOException {
            return stream.read(target, offset, size);
        }
    }
}
