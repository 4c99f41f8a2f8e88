package dev.hayloft.store;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.PartitionFeed.Place;
import java.nio.ByteBuffer;
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
