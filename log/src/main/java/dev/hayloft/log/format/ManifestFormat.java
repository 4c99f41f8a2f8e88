package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The manifest: payload of a needle that commits a body stored as extents. The size of the whole content stands in the
 * needle's head. Little-endian.
 *
 * <pre>
 *  offset size field
 *       0    1 version      1
 *       1    4 extentSize   content bytes of each extent but the last
 *       5    4 count
 *       9    8 each         ids of the extents, in order
 * </pre>
 *
 * An extent is a needle of type 3; its key is its id in 8 bytes, big-endian, its id the version it was stamped with.
 */
public final class ManifestFormat {
    /** Most content bytes of an extent. */
    public static final int EXTENT_SIZE_MAX = 1 << 20;

    /** Bytes of an extent's key. */
    public static final int EXTENT_KEY_SIZE = Long.BYTES;

    private static final byte VERSION = 1;
    private static final int HEAD_SIZE = 1 + Integer.BYTES + Integer.BYTES;

    private ManifestFormat() {}

    /** Encodes a manifest; the caller's own buffer, position 0 to limit. */
    public static ByteBuffer encode(int extentSizeBytes, long[] extentIds) {
        Check.argument(extentSizeBytes > 0 && extentSizeBytes <= EXTENT_SIZE_MAX, "extent size out of range");
        ByteBuffer target = ByteBuffer.allocate(
                        Math.addExact(HEAD_SIZE, Math.multiplyExact(extentIds.length, Long.BYTES)))
                .order(ByteOrder.LITTLE_ENDIAN);
        target.put(VERSION).putInt(extentSizeBytes).putInt(extentIds.length);
        for (long id : extentIds) {
            target.putLong(id);
        }
        return target.flip();
    }

    /**
     * Reads a manifest; the ids are copied.
     *
     * @param payload from position to limit, left as it was
     * @throws dev.hayloft.model.error.CorruptionException when sizes do not add up
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static Manifest parse(ByteBuffer payload) {
        ByteBuffer source = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(source.hasRemaining(), "A manifest is cut off.");
        int version = source.get() & 0xFF;
        if (version > VERSION) {
            throw NewerFormat.refusal("manifestVersion", version);
        }
        Check.intact(version == VERSION && source.remaining() >= HEAD_SIZE - 1, "A manifest is cut off.");
        int extentSize = source.getInt();
        int count = source.getInt();
        Check.intact(
                extentSize > 0
                        && extentSize <= EXTENT_SIZE_MAX
                        && count >= 0
                        && source.remaining() == (long) count * Long.BYTES,
                "A manifest's sizes do not add up.");
        ByteBuffer ids = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return new Manifest(extentSize, ids.put(source).flip());
    }

    /** An extent's key: its id in 8 bytes, big-endian, position 0 to limit. */
    public static ByteBuffer extentKey(long id) {
        return ByteBuffer.allocate(EXTENT_KEY_SIZE).putLong(0, id);
    }

    /** The id that an extent's key holds. */
    public static long extentId(ByteBuffer key) {
        Check.intact(key.remaining() == EXTENT_KEY_SIZE, "An extent's key is not 8 bytes.");
        return key.duplicate().order(ByteOrder.BIG_ENDIAN).getLong();
    }
}
