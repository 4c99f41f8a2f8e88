package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Builds a frame in a direct buffer of its own that grows as needed and is used again for the next frame; adding a
 * needle allocates nothing.
 *
 * <p><i>Threads:</i> confined to the writer thread.
 */
public final class FrameEncoder {
    private static final int CAPACITY_MIN = 64 << 10;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer bytes = direct(CAPACITY_MIN);
    private int needleCount;
    private int lastNeedleSize;
    private int headerSize = FrameFormat.HEADER_SIZE;

    /** Starts a frame; whatever was in the encoder is dropped. */
    public void begin(int bucketId, long firstSequence, long firstVersion, long timeMillis) {
        begin(bucketId, "");
        number(firstSequence, firstVersion, timeMillis);
    }

    /**
     * Starts a frame whose numbers {@link #number} will set, with room for one producer run.
     *
     * @param producer ASCII, at most 255 bytes; empty for no run
     */
    public void begin(int bucketId, String producer) {
        needleCount = 0;
        lastNeedleSize = 0;
        headerSize = FrameFormat.HEADER_SIZE + FrameFormat.runSize(producer);
        bytes.clear();
        bytes.putInt(FrameFormat.MAGIC_OFFSET, FrameFormat.MAGIC);
        bytes.put(FrameFormat.VERSION_OFFSET, FrameFormat.VERSION);
        bytes.put(FrameFormat.FLAGS_OFFSET, (byte) 0);
        bytes.putShort(FrameFormat.HEADER_SIZE_OFFSET, (short) headerSize);
        bytes.putInt(FrameFormat.BUCKET_ID_OFFSET, bucketId);
        number(0, 0, 0);
        if (!producer.isEmpty()) {
            FrameFormat.putRun(bytes, new ProducerRun(producer, 0, 0));
        }
        bytes.position(headerSize);
    }

    /** Sets the numbers of a frame: those of its first needle, and its time. */
    public void number(long firstSequence, long firstVersion, long timeMillis) {
        bytes.putLong(FrameFormat.FIRST_SEQUENCE_OFFSET, firstSequence);
        bytes.putLong(FrameFormat.FIRST_VERSION_OFFSET, firstVersion);
        bytes.putLong(FrameFormat.TIME_OFFSET, timeMillis);
    }

    /** Sets the run of the producer that the frame was begun with. */
    public void run(ProducerRun run) {
        Check.argument(
                headerSize == FrameFormat.HEADER_SIZE + FrameFormat.runSize(run.producer()),
                "the frame has no room for this run");
        FrameFormat.putRun(bytes, run);
    }

    /** Begins to choose again from the frame's own needles: see {@link #keep}. */
    public void choose() {
        needleCount = 0;
        bytes.position(headerSize);
    }

    /**
     * Keeps a needle that was in the frame before {@link #choose}; to be called in the order of their offsets.
     *
     * @return its new offset
     */
    public int keep(int offset, int sizeBytes) {
        int start = bytes.position();
        Check.argument(offset >= start, "needles are kept in their order");
        if (offset > start) {
            bytes.put(start, bytes, offset, sizeBytes);
        }
        bytes.position(start + sizeBytes);
        needleCount++;
        lastNeedleSize = sizeBytes;
        return start;
    }

    /** Bytes of the frame so far, read-only; valid until the next {@link #begin}. */
    public ByteBuffer bytes(int offset, int sizeBytes) {
        return bytes.slice(offset, sizeBytes).asReadOnlyBuffer();
    }

    /** Bytes of memory that the encoder holds on to. */
    public int capacityBytes() {
        return bytes.capacity();
    }

    /**
     * Adds a needle; all buffers are copied from position to limit and left as they were.
     *
     * @return the needle's offset from the frame's start
     * @throws IllegalArgumentException when the key or metadata is over 65,535 bytes, or the frame would be over
     *     {@link FrameFormat#SIZE_MAX}; the frame is then as before
     */
    public int add(NeedleHead head, ByteBuffer key, ByteBuffer metadata, ByteBuffer payload) {
        int start = open(head, key, metadata, payload.remaining());
        copy(payload);
        return close(start);
    }

    /** As {@link #add(NeedleHead, ByteBuffer, ByteBuffer, ByteBuffer)}, the payload being several buffers in order. */
    public int add(NeedleHead head, ByteBuffer key, ByteBuffer metadata, ByteBuffer... payload) {
        long payloadSize = 0;
        for (ByteBuffer part : payload) {
            payloadSize += part.remaining();
        }
        int start = open(head, key, metadata, payloadSize);
        for (ByteBuffer part : payload) {
            copy(part);
        }
        return close(start);
    }

    /**
     * Adds a needle that stands elsewhere already, bit by bit; one that has no stamp gets the one that is given, since
     * its frame no longer tells its numbers.
     *
     * @param needle exactly one whole needle from position to limit, whose checksum was right; left as it is
     * @return the needle's offset from the frame's start
     * @throws IllegalArgumentException when the frame would be over {@link FrameFormat#SIZE_MAX}; it is then as before
     */
    public int copy(ByteBuffer needle, Stamp stamp) {
        ByteBuffer source = needle.duplicate();
        int flags = source.get(source.position() + NeedleFormat.FLAGS_OFFSET);
        boolean isStamped = (flags & NeedleFormat.FLAG_STAMP) != 0;
        long size = (long) source.remaining() + (isStamped ? 0 : NeedleFormat.STAMP_SIZE);
        Check.argument(fits(size), "the frame would be too large");
        int start = bytes.position();
        ensureCapacity(start + (int) size);
        if (!isStamped) {
            int end = source.limit();
            source.limit(source.position() + NeedleFormat.HEAD_SIZE + NeedleFormat.optionalSize(flags));
            bytes.put(source);
            bytes.put(start + NeedleFormat.FLAGS_OFFSET, (byte) (flags | NeedleFormat.FLAG_STAMP));
            bytes.putLong(stamp.sequence()).putLong(stamp.version()).putLong(stamp.timeMillis());
            source.limit(end);
        }
        bytes.put(source);
        return close(start);
    }

    /** Whether a needle of this size can still be added; see {@link NeedleFormat#sizeOf}. */
    public boolean fits(long needleSizeBytes) {
        return bytes.position() + needleSizeBytes <= FrameFormat.SIZE_MAX;
    }

    /** Needles added since {@link #begin}. */
    public int needleCount() {
        return needleCount;
    }

    /** Bytes of the frame so far, header included. */
    public int sizeBytes() {
        return bytes.position();
    }

    /** Bytes of the needle added last. */
    public int lastNeedleSize() {
        return lastNeedleSize;
    }

    /**
     * Fills in counts and checksums, for the log, which calls this right before it appends.
     *
     * @param forcedUpTo what is on the disk by now, a {@link dev.hayloft.model.LogPosition}
     * @return the encoder's own direct buffer, the frame from 0 to {@link #sizeBytes()}; read absolutely, valid until
     *     the next {@link #begin}
     */
    public ByteBuffer finish(long forcedUpTo) {
        int end = bytes.position();
        int bodySize = end - headerSize;
        bytes.putInt(FrameFormat.BODY_CRC_OFFSET, crc(headerSize, end));
        bytes.putInt(FrameFormat.STORED_SIZE_OFFSET, bodySize);
        bytes.putInt(FrameFormat.RAW_SIZE_OFFSET, bodySize);
        bytes.putInt(FrameFormat.NEEDLE_COUNT_OFFSET, needleCount);
        bytes.putLong(FrameFormat.FORCED_UP_TO_OFFSET, forcedUpTo);
        bytes.putInt(FrameFormat.HEADER_CRC_OFFSET, crc(FrameFormat.VERSION_OFFSET, headerSize));
        return bytes;
    }

    private int open(NeedleHead head, ByteBuffer key, ByteBuffer metadata, long payloadSize) {
        Check.argument(key.remaining() <= NeedleFormat.KEY_SIZE_MAX, "the key is too long for a needle");
        Check.argument(metadata.remaining() <= NeedleFormat.METADATA_SIZE_MAX, "the metadata is too long for a needle");
        long size = NeedleFormat.sizeOf(head, key.remaining(), metadata.remaining(), payloadSize);
        Check.argument(fits(size), "the frame would be too large");
        int start = bytes.position();
        ensureCapacity(start + (int) size);
        NeedleFormat.writeHead(bytes, head, key.remaining(), metadata.remaining(), (int) payloadSize);
        copy(key);
        copy(metadata);
        return start;
    }

    private int close(int start) {
        int end = bytes.position();
        bytes.putInt(start, crc(start + NeedleFormat.TYPE_OFFSET, end));
        lastNeedleSize = end - start;
        needleCount++;
        return start;
    }

    private void copy(ByteBuffer source) {
        int size = source.remaining();
        bytes.put(bytes.position(), source, source.position(), size);
        bytes.position(bytes.position() + size);
    }

    /** CRC32C of a range; position and limit come back as they were. */
    private int crc(int from, int to) {
        int position = bytes.position();
        crc.reset();
        crc.update(bytes.limit(to).position(from));
        bytes.clear().position(position);
        return (int) crc.getValue();
    }

    private void ensureCapacity(int capacity) {
        if (capacity > bytes.capacity()) {
            ByteBuffer larger = direct(Math.min(Math.max(capacity, 2 * bytes.capacity()), FrameFormat.SIZE_MAX));
            bytes = larger.put(bytes.flip());
        }
    }

    private static ByteBuffer direct(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
