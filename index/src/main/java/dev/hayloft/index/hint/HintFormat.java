package dev.hayloft.index.hint;

import dev.hayloft.index.BucketTally;
import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintHeader;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The hint file: every needle of one sealed volume. Little-endian; varints as in {@link Varint}, signed where marked s.
 *
 * <pre>
 *  head    offset size field
 *               0    4 magic      0x544E4948, the letters HINT
 *               4    4 version    1
 *               8   16 storeId    high word, low word
 *              24    4 partition
 *              28    4 volume
 *              32    4 crc        CRC32C of bytes [0, 32)
 *
 *  block        0    4 kind       1 entries, 2 end
 *               4    4 size       bytes of the payload, 0..BLOCK_SIZE_MAX
 *               8    4 count      entries in it; tallies in the end block
 *              12    s payload
 *            12+s    4 crc        CRC32C of the block before this field
 *
 *  entry   hash (16) · flags · sequence s · position s · needleOffset s · needleSize · version s · contentSize
 *          · bucketId s · timeMillis s · of a tombstone: the version it names, 0 for its own, s, as difference from
 *          its own · if it expires: expiresAtMillis s, as difference from its timeMillis
 *          s fields are differences from the entry before in the block, where that entry is continued: sequence and
 *          version plus 1, needleOffset its end in the same frame and 0 in another one. Before the first one all are
 *          0 and the position is the volume's offset 0.
 *
 *  end     fileCrc (4, CRC32C of all bytes before this block) · entries · dataEndBytes · firstSequence s
 *          · lastSequence s · per tally: bucketId, bytes, needles
 * </pre>
 *
 * A file is a head, any number of entry blocks, one end block, and nothing after it.
 */
public final class HintFormat {
    public static final int VERSION = 1;
    public static final int HEAD_SIZE = 36;
    public static final int BLOCK_HEAD_SIZE = 12;
    public static final int CRC_SIZE = 4;

    /** A writer begins a new block when less than an entry's worst case is left of this. */
    public static final int BLOCK_SIZE = 1 << 16;

    /** A reader takes blocks up to this: an end block grows with the number of buckets. */
    public static final int BLOCK_SIZE_MAX = 1 << 26;

    public static final int ENTRY_SIZE_MAX = KeyHash.SIZE + 11 * Varint.SIZE_MAX;
    public static final int KIND_ENTRIES = 1;
    public static final int KIND_END = 2;

    static final int MAGIC = 0x544E4948;
    private static final int TALLY_SIZE_MAX = 3 * Varint.SIZE_MAX;

    private HintFormat() {}

    /** The last entry, from which the next one differs. */
    public static final class Context {
        private long sequence;
        private long position;
        private long needleEnd;
        private long version;
        private long bucketId;
        private long timeMillis;

        public Context(int volume) {
            position = LogPosition.of(volume, 0);
        }

        private void set(HintEntry entry) {
            Location location = entry.location();
            sequence = entry.sequence() + 1;
            position = location.position();
            needleEnd = (long) location.needleOffset() + location.needleSize();
            version = location.version() + 1;
            bucketId = location.bucketId();
            timeMillis = location.timeMillis();
        }
    }

    /** What the end block says. */
    public record End(int fileCrc, long entries, HintHeader header) {}

    /** Puts the head. */
    public static void putHead(ByteBuffer target, HintHeader header) {
        int start = target.position();
        target.putInt(MAGIC).putInt(VERSION);
        target.putLong(header.storeId().getMostSignificantBits());
        target.putLong(header.storeId().getLeastSignificantBits());
        target.putInt(header.partition()).putInt(header.volume());
        target.putInt(crc(target, start, target.position() - start));
    }

    /** Reads the head into a header without figures. */
    public static HintHeader getHead(ByteBuffer source) {
        Check.intact(source.remaining() >= HEAD_SIZE, "the hint file is too short");
        int start = source.position();
        Check.intact(source.getInt() == MAGIC, "the hint file does not begin as one");
        int version = source.getInt();
        int crc = source.getInt(start + HEAD_SIZE - CRC_SIZE);
        boolean whole = crc == crc(source, start, HEAD_SIZE - CRC_SIZE);
        if (version > VERSION && whole) {
            throw new CorruptionException("the hint file was written by a newer Hayloft").with("version", version);
        }
        Check.intact(whole && version == VERSION, "the hint file's head is damaged");
        UUID storeId = new UUID(source.getLong(), source.getLong());
        int partition = source.getInt();
        int volume = source.getInt();
        source.getInt();
        return new HintHeader(storeId, partition, volume, 0, 0, -1, List.of());
    }

    /** Puts an entry; at most {@link #ENTRY_SIZE_MAX} bytes. */
    public static void putEntry(ByteBuffer target, HintEntry entry, Context context) {
        Location location = entry.location();
        target.putLong(entry.hash().high()).putLong(entry.hash().low());
        Varint.put(target, location.flags());
        Varint.putSigned(target, entry.sequence() - context.sequence);
        Varint.putSigned(target, location.position() - context.position);
        long expectedOffset = location.position() == context.position ? context.needleEnd : 0;
        Varint.putSigned(target, location.needleOffset() - expectedOffset);
        Varint.put(target, location.needleSize());
        Varint.putSigned(target, location.version() - context.version);
        Varint.put(target, location.contentSize());
        Varint.putSigned(target, location.bucketId() - context.bucketId);
        Varint.putSigned(target, location.timeMillis() - context.timeMillis);
        if (location.has(Location.TOMBSTONE)) {
            Varint.putSigned(target, location.link() == 0 ? 0 : location.link() - location.version());
        }
        if (location.has(Location.EXPIRES)) {
            Varint.putSigned(target, location.expiresAtMillis() - location.timeMillis());
        }
        context.set(entry);
    }

    /** Reads an entry. */
    public static HintEntry getEntry(ByteBuffer source, Context context) {
        Check.intact(source.remaining() >= KeyHash.SIZE, "a hint is cut off");
        KeyHash hash = new KeyHash(source.getLong(), source.getLong());
        long flags = Varint.get(source);
        long sequence = context.sequence + Varint.getSigned(source);
        long position = context.position + Varint.getSigned(source);
        long expectedOffset = position == context.position ? context.needleEnd : 0;
        long needleOffset = expectedOffset + Varint.getSigned(source);
        long needleSize = Varint.get(source);
        long version = context.version + Varint.getSigned(source);
        long contentSize = Varint.get(source);
        long bucketId = context.bucketId + Varint.getSigned(source);
        long timeMillis = context.timeMillis + Varint.getSigned(source);
        long named = (flags & Location.TOMBSTONE) != 0 ? Varint.getSigned(source) : 0;
        long life = (flags & Location.EXPIRES) != 0 ? Varint.getSigned(source) : 0;
        try {
            Location location = new Location(
                    position,
                    Math.toIntExact(needleOffset),
                    Math.toIntExact(needleSize),
                    version,
                    contentSize,
                    Math.toIntExact(flags),
                    Math.toIntExact(bucketId),
                    timeMillis,
                    named == 0 ? 0 : version + named,
                    (flags & Location.EXPIRES) != 0 ? timeMillis + life : 0);
            HintEntry entry = new HintEntry(hash, sequence, location);
            context.set(entry);
            return entry;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptionException("a hint is impossible", e);
        }
    }

    /** Bytes that {@link #putEnd} needs at most. */
    public static int endSizeMax(HintHeader header) {
        return CRC_SIZE + 4 * Varint.SIZE_MAX + header.tallies().size() * TALLY_SIZE_MAX;
    }

    /** Puts the end block's payload. */
    public static void putEnd(ByteBuffer target, End end) {
        HintHeader header = end.header();
        target.putInt(end.fileCrc());
        Varint.put(target, end.entries());
        Varint.put(target, header.dataEndBytes());
        Varint.putSigned(target, header.firstSequence());
        Varint.putSigned(target, header.lastSequence());
        for (BucketTally tally : header.tallies()) {
            Varint.put(target, tally.bucketId());
            Varint.put(target, tally.bytes());
            Varint.put(target, tally.needles());
        }
    }

    /** Reads the end block's payload, with {@code count} tallies, and completes the head. */
    public static End getEnd(ByteBuffer source, int count, HintHeader head) {
        Check.intact(source.remaining() >= CRC_SIZE, "the hint file's end is cut off");
        int fileCrc = source.getInt();
        long entries = Varint.get(source);
        long dataEndBytes = Varint.get(source);
        long firstSequence = Varint.getSigned(source);
        long lastSequence = Varint.getSigned(source);
        List<BucketTally> tallies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tallies.add(new BucketTally((int) Varint.get(source), Varint.get(source), Varint.get(source)));
        }
        Check.intact(!source.hasRemaining(), "the hint file's end is too long");
        HintHeader header = new HintHeader(
                head.storeId(), head.partition(), head.volume(), dataEndBytes, firstSequence, lastSequence, tallies);
        return new End(fileCrc, entries, header);
    }

    /** CRC32C of a range of the buffer, which is left as it was. */
    public static int crc(ByteBuffer bytes, int offset, int size) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(offset, size));
        return (int) crc.getValue();
    }
}
