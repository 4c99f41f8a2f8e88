package dev.hayloft.model;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An object's key: 1 to 1024 bytes of UTF-8 without NUL, taken as they are. Ordered by its bytes, unsigned.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class ObjectKey implements Comparable<ObjectKey> {
    public static final int SIZE_MAX = 1024;

    private final byte[] utf8;

    private ObjectKey(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * A key from text.
     *
     * @throws RequestException {@code bad-key} when the text is empty, over 1024 bytes, holds NUL or a lone surrogate
     */
    public static ObjectKey of(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return checked(bytes);
        } catch (CharacterCodingException e) {
            throw new RequestException(
                    ErrorCode.BAD_KEY, "A key must be text that UTF-8 can hold; this has a lone surrogate.");
        }
    }

    /**
     * A key from UTF-8 bytes, copied from position to limit; the buffer is left as it was.
     *
     * @throws RequestException {@code bad-key} when there are none, over 1024, a NUL or bytes that are not UTF-8
     */
    public static ObjectKey ofUtf8(ByteBuffer bytes) {
        if (bytes.remaining() > SIZE_MAX) {
            throw tooLong(bytes.remaining());
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        boolean ascii = true;
        for (byte b : copy) {
            ascii &= b >= 0;
        }
        if (!ascii) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(copy));
            } catch (CharacterCodingException e) {
                throw new RequestException(ErrorCode.BAD_KEY, "A key must be UTF-8; these bytes are not.");
            }
        }
        return checked(copy);
    }

    private static ObjectKey checked(byte[] bytes) {
        if (bytes.length == 0) {
            throw new RequestException(ErrorCode.BAD_KEY, "A key must have at least 1 byte; this one is empty.");
        }
        if (bytes.length > SIZE_MAX) {
            throw tooLong(bytes.length);
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw new RequestException(ErrorCode.BAD_KEY, "A key must not hold a NUL byte.");
            }
        }
        return new ObjectKey(bytes);
    }

    private static RequestException tooLong(int sizeBytes) {
        return new RequestException(ErrorCode.BAD_KEY, "A key must have at most 1024 bytes of UTF-8.")
                .with("bytes", sizeBytes);
    }

    /** Number of bytes, 1..1024. */
    public int sizeBytes() {
        return utf8.length;
    }

    /** The bytes, read-only, position 0 to the limit; a fresh view at each call. */
    public ByteBuffer utf8() {
        return ByteBuffer.wrap(utf8).asReadOnlyBuffer();
    }

    /** Puts the bytes at the target's position, which moves on. */
    public void writeTo(ByteBuffer target) {
        target.put(utf8);
    }

    /** Whether these bytes, position to limit, are this key's. */
    public boolean matches(ByteBuffer bytes) {
        return ByteBuffer.wrap(utf8).equals(bytes);
    }

    /** Whether this key begins with that many bytes of the other: for listings by prefix. */
    public boolean startsWith(ByteBuffer prefix) {
        int sizeBytes = prefix.remaining();
        return sizeBytes <= utf8.length && ByteBuffer.wrap(utf8, 0, sizeBytes).equals(prefix);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return Arrays.compareUnsigned(utf8, other.utf8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key && Arrays.equals(utf8, key.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
