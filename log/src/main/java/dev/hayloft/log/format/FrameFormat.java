package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The frame: one excerpt of the log, of one bucket: a header and its body of needles. All integers are little-endian.
 *
 * <pre>
 *  offset size field
 *       0    4 magic          "HLFR"
 *       4    4 headerCrc      CRC32C of [8, headerSize)
 *       8    1 formatVersion  1
 *       9    1 flags          bit 0 the body is compressed with zstd (reserved: no reader yet); others 0
 *      10    2 headerSize     64 and the producer runs
 *      12    4 bodyCrc        CRC32C of the body as stored
 *      16    4 storedSize     bytes of the body as stored
 *      20    4 rawSize        bytes of the body
 *      24    4 needleCount
 *      28    4 bucketId
 *      32    8 firstSequence
 *      40    8 firstVersion
 *      48    8 timeMillis     since 1970 UTC
 *      56    8 forcedUpTo     a LogPosition: everything before it was on the disk when this frame was appended
 *      64      producer runs: each u8 nameSize, name, u64 firstRecord, u32 count; today's writer makes one at most
 *              body: the needles, one after another
 * </pre>
 *
 * Magic, headerCrc, formatVersion and headerSize keep place and meaning in every later version, so that a newer frame
 * is told from a damaged one. Frozen by FrameFormatTest; explained, with a worked example, in docs/formats.md.
 */
public final class FrameFormat {
    /** "HLFR", read as a little-endian integer. */
    public static final int MAGIC = 'H' | 'L' << 8 | 'F' << 16 | 'R' << 24;

    public static final byte VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int HEADER_CRC_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    static final int VERSION_OFFSET = HEADER_CRC_OFFSET + Integer.BYTES;
    static final int FLAGS_OFFSET = VERSION_OFFSET + 1;
    static final int HEADER_SIZE_OFFSET = FLAGS_OFFSET + 1;
    static final int BODY_CRC_OFFSET = HEADER_SIZE_OFFSET + Short.BYTES;
    static final int STORED_SIZE_OFFSET = BODY_CRC_OFFSET + Integer.BYTES;
    static final int RAW_SIZE_OFFSET = STORED_SIZE_OFFSET + Integer.BYTES;
    static final int NEEDLE_COUNT_OFFSET = RAW_SIZE_OFFSET + Integer.BYTES;
    static final int BUCKET_ID_OFFSET = NEEDLE_COUNT_OFFSET + Integer.BYTES;
    static final int FIRST_SEQUENCE_OFFSET = BUCKET_ID_OFFSET + Integer.BYTES;
    static final int FIRST_VERSION_OFFSET = FIRST_SEQUENCE_OFFSET + Long.BYTES;
    static final int TIME_OFFSET = FIRST_VERSION_OFFSET + Long.BYTES;
    static final int FORCED_UP_TO_OFFSET = TIME_OFFSET + Long.BYTES;

    /** Bytes of a header without producer runs; the least a frame can have. */
    public static final int HEADER_SIZE = FORCED_UP_TO_OFFSET + Long.BYTES;

    /** Largest header: what its own field can name. */
    public static final int HEADER_SIZE_MAX = 0xFFFF;

    /** Largest frame: below the 16 MiB that one Chronicle excerpt can take. */
    public static final int SIZE_MAX = 15 << 20;

    static {
        Check.invariant(HEADER_SIZE == 64, "the frame header is 64 bytes on disk");
    }

    private FrameFormat() {}

    /** Whether magic, bounds and checksum of a header are right, of any format version. */
    public static boolean isHeader(ByteBuffer bytes, int at) {
        if (bytes.limit() - at < HEADER_SIZE || bytes.getInt(at + MAGIC_OFFSET) != MAGIC) {
            return false;
        }
        int headerSize = headerSize(bytes, at);
        return headerSize >= HEADER_SIZE
                && headerSize <= bytes.limit() - at
                && crc(bytes, at + VERSION_OFFSET, at + headerSize) == bytes.getInt(at + HEADER_CRC_OFFSET);
    }

    /**
     * Refuses what a newer Hayloft wrote. To be asked after {@link #isHeader}.
     *
     * @throws dev.hayloft.model.error.StoreClosedException for a higher version, or flags that this one does not know
     */
    public static void checkReadable(ByteBuffer bytes, int at) {
        int version = bytes.get(at + VERSION_OFFSET) & 0xFF;
        if (version > VERSION) {
            throw NewerFormat.refusal("formatVersion", version);
        }
        int flags = bytes.get(at + FLAGS_OFFSET) & 0xFF;
        if (flags != 0) {
            throw NewerFormat.refusal("frameFlags", flags);
        }
        Check.intact(version == VERSION, "A frame has format version 0, which never was.");
    }

    /** Bytes of the header at an offset, by its own field. */
    public static int headerSize(ByteBuffer bytes, int at) {
        return bytes.getShort(at + HEADER_SIZE_OFFSET) & 0xFFFF;
    }

    /** Bytes of the frame, by its own fields; only of a right header worth anything. */
    public static long frameSize(ByteBuffer bytes, int at) {
        return headerSize(bytes, at) + (bytes.getInt(at + STORED_SIZE_OFFSET) & 0xFFFF_FFFFL);
    }

    /** Whether the body behind a right header is whole and its checksum right; the buffer must reach its end. */
    public static boolean isBodyIntact(ByteBuffer bytes, int at) {
        int from = at + headerSize(bytes, at);
        long end = at + frameSize(bytes, at);
        return end <= bytes.limit() && isStoredAsIs(bytes, at) && crc(bytes, from, (int) end) == bodyCrc(bytes, at);
    }

    /** Whether the body behind a right header is not compressed, as its sizes tell. */
    public static boolean isStoredAsIs(ByteBuffer bytes, int at) {
        return bytes.getInt(at + STORED_SIZE_OFFSET) == bytes.getInt(at + RAW_SIZE_OFFSET);
    }

    /** The checksum that the body behind a right header must have. */
    public static int bodyCrc(ByteBuffer bytes, int at) {
        return bytes.getInt(at + BODY_CRC_OFFSET);
    }

    /** Bytes that a run of this producer takes; none for the empty name. */
    static int runSize(String producer) {
        return producer.isEmpty() ? 0 : 1 + producer.length() + Long.BYTES + Integer.BYTES;
    }

    /** Puts the first run of a frame that starts at 0; position and limit stay as they are. */
    static void putRun(ByteBuffer bytes, ProducerRun run) {
        byte[] name = run.producer().getBytes(StandardCharsets.US_ASCII);
        Check.argument(name.length <= 0xFF, "a producer's name is too long");
        bytes.put(HEADER_SIZE, (byte) name.length);
        bytes.put(HEADER_SIZE + 1, name);
        int recordAt = HEADER_SIZE + 1 + name.length;
        bytes.putLong(recordAt, run.firstRecord());
        bytes.putInt(recordAt + Long.BYTES, run.count());
    }

    /** The producer runs of a right header. */
    static List<ProducerRun> producerRuns(ByteBuffer bytes, int at) {
        int end = at + headerSize(bytes, at);
        int next = at + HEADER_SIZE;
        List<ProducerRun> runs = new ArrayList<>();
        while (next < end) {
            int nameSize = bytes.get(next) & 0xFF;
            int recordAt = next + 1 + nameSize;
            Check.intact(recordAt + Long.BYTES + Integer.BYTES <= end, "A frame's producer runs do not add up.");
            byte[] name = new byte[nameSize];
            bytes.get(next + 1, name);
            runs.add(new ProducerRun(
                    new String(name, StandardCharsets.US_ASCII),
                    bytes.getLong(recordAt),
                    bytes.getInt(recordAt + Long.BYTES)));
            next = recordAt + Long.BYTES + Integer.BYTES;
        }
        return List.copyOf(runs);
    }

    /** CRC32C of a range of a buffer whose position and limit stay as they are. */
    static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
