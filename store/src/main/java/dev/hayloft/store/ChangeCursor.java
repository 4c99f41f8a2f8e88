package dev.hayloft.store;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.PartitionFeed.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/**
 * A place in a bucket's changes as clients keep it: base64url of u8 version 1, 16 bytes incarnation of the store, u32
 * bucket id, u64 sequence, u64 position, u64 known, all big-endian.
 *
 * @param incarnation of the store that gave it
 * @param bucketId of the bucket that it belongs to
 * @param place in its partition
 * @param known deletions up to this sequence may have been dropped without harm: the reader began after that
 */
record ChangeCursor(UUID incarnation, int bucketId, Place place, long known) {
    private static final byte VERSION = 1;
    private static final int SIZE = 1 + 2 * Long.BYTES + Integer.BYTES + 3 * Long.BYTES;

    /** Characters that all cursors of a bucket begin with; what follows begins with a character of its own. */
    static final int PREFIX_SIZE = 28;

    static final int TEXT_SIZE = 60;
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);

    /** The same of another place. */
    ChangeCursor at(Place other) {
        return new ChangeCursor(incarnation, bucketId, other, known);
    }

    /**
     * Writes the cursor of another place.
     *
     * @param prefix the beginning of any cursor of this bucket, {@link #PREFIX_SIZE} characters of ASCII at least
     * @return where it ends, {@link #TEXT_SIZE} bytes further
     */
    int put(byte[] prefix, Place other, byte[] target, int at) {
        System.arraycopy(prefix, 0, target, at, PREFIX_SIZE);
        long sequence = other.sequence();
        long position = other.position();
        put(sequence >>> 16, target, at + PREFIX_SIZE);
        put((sequence & 0xFFFF) << 32 | position >>> 32, target, at + PREFIX_SIZE + 8);
        put((position & 0xFFFF_FFFFL) << 16 | known >>> 48, target, at + PREFIX_SIZE + 16);
        put(known, target, at + PREFIX_SIZE + 24);
        return at + TEXT_SIZE;
    }

    /** The lower six bytes, as eight characters. */
    private static void put(long bytes, byte[] target, int at) {
        for (int i = 0; i < 8; i++) {
            target[at + i] = ALPHABET[(int) (bytes >>> (42 - 6 * i)) & 63];
        }
    }

    @Override
    public String toString() {
        byte[] bytes = new byte[SIZE];
        ByteBuffer.wrap(bytes)
                .put(VERSION)
                .putLong(incarnation.getMostSignificantBits())
                .putLong(incarnation.getLeastSignificantBits())
                .putInt(bucketId)
                .putLong(place.sequence())
                .putLong(place.position())
                .putLong(known);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Reads a cursor.
     *
     * @throws RequestException {@code bad-parameter} for what never was one
     */
    static ChangeCursor parse(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (bytes.remaining() == SIZE && bytes.get() == VERSION) {
                UUID incarnation = new UUID(bytes.getLong(), bytes.getLong());
                int bucketId = bytes.getInt();
                long sequence = bytes.getLong();
                long position = bytes.getLong();
                long known = bytes.getLong();
                if (sequence >= 0 && position >= 0) {
                    return new ChangeCursor(incarnation, bucketId, new Place(sequence, position), known);
                }
            }
        } catch (IllegalArgumentException e) {
            // The sentence below says what would be right.
        }
        throw new RequestException(
                        ErrorCode.BAD_PARAMETER,
                        "A cursor is one that this server gave, or the word earliest or latest.")
                .with("parameter", "after");
    }
}
