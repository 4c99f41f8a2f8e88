package dev.hayloft.client;

import dev.hayloft.client.http.HttpBody;
import dev.hayloft.model.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/** A body that is hashed and counted as it goes out; opened again, it starts anew. One thread at a time. */
final class HashedBody implements HttpBody {
    private final HttpBody body;
    private final boolean hashed;
    private final LongConsumer progress;
    private final MessageDigest digest = Sha256.newDigest();
    private long sentBytes;

    HashedBody(HttpBody body, boolean hashed, LongConsumer progress) {
        this.body = body;
        this.hashed = hashed;
        this.progress = progress;
    }

    @Override
    public long sizeBytes() {
        return body.sizeBytes();
    }

    @Override
    public boolean isRepeatable() {
        return body.isRepeatable();
    }

    @Override
    public InputStream open() throws IOException {
        digest.reset();
        sentBytes = 0;
        return new FilterInputStream(body.open()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int size) throws IOException {
                int count = super.read(target, offset, size);
                if (count > 0) {
                    note(target, offset, count);
                }
                return count;
            }
        };
    }

    private void note(byte[] bytes, int offset, int count) {
        if (hashed) {
            digest.update(bytes, offset, count);
        }
        sentBytes += count;
        progress.accept(count);
    }

    long sentBytes() {
        return sentBytes;
    }

    /** The digest of what went out; only once. */
    Sha256 sha256() {
        return Sha256.of(digest);
    }
}
