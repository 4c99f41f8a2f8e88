package dev.hayloft.log.format;

import dev.hayloft.model.DigestChain;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
 * Of an object that was appended to:
 *
 * <pre>
 *  offset size field
 *       0    1 version      2
 *       1    8 parts        number of appends, and 1 for the object that the first one found
 *       9   32 digests      state of the SHA-256 over the parts' digests, behind an even number of them
 *      41   32 last         digest of the last part, when their number is odd
 *       .    4 tailSize     content that stands in the manifest itself, behind the pieces
 *       .    2 count
 *       .   15 each         pieces, in order: level and in bit 7 whether it is a list (1), extent id (8), bytes of
 *                           content (6)
 *       .    . tail
 * </pre>
 *
 * A list of pieces is the payload of an extent: version 1 (1), count (2), pieces as above. An extent is a needle of
 * type 3; its key is its id in 8 bytes, big-endian, its id the version it was stamped with.
 */
public final class ManifestFormat {
    /** Most content bytes of an extent. */
    public static final int EXTENT_SIZE_MAX = 1 << 20;

    /** Bytes of an extent's key. */
    public static final int EXTENT_KEY_SIZE = Long.BYTES;

    /** Most pieces of a list. */
    public static final int LIST_MAX = 1024;

    private static final byte VERSION = 1;
    private static final byte VERSION_APPENDED = 2;
    private static final int PIECE_SIZE = 1 + Long.BYTES + 6;
    private static final int LIST_FLAG = 128;
    private static final int COUNT_MAX = 0xFFFF;
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
        if (version == VERSION_APPENDED) {
            return new Manifest(appended(source));
        }
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

    /** Encodes the manifest of an object that was appended to; the caller's own buffer, position 0 to limit. */
    public static ByteBuffer encode(AppendedBody body) {
        Check.argument(body.pieces().size() <= COUNT_MAX, "a manifest has too many pieces");
        DigestChain digests = body.digests();
        int size = 1 + Long.BYTES + Sha256.SIZE * (digests.last().isPresent() ? 2 : 1) + Integer.BYTES + Short.BYTES;
        ByteBuffer target = ByteBuffer.allocate(
                        size + body.pieces().size() * PIECE_SIZE + body.tail().remaining())
                .order(ByteOrder.LITTLE_ENDIAN);
        target.put(VERSION_APPENDED).putLong(digests.count());
        digests.state().writeTo(target);
        digests.last().ifPresent(last -> last.writeTo(target));
        target.putInt(body.tail().remaining());
        put(target, body.pieces());
        return target.put(body.tail().duplicate()).flip();
    }

    /** Encodes a list of pieces, for an extent of its own. */
    public static ByteBuffer encodeList(List<Piece> pieces) {
        Check.argument(pieces.size() <= LIST_MAX, "a list has too many pieces");
        ByteBuffer target = ByteBuffer.allocate(1 + Short.BYTES + pieces.size() * PIECE_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN);
        put(target.put(VERSION), pieces);
        return target.flip();
    }

    private static void put(ByteBuffer target, List<Piece> pieces) {
        target.putShort((short) pieces.size());
        for (Piece piece : pieces) {
            target.put((byte) (piece.level() | (piece.isList() ? LIST_FLAG : 0)))
                    .putLong(piece.extentId());
            target.putInt((int) piece.sizeBytes()).putShort((short) (piece.sizeBytes() >>> Integer.SIZE));
        }
    }

    private static AppendedBody appended(ByteBuffer source) {
        Check.intact(source.remaining() >= Long.BYTES + Sha256.SIZE, "A manifest is cut off.");
        long parts = source.getLong();
        Check.intact(parts > 0, "A manifest's parts do not add up.");
        Sha256 state = Sha256.read(source);
        Optional<Sha256> last = Optional.empty();
        if (parts % 2 == 1) {
            Check.intact(source.remaining() >= Sha256.SIZE, "A manifest is cut off.");
            last = Optional.of(Sha256.read(source));
        }
        Check.intact(source.remaining() >= Integer.BYTES, "A manifest is cut off.");
        int tailSize = source.getInt();
        List<Piece> pieces = pieces(source);
        Check.intact(source.remaining() == tailSize, "A manifest's sizes do not add up.");
        ByteBuffer tail = ByteBuffer.allocate(tailSize).put(source).flip();
        return new AppendedBody(new DigestChain(parts, state, last), pieces, tail.asReadOnlyBuffer());
    }

    private static List<Piece> pieces(ByteBuffer source) {
        Check.intact(source.remaining() >= Short.BYTES, "A list of pieces is cut off.");
        int count = source.getShort() & COUNT_MAX;
        Check.intact(source.remaining() >= count * PIECE_SIZE, "A list of pieces is cut off.");
        List<Piece> pieces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int level = source.get() & 0xFF;
            long id = source.getLong();
            long sizeBytes = source.getInt() & 0xFFFF_FFFFL | (source.getShort() & 0xFFFFL) << Integer.SIZE;
            Check.intact(sizeBytes > 0, "A piece without content is listed.");
            pieces.add(new Piece(id, sizeBytes, level & ~LIST_FLAG, (level & LIST_FLAG) != 0));
        }
        return pieces;
    }

    /**
     * Reads a list of pieces.
     *
     * @param payload from position to limit, left as it was
     */
    public static List<Piece> parseList(ByteBuffer payload) {
        ByteBuffer source = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(source.hasRemaining(), "A list of pieces is cut off.");
        int version = source.get() & 0xFF;
        if (version > VERSION) {
            throw NewerFormat.refusal("pieceListVersion", version);
        }
        List<Piece> pieces = pieces(source);
        Check.intact(version == VERSION && !source.hasRemaining(), "A list of pieces does not add up.");
        return pieces;
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
