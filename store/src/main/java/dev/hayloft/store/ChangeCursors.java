package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.partition.PartitionFeed.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/**
 * Cursors as clients keep them. A position says where in the log to begin, and what a client has stored there may look
 * like a frame: so a cursor bears a seal, which nobody makes without the store's key.
 *
 * <p><i>Format:</i> base64url of the following, all big-endian. Version 1 had no seal and is still read, for its
 * sequence: its position is not believed.
 *
 * <pre>
 *  offset size field
 *       0    1 version      2
 *       1   16 incarnation  of the store
 *      17    4 bucketId
 *      21    8 sequence     of the last mutation before the place
 *      29    8 position     where in the log to go on; 0 for not known
 *      37    8 known        deletions up to this sequence may have been dropped
 *      45   12 seal         the first bytes of a keyed hash of what stands before it
 * </pre>
 *
 * <p><i>Threads:</i> any.
 */
final class ChangeCursors {
    private static final byte VERSION = 2;
    private static final byte UNSEALED_VERSION = 1;
    private static final int FIELDS_SIZE = 1 + 2 * Long.BYTES + Integer.BYTES + 3 * Long.BYTES;
    private static final int SEAL_SIZE = 12;

    /** Characters that all cursors of a bucket begin with; what follows begins with a character of its own. */
    private static final int PREFIX_SIZE = 28;

    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);

    private final UUID incarnation;
    private final KeyHasher sealing;

    private ChangeCursors(UUID incarnation, KeyHasher sealing) {
        this.incarnation = incarnation;
        this.sealing = sealing;
    }

    /** Those of a store. */
    static ChangeCursors of(StoreKey key, UUID incarnation) {
        ByteBuffer derived = key.derive("seal of change cursors, version 2");
        return new ChangeCursors(incarnation, new KeyHasher(derived.getLong(0), derived.getLong(8)));
    }

    /** A cursor of this store. */
    ChangeCursor at(int bucketId, Place place, long known) {
        return new ChangeCursor(incarnation, bucketId, place, known);
    }

    /** Whether it is one of this store. */
    boolean isOurs(ChangeCursor cursor) {
        return cursor.incarnation().equals(incarnation);
    }

    private KeyHash seal(ChangeCursor cursor, Place place) {
        ByteBuffer fields = ByteBuffer.allocate(5 * Long.BYTES)
                .putLong(cursor.incarnation().getMostSignificantBits())
                .putLong(cursor.incarnation().getLeastSignificantBits())
                .putLong(place.sequence())
                .putLong(place.position())
                .putLong(cursor.known())
                .flip();
        return sealing.object(cursor.bucketId(), fields); // No object is hashed under this key.
    }

    /** The cursor as text. */
    String text(ChangeCursor cursor) {
        KeyHash seal = seal(cursor, cursor.place());
        byte[] bytes = new byte[FIELDS_SIZE + SEAL_SIZE];
        ByteBuffer.wrap(bytes)
                .put(VERSION)
                .putLong(cursor.incarnation().getMostSignificantBits())
                .putLong(cursor.incarnation().getLeastSignificantBits())
                .putInt(cursor.bucketId())
                .putLong(cursor.place().sequence())
                .putLong(cursor.place().position())
                .putLong(cursor.known())
                .putLong(seal.high())
                .putInt((int) (seal.low() >>> Integer.SIZE));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Writes the cursor of another place.
     *
     * @param prefix the beginning of any cursor of this bucket, {@link #PREFIX_SIZE} characters of ASCII at least
     * @return where it ends, {@link ChangeView#CURSOR_SIZE_MAX} bytes further
     */
    int put(ChangeCursor cursor, byte[] prefix, Place other, byte[] target, int at) {
        System.arraycopy(prefix, 0, target, at, PREFIX_SIZE);
        long sequence = other.sequence();
        long position = other.position();
        long known = cursor.known();
        KeyHash seal = seal(cursor, other);
        int next = at + PREFIX_SIZE;
        next = put(sequence >>> 16, target, next);
        next = put(((sequence & 0xFFFF) << 32) | (position >>> 32), target, next);
        next = put(((position & 0xFFFF_FFFFL) << 16) | (known >>> 48), target, next);
        next = put(known, target, next);
        next = put(seal.high() >>> 16, target, next);
        return put(((seal.high() & 0xFFFF) << 32) | (seal.low() >>> 32), target, next);
    }

    /** The lower six bytes, as eight characters. */
    private static int put(long bytes, byte[] target, int at) {
        for (int i = 0; i < 8; i++) {
            target[at + i] = ALPHABET[(int) (bytes >>> (42 - 6 * i)) & 63];
        }
        return at + 8;
    }

    /**
     * Reads a cursor, also one of another store.
     *
     * @throws RequestException {@code bad-parameter} for what no server gave
     */
    ChangeCursor read(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            int size = bytes.remaining();
            byte version = size == 0 ? 0 : bytes.get();
            boolean isSealed = version == VERSION && size == FIELDS_SIZE + SEAL_SIZE;
            boolean isOld = version == UNSEALED_VERSION && size == FIELDS_SIZE;
            if (isSealed || isOld) {
                ChangeCursor cursor = readFields(bytes, isSealed);
                boolean isPlace =
                        cursor.place().sequence() >= 0 && cursor.place().position() >= 0;
                if (isPlace && (isOld || !isOurs(cursor) || isSealIn(bytes, cursor))) {
                    return cursor;
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

    private static ChangeCursor readFields(ByteBuffer bytes, boolean isSealed) {
        UUID incarnation = new UUID(bytes.getLong(), bytes.getLong());
        int bucketId = bytes.getInt();
        long sequence = bytes.getLong();
        long position = bytes.getLong();
        Place place = new Place(sequence, isSealed ? position : LogPosition.START);
        return new ChangeCursor(incarnation, bucketId, place, bytes.getLong());
    }

    private boolean isSealIn(ByteBuffer bytes, ChangeCursor cursor) {
        KeyHash seal = seal(cursor, cursor.place());
        long difference = seal.high() ^ bytes.getLong();
        return difference == 0 && (int) (seal.low() >>> Integer.SIZE) == bytes.getInt();
    }
}
