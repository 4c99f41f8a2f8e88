package dev.hayloft.model;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A SHA-256 digest (FIPS 180-4), as four big-endian words.
 *
 * @param word0 bytes 0 to 7
 * @param word1 bytes 8 to 15
 * @param word2 bytes 16 to 23
 * @param word3 bytes 24 to 31
 */
public record Sha256(long word0, long word1, long word2, long word3) {
    public static final int SIZE = 32;

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    /** Reads 32 bytes at the buffer's position, which moves on; the buffer's byte order does not matter. */
    public static Sha256 read(ByteBuffer source) {
        ByteBuffer bytes = source.slice(source.position(), SIZE).order(ByteOrder.BIG_ENDIAN);
        source.position(source.position() + SIZE);
        return new Sha256(bytes.getLong(0), bytes.getLong(8), bytes.getLong(16), bytes.getLong(24));
    }

    /** Writes 32 bytes at the buffer's position, which moves on; the buffer's byte order does not matter. */
    public void writeTo(ByteBuffer target) {
        ByteBuffer bytes = target.slice(target.position(), SIZE).order(ByteOrder.BIG_ENDIAN);
        bytes.putLong(word0).putLong(word1).putLong(word2).putLong(word3);
        target.position(target.position() + SIZE);
    }

    /** A fresh digest of the platform. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Ends a digest made by {@link #newDigest()}. */
    public static Sha256 of(MessageDigest digest) {
        return read(ByteBuffer.wrap(digest.digest()));
    }

    /** The digest of the bytes from position to limit; the buffer is left as it was. */
    public static Sha256 of(ByteBuffer content) {
        MessageDigest digest = newDigest();
        digest.update(content.duplicate());
        return of(digest);
    }

    /**
     * Parses 64 hex digits of either case.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Sha256 parse(String hex) {
        Check.argument(hex.length() == 2 * SIZE, "a SHA-256 has 64 hex digits");
        for (int i = 0; i < hex.length(); i++) {
            Check.argument(
                    hex.charAt(i) < 128 && Character.digit(hex.charAt(i), 16) >= 0, "a SHA-256 has 64 hex digits");
        }
        return new Sha256(word(hex, 0), word(hex, 16), word(hex, 32), word(hex, 48));
    }

    private static long word(String hex, int from) {
        return Long.parseUnsignedLong(hex, from, from + 16, 16);
    }

    /** 64 lower-case hex digits. */
    public String hex() {
        char[] digits = new char[2 * SIZE];
        put(word0, digits, 0);
        put(word1, digits, 16);
        put(word2, digits, 32);
        put(word3, digits, 48);
        return new String(digits);
    }

    private static void put(long word, char[] target, int from) {
        for (int i = 0; i < 16; i++) {
            target[from + i] = HEX[(int) (word >>> (60 - 4 * i)) & 15];
        }
    }

    @Override
    public String toString() {
        return hex();
    }
}
