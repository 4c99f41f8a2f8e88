package dev.hayloft.log.format;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;

/**
 * The needle: one stored version of one object, or one piece or mark of the log. All integers are little-endian, no
 * alignment.
 *
 * <pre>
 *  offset size field
 *       0    4 crc           CRC32C of [4, end of the needle)
 *       4    1 type          1 object, 2 tombstone, 3 extent, 4 volume start, 5 volume end, 8 producers
 *       5    1 flags         bit 0 sha256, bit 1 expiry, bit 2 the payload is a manifest, bit 3 stamp, bit 4 kept,
 *                            bit 5 marker, bit 6 appended (see NeedleHead); bit 7 must be 0
 *       6    1 codec         0 none, 1 zstd, 2 zlib, 3 zstd with a dictionary, whose number stands first
 *       7    1 detail        bit 0 the payload is encrypted, bit 1 the manifest names shared content, bits 4-7 origin,
 *                            see NeedleOrigin; others must be 0
 *       8    2 keySize
 *      10    2 metadataSize
 *      12    4 payloadSize   as stored
 *      16    8 contentSize   the object's bytes as written, whatever the codec; of a manifest the whole object's; of a
 *                            tombstone the version that it names, 0 for all up to itself
 *      24   32 sha256        if flagged
 *           8 expiresAt      if flagged: milliseconds since 1970 UTC
 *          24 stamp          if flagged: sequence, version, milliseconds since 1970 UTC
 *             key, metadata, payload
 * </pre>
 *
 * Without a stamp needle i of a frame has sequence {@code firstSequence + i}, version {@code firstVersion + i} and the
 * frame's time. Frozen by NeedleFormatTest; explained, with a worked example, in docs/formats.md.
 */
public final class NeedleFormat {
    /** The payload is stored as it was written. */
    public static final byte CODEC_NONE = 0;

    /** The payload is one frame of zstd without magic number, size and checksum. */
    public static final byte CODEC_ZSTD = 1;

    /** The payload is a zlib stream, RFC 1950. */
    public static final byte CODEC_ZLIB = 2;

    /** As {@link #CODEC_ZSTD}, behind the four bytes, little-endian, of the number of the dictionary that it needs. */
    public static final byte CODEC_ZSTD_DICTIONARY = 3;

    static final byte CODEC_MAX = CODEC_ZSTD_DICTIONARY;

    /** Largest key, and largest metadata, that the head can name. */
    public static final int KEY_SIZE_MAX = 0xFFFF;

    public static final int METADATA_SIZE_MAX = 0xFFFF;

    static final int CRC_OFFSET = 0;
    static final int TYPE_OFFSET = CRC_OFFSET + Integer.BYTES;
    static final int FLAGS_OFFSET = TYPE_OFFSET + 1;
    static final int CODEC_OFFSET = FLAGS_OFFSET + 1;
    static final int DETAIL_OFFSET = CODEC_OFFSET + 1;
    static final int KEY_SIZE_OFFSET = DETAIL_OFFSET + 1;
    static final int METADATA_SIZE_OFFSET = KEY_SIZE_OFFSET + Short.BYTES;
    static final int PAYLOAD_SIZE_OFFSET = METADATA_SIZE_OFFSET + Short.BYTES;
    static final int CONTENT_SIZE_OFFSET = PAYLOAD_SIZE_OFFSET + Integer.BYTES;

    /** Bytes before the optional parts. */
    public static final int HEAD_SIZE = CONTENT_SIZE_OFFSET + Long.BYTES;

    static final int EXPIRY_SIZE = Long.BYTES;
    static final int STAMP_SIZE = 3 * Long.BYTES;

    static final int FLAG_SHA256 = 1;
    static final int FLAG_EXPIRY = 2;
    static final int FLAG_MANIFEST = 4;
    static final int FLAG_STAMP = 8;
    static final int FLAG_KEPT = 16;
    static final int FLAG_MARKER = 32;
    static final int FLAG_APPENDED = 64;
    static final int FLAGS_KNOWN = 0x7F;
    static final int ORIGIN_SHIFT = 4;
    static final int DETAIL_KNOWN = 0xF0 | Coding.BITS_KNOWN;

    static {
        Check.invariant(HEAD_SIZE == 24, "the needle head is 24 bytes on disk");
    }

    private NeedleFormat() {}

    /** Bytes a needle takes in its frame. */
    public static long sizeOf(NeedleHead head, int keySize, int metadataSize, long payloadSize) {
        return HEAD_SIZE + optionalSize(flagsOf(head)) + keySize + metadataSize + payloadSize;
    }

    static int flagsOf(NeedleHead head) {
        return (head.sha256().isPresent() ? FLAG_SHA256 : 0)
                | (head.expiresAtMillis().isPresent() ? FLAG_EXPIRY : 0)
                | (head.manifest() ? FLAG_MANIFEST : 0)
                | (head.stamp().isPresent() ? FLAG_STAMP : 0)
                | head.marks();
    }

    static int optionalSize(int flags) {
        return ((flags & FLAG_SHA256) != 0 ? Sha256.SIZE : 0)
                + ((flags & FLAG_EXPIRY) != 0 ? EXPIRY_SIZE : 0)
                + ((flags & FLAG_STAMP) != 0 ? STAMP_SIZE : 0);
    }

    /** Writes everything up to the key at the target's position, little-endian, the crc as 0; the position moves on. */
    static void writeHead(ByteBuffer target, NeedleHead head, int keySize, int metadataSize, int payloadSize) {
        int at = target.position();
        int flags = flagsOf(head);
        target.putInt(at + CRC_OFFSET, 0);
        target.put(at + TYPE_OFFSET, head.type().code());
        target.put(at + FLAGS_OFFSET, (byte) flags);
        target.put(at + CODEC_OFFSET, head.coding().codec());
        target.put(at + DETAIL_OFFSET, (byte)
                (head.origin().code() << ORIGIN_SHIFT | head.coding().bits()));
        target.putShort(at + KEY_SIZE_OFFSET, (short) keySize);
        target.putShort(at + METADATA_SIZE_OFFSET, (short) metadataSize);
        target.putInt(at + PAYLOAD_SIZE_OFFSET, payloadSize);
        target.putLong(at + CONTENT_SIZE_OFFSET, head.contentSize());
        target.position(at + HEAD_SIZE);
        if ((flags & FLAG_SHA256) != 0) {
            Sha256 digest = head.sha256().orElseThrow();
            // Big-endian words; not by Sha256.writeTo, which makes a slice.
            target.putLong(Long.reverseBytes(digest.word0())).putLong(Long.reverseBytes(digest.word1()));
            target.putLong(Long.reverseBytes(digest.word2())).putLong(Long.reverseBytes(digest.word3()));
        }
        if ((flags & FLAG_EXPIRY) != 0) {
            target.putLong(head.expiresAtMillis().orElseThrow());
        }
        if ((flags & FLAG_STAMP) != 0) {
            Stamp stamp = head.stamp().orElseThrow();
            target.putLong(stamp.sequence()).putLong(stamp.version()).putLong(stamp.timeMillis());
        }
    }

    /** Size of the needle whose head stands at an offset, by its own account; at least {@link #HEAD_SIZE}. */
    static long sizeAt(ByteBuffer bytes, int at) {
        return (long) HEAD_SIZE
                + optionalSize(bytes.get(at + FLAGS_OFFSET))
                + (bytes.getShort(at + KEY_SIZE_OFFSET) & 0xFFFF)
                + (bytes.getShort(at + METADATA_SIZE_OFFSET) & 0xFFFF)
                + (bytes.getInt(at + PAYLOAD_SIZE_OFFSET) & 0xFFFF_FFFFL);
    }
}
