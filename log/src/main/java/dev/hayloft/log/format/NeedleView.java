package dev.hayloft.log.format;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A needle as it stands in a buffer; nothing is copied, so it is valid as long as that buffer is.
 *
 * <p><i>Threads:</i> confined to one thread at a time.
 */
public final class NeedleView {
    private final ByteBuffer bytes;
    private final int at;
    private final int size;
    private final int offsetInFrame;
    private final boolean framed;
    private final long frameSequence;
    private final long frameVersion;
    private final long frameTimeMillis;

    private NeedleView(
            ByteBuffer bytes,
            int at,
            int size,
            int offsetInFrame,
            boolean framed,
            long sequence,
            long version,
            long time) {
        this.bytes = bytes;
        this.at = at;
        this.size = size;
        this.offsetInFrame = offsetInFrame;
        this.framed = framed;
        this.frameSequence = sequence;
        this.frameVersion = version;
        this.frameTimeMillis = time;
    }

    /**
     * Checks and opens a needle that was read without its frame. Its sequence, version and time are unknown unless it
     * carries a stamp.
     *
     * @param needle exactly one needle from position to limit; left as it is, and must not change while the view is
     *     used
     * @throws CorruptionException when sizes or checksum are wrong
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static NeedleView parse(ByteBuffer needle) {
        return parse(needle, 0, false, 0, 0, 0);
    }

    /**
     * Checks and opens a needle with the numbers that its frame gives it, used where it has no stamp of its own.
     *
     * @param needle exactly one needle from position to limit; left as it is
     * @param offsetInFrame bytes from the frame's start
     * @throws CorruptionException when sizes or checksum are wrong
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static NeedleView parse(ByteBuffer needle, int offsetInFrame, Stamp fromFrame) {
        return parse(needle, offsetInFrame, true, fromFrame.sequence(), fromFrame.version(), fromFrame.timeMillis());
    }

    /** Whether a needle's checksum is right; the buffer holds exactly one, and is left as it is. */
    public static boolean isIntact(ByteBuffer needle) {
        if (needle.remaining() < NeedleFormat.HEAD_SIZE) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(needle.duplicate().position(needle.position() + NeedleFormat.TYPE_OFFSET));
        return (int) crc.getValue()
                == needle.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(needle.position());
    }

    private static NeedleView parse(
            ByteBuffer needle, int offsetInFrame, boolean framed, long sequence, long version, long timeMillis) {
        ByteBuffer bytes = needle.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int at = bytes.position();
        int size = bytes.remaining();
        Check.intact(size >= NeedleFormat.HEAD_SIZE, "A needle is shorter than its head.");
        CRC32C crc = new CRC32C();
        crc.update(needle.duplicate().position(at + NeedleFormat.TYPE_OFFSET));
        Check.intact((int) crc.getValue() == bytes.getInt(at), "A needle's checksum is wrong.");
        checkKnown(bytes, at);
        Check.intact(NeedleFormat.sizeAt(bytes, at) == size, "A needle's sizes do not add up.");
        return new NeedleView(bytes, at, size, offsetInFrame, framed, sequence, version, timeMillis);
    }

    /** Opens the needle at an offset of a frame whose checksum was right; checks sizes only. */
    static NeedleView inFrame(ByteBuffer bytes, int at, int end, int frameStart, Stamp stamp) {
        Check.intact(end - at >= NeedleFormat.HEAD_SIZE, "A needle is shorter than its head.");
        checkKnown(bytes, at);
        long size = NeedleFormat.sizeAt(bytes, at);
        Check.intact(size <= end - at, "A needle's sizes do not add up.");
        return new NeedleView(
                bytes, at, (int) size, at - frameStart, true, stamp.sequence(), stamp.version(), stamp.timeMillis());
    }

    private static void checkKnown(ByteBuffer bytes, int at) {
        byte type = bytes.get(at + NeedleFormat.TYPE_OFFSET);
        if (!NeedleType.isKnown(type)) {
            throw NewerFormat.refusal("needleType", type);
        }
        int flags = bytes.get(at + NeedleFormat.FLAGS_OFFSET) & 0xFF;
        if ((flags & ~NeedleFormat.FLAGS_KNOWN) != 0) {
            throw NewerFormat.refusal("needleFlags", flags);
        }
        byte codec = bytes.get(at + NeedleFormat.CODEC_OFFSET);
        if (codec < NeedleFormat.CODEC_NONE || codec > NeedleFormat.CODEC_MAX) {
            throw NewerFormat.refusal("codec", codec);
        }
        int detail = bytes.get(at + NeedleFormat.DETAIL_OFFSET) & 0xFF;
        if ((detail & ~NeedleFormat.DETAIL_KNOWN) != 0 || !NeedleOrigin.isKnown(detail >>> NeedleFormat.ORIGIN_SHIFT)) {
            throw NewerFormat.refusal("needleDetail", detail);
        }
    }

    public NeedleType type() {
        return NeedleType.of(bytes.get(at + NeedleFormat.TYPE_OFFSET));
    }

    /** How the payload is stored. */
    public Coding coding() {
        return Coding.of(bytes.get(at + NeedleFormat.CODEC_OFFSET), bytes.get(at + NeedleFormat.DETAIL_OFFSET));
    }

    /** Whether the payload is a manifest, to be read with {@link ManifestFormat}. */
    public boolean isManifest() {
        return has(NeedleFormat.FLAG_MANIFEST);
    }

    /** Bytes of the content as it was written; of a manifest the whole object's. */
    public long contentSize() {
        return bytes.getLong(at + NeedleFormat.CONTENT_SIZE_OFFSET);
    }

    public Optional<Sha256> sha256() {
        return has(NeedleFormat.FLAG_SHA256)
                ? Optional.of(Sha256.read(bytes.duplicate().position(at + NeedleFormat.HEAD_SIZE)))
                : Optional.empty();
    }

    public OptionalLong expiresAtMillis() {
        return has(NeedleFormat.FLAG_EXPIRY)
                ? OptionalLong.of(bytes.getLong(
                        at + NeedleFormat.HEAD_SIZE + NeedleFormat.optionalSize(flags() & NeedleFormat.FLAG_SHA256)))
                : OptionalLong.empty();
    }

    /** Whether it was written while the bucket kept versions; of a tombstone that names one, whether that one was. */
    public boolean isKept() {
        return has(NeedleFormat.FLAG_KEPT);
    }

    /** Whether it is a delete marker: a tombstone that is a version of its own and hides the older ones. */
    public boolean isMarker() {
        return has(NeedleFormat.FLAG_MARKER) && type() == NeedleType.TOMBSTONE && contentSize() == 0;
    }

    /** Whether the content was written in several parts. */
    public boolean isAppended() {
        return has(NeedleFormat.FLAG_APPENDED);
    }

    /** Of a tombstone the version that it ends; 0 for all versions up to itself, and for everything else. */
    public long namedVersion() {
        return type() == NeedleType.TOMBSTONE ? contentSize() : 0;
    }

    /** Of a tombstone that names a version: whether it ends all older ones too. */
    public boolean endsOlder() {
        return has(NeedleFormat.FLAG_MARKER) && namedVersion() != 0;
    }

    /** Why it was written. */
    public NeedleOrigin origin() {
        return NeedleOrigin.of((bytes.get(at + NeedleFormat.DETAIL_OFFSET) & 0xFF) >>> NeedleFormat.ORIGIN_SHIFT);
    }

    /** Whether the needle was moved and keeps the numbers of its first frame. */
    public boolean isStamped() {
        return has(NeedleFormat.FLAG_STAMP);
    }

    /**
     * Place in the partition's feed.
     *
     * @throws IllegalStateException when the needle was parsed without its frame and has no stamp
     */
    public long sequence() {
        return isStamped() ? bytes.getLong(stampAt()) : fromFrame(frameSequence);
    }

    /**
     * The version.
     *
     * @throws IllegalStateException when the needle was parsed without its frame and has no stamp
     */
    public long version() {
        return isStamped() ? bytes.getLong(stampAt() + Long.BYTES) : fromFrame(frameVersion);
    }

    /**
     * When it was written, milliseconds since 1970 UTC.
     *
     * @throws IllegalStateException when the needle was parsed without its frame and has no stamp
     */
    public long timeMillis() {
        return isStamped() ? bytes.getLong(stampAt() + 2 * Long.BYTES) : fromFrame(frameTimeMillis);
    }

    /** The key's bytes, position 0 to limit; read-only, over the needle's own buffer. */
    public ByteBuffer key() {
        return slice(keyAt(), keySize());
    }

    /** The metadata's bytes, for {@link AttributesFormat}; read-only, over the needle's own buffer. */
    public ByteBuffer metadata() {
        return slice(keyAt() + keySize(), metadataSize());
    }

    /** The payload as stored; read-only, over the needle's own buffer. */
    public ByteBuffer payload() {
        int start = keyAt() + keySize() + metadataSize();
        return slice(start, at + size - start);
    }

    /** The whole needle as it stands, for {@link FrameEncoder#copy}; read-only, over the needle's own buffer. */
    public ByteBuffer bytes() {
        return slice(at, size);
    }

    /** Bytes of the payload as stored. */
    public int payloadSize() {
        return bytes.getInt(at + NeedleFormat.PAYLOAD_SIZE_OFFSET);
    }

    /** Bytes from the frame's start to this needle; 0 when parsed without its frame. */
    public int offsetInFrame() {
        return offsetInFrame;
    }

    /** Bytes of the whole needle. */
    public int sizeBytes() {
        return size;
    }

    private int flags() {
        return bytes.get(at + NeedleFormat.FLAGS_OFFSET);
    }

    private boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    private int keySize() {
        return bytes.getShort(at + NeedleFormat.KEY_SIZE_OFFSET) & 0xFFFF;
    }

    private int metadataSize() {
        return bytes.getShort(at + NeedleFormat.METADATA_SIZE_OFFSET) & 0xFFFF;
    }

    private int keyAt() {
        return at + NeedleFormat.HEAD_SIZE + NeedleFormat.optionalSize(flags());
    }

    private int stampAt() {
        return keyAt() - NeedleFormat.STAMP_SIZE;
    }

    private long fromFrame(long value) {
        if (!framed) {
            throw new IllegalStateException("the needle was read without its frame and carries no stamp");
        }
        return value;
    }

    private ByteBuffer slice(int start, int length) {
        return bytes.slice(start, length).asReadOnlyBuffer();
    }
}
