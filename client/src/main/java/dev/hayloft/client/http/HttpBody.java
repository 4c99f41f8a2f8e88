package dev.hayloft.client.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request. */
public interface HttpBody {
    /** What {@link #sizeBytes} says when nobody knows: the body goes in chunks. */
    long UNKNOWN_SIZE = -1;

    /** No body at all, not even an empty one. */
    HttpBody NONE = new HttpBody() {
        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public InputStream open() {
            return InputStream.nullInputStream();
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }
    };

    /** What {@link HttpStream} sends: pieces that nobody has yet. */
    HttpBody IN_PIECES = new HttpBody() {
        @Override
        public long sizeBytes() {
            return UNKNOWN_SIZE;
        }

        @Override
        public InputStream open() throws IOException {
            throw new IOException("a body in pieces is not read from a stream");
        }

        @Override
        public boolean isRepeatable() {
            return false;
        }
    };

    /** The bytes themselves; the array must not change before the request is over. */
    static HttpBody of(byte[] bytes) {
        return new HttpBody() {
            @Override
            public long sizeBytes() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public boolean isRepeatable() {
                return true;
            }
        };
    }

    /** Bytes that will come, or {@link #UNKNOWN_SIZE}. */
    long sizeBytes();

    /** A stream from the first byte; the caller closes it. */
    InputStream open() throws IOException;

    /** Whether {@link #open} may be called a second time. */
    boolean isRepeatable();
}
