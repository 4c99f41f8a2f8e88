package dev.hayloft.api.ciaos;

import com.google.flatbuffers.Table;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.IntConsumer;

/**
 * Lists of blobs as FlatBuffers of the schema
 *
 * <pre>
 *  table FileData { data: [ubyte]; }
 *  table FileDataList { files: [FileData]; }
 *  root_type FileDataList;
 * </pre>
 *
 * <p>Read from any legal buffer; every offset is checked before the library follows it. Written as the public clients
 * and servers write it, byte for byte; all integers are little-endian:
 *
 * <pre>
 *  offset      size  field
 *       0         4  4, where the root stands
 *       4         4  4 - V
 *       8         4  4
 *      12         4  n, count of blobs
 *      16       4 n  for each blob i: T(i) minus the place of this field
 *  16 + 4n           for i = n-1 down to 1, at T(i): T(i) - V (4), 4 (4), length (4), data, zeros
 *       V         6  6 (2), 8 (2), 4 (2)
 *    T(0)            6 (4), 4 (4), length (4), data, zeros up to a multiple of 4
 * </pre>
 *
 * T(0) and every other T(i) stand at multiples of 4, so V is 2 more than one: the zeros before it, behind blob 1 or, of
 * a single blob, behind the head, go up to there; all others up to a multiple of 4.
 *
 * <p>Frozen by BlobsFormatTest.
 */
final class BlobsFormat {
    static final int HEAD_SIZE = 16;
    static final int BLOB_HEAD_SIZE = 12;
    static final int VTABLE_SIZE = 6;

    private static final int ALIGNMENT = 4;

    private static final int FIELD_DATA_OR_FILES = 4;
    private static final int TABLES_MAX = 1_000_000;
    private static final long APPARENT_SIZE_MAX = 1L << 30;
    private static final String BAD = "Failed to parse FlatBuffers data: ";

    private BlobsFormat() {}

    /**
     * The blobs of a buffer.
     *
     * @param buffer from position 0 to the limit
     * @return slices of the buffer, read-only, in the order of the list
     * @throws CiaosRefusal when it is no such buffer, or has no blobs
     */
    static List<ByteBuffer> read(ByteBuffer buffer) {
        return read(buffer, count -> {});
    }

    /**
     * As above, telling how many there may be before there is anything of them in memory.
     *
     * @param counted may throw, which ends the call
     */
    static List<ByteBuffer> read(ByteBuffer buffer, IntConsumer counted) {
        ByteBuffer bytes = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        new Verifier(bytes).verifyList();
        FileDataList list = new FileDataList(bytes);
        if (list.count() < 0) {
            throw CiaosRefusal.text(400, "No files found in FlatBuffers data");
        }
        counted.accept(list.count());
        Slices blobs = new Slices(bytes, list.count());
        FileData file = new FileData();
        long apparent = 0;
        for (int i = 0; i < list.count(); i++) {
            list.file(i, file);
            int size = file.size();
            apparent += Math.max(0, size);
            if (apparent > Math.max(APPARENT_SIZE_MAX, bytes.limit())) {
                throw bad("ApparentSizeTooLarge");
            }
            if (size >= 0) { // One without data is passed over, as the original does.
                blobs.add(file.start(), size);
            }
        }
        if (blobs.isEmpty()) {
            throw CiaosRefusal.bare(400, "No data in data list");
        }
        return blobs;
    }

    /** Parts of a buffer, each made when it is asked for: there may be a million of nothing. */
    private static final class Slices extends AbstractList<ByteBuffer> implements RandomAccess {
        private final ByteBuffer bytes;
        private final int[] starts;
        private final int[] sizes;
        private int count;

        Slices(ByteBuffer bytes, int countMax) {
            this.bytes = bytes;
            this.starts = new int[countMax];
            this.sizes = new int[countMax];
        }

        void add(int start, int size) {
            starts[count] = start;
            sizes[count++] = size;
        }

        @Override
        public ByteBuffer get(int index) {
            Objects.checkIndex(index, count);
            return bytes.slice(starts[index], sizes[index]).asReadOnlyBuffer();
        }

        @Override
        public int size() {
            return count;
        }
    }

    static CiaosRefusal bad(String detail) {
        return CiaosRefusal.text(400, BAD + detail);
    }

    /** What {@code flatc} would make of the root. */
    private static final class FileDataList extends Table {
        FileDataList(ByteBuffer bytes) {
            __reset(bytes.getInt(0), bytes);
        }

        /** Entries; -1 without the field. */
        int count() {
            int field = __offset(FIELD_DATA_OR_FILES);
            return field == 0 ? -1 : __vector_len(field);
        }

        void file(int index, FileData target) {
            target.reset(__indirect(__vector(__offset(FIELD_DATA_OR_FILES)) + index * Integer.BYTES), bb);
        }
    }

    /** What {@code flatc} would make of an entry. */
    private static final class FileData extends Table {
        void reset(int at, ByteBuffer bytes) {
            __reset(at, bytes);
        }

        /** Bytes; -1 without the field. */
        int size() {
            int field = __offset(FIELD_DATA_OR_FILES);
            return field == 0 ? -1 : __vector_len(field);
        }

        int start() {
            return __vector(__offset(FIELD_DATA_OR_FILES));
        }
    }

    /** Follows every offset that a reader would follow, and none of them out of the buffer. */
    private static final class Verifier {
        private final ByteBuffer bytes;

        Verifier(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        void verifyList() {
            long files = field(follow(0));
            if (files == 0) {
                return;
            }
            long vector = follow(files);
            long count = unsigned(vector);
            if (count > TABLES_MAX) {
                throw bad("TooManyTables");
            }
            range(vector + Integer.BYTES, count * Integer.BYTES);
            for (long i = 0; i < count; i++) {
                long data = field(follow(vector + Integer.BYTES + i * Integer.BYTES));
                if (data != 0) {
                    long content = follow(data);
                    range(content + Integer.BYTES, unsigned(content));
                }
            }
        }

        /** Where the offset at this place leads. */
        private long follow(long at) {
            return at + unsigned(at);
        }

        /** The place of a table's only field; 0 when it is absent. */
        private long field(long table) {
            long vtable = table - signed(table);
            range(vtable, Short.BYTES);
            aligned(vtable, Short.BYTES);
            int size = bytes.getShort((int) vtable) & 0xFFFF;
            aligned(size, Short.BYTES);
            range(vtable, size);
            if (size < FIELD_DATA_OR_FILES + Short.BYTES) {
                return 0;
            }
            int offset = bytes.getShort((int) vtable + FIELD_DATA_OR_FILES) & 0xFFFF;
            return offset == 0 ? 0 : table + offset;
        }

        private long unsigned(long at) {
            return signed(at) & 0xFFFF_FFFFL;
        }

        private int signed(long at) {
            aligned(at, Integer.BYTES);
            range(at, Integer.BYTES);
            return bytes.getInt((int) at);
        }

        private void range(long from, long size) {
            if (from < 0 || from + size > bytes.limit()) {
                throw bad("RangeOutOfBounds { range: " + from + ".." + (from + size) + " }");
            }
        }

        private static void aligned(long at, int to) {
            if (at % to != 0) {
                throw bad("Unaligned { position: " + at + " }");
            }
        }
    }

    /** Bytes of the buffer that holds these blobs. */
    static long size(BlobLengths blobs) {
        return vtable(blobs) + VTABLE_SIZE + BLOB_HEAD_SIZE + blobs.length(0) + padding(blobs, 0);
    }

    /** Where the one vtable stands. */
    static long vtable(BlobLengths blobs) {
        long at = HEAD_SIZE + (long) Integer.BYTES * blobs.count();
        for (int i = 1; i < blobs.count(); i++) {
            at += BLOB_HEAD_SIZE + blobs.length(i) + padding(blobs, i);
        }
        return blobs.count() == 1 ? at + Short.BYTES : at;
    }

    /** Zeros behind a blob's data. */
    static int padding(BlobLengths blobs, int index) {
        long end = index == 1 ? blobs.length(index) + Short.BYTES : blobs.length(index);
        return (int) -end & (ALIGNMENT - 1);
    }

    /** Everything before the first blob that is written, or of a single one before its vtable. */
    static ByteBuffer head(BlobLengths blobs) {
        int count = blobs.count();
        int gap = count == 1 ? Short.BYTES : 0;
        ByteBuffer head =
                ByteBuffer.allocate(HEAD_SIZE + Integer.BYTES * count + gap).order(ByteOrder.LITTLE_ENDIAN);
        long at = head.capacity();
        for (int i = count - 1; i > 0; i--) {
            int place = HEAD_SIZE + Integer.BYTES * i;
            head.putInt(place, (int) (at - place));
            at += BLOB_HEAD_SIZE + blobs.length(i) + padding(blobs, i);
        }
        head.putInt(HEAD_SIZE, (int) (at + VTABLE_SIZE - HEAD_SIZE));
        head.putInt(0, 4).putInt(4, (int) (4 - at)).putInt(8, 4).putInt(12, count);
        return head;
    }

    /**
     * Before the data of a blob; the first blob's follows the vtable and points back to it.
     *
     * @param back bytes from the blob's table to the vtable; not looked at for the first blob
     */
    static ByteBuffer blobHead(BlobLengths blobs, int index, long back) {
        ByteBuffer head = ByteBuffer.allocate(BLOB_HEAD_SIZE + (index == 0 ? VTABLE_SIZE : 0))
                .order(ByteOrder.LITTLE_ENDIAN);
        if (index == 0) {
            head.putShort((short) 6).putShort((short) 8).putShort((short) 4);
            head.putInt(VTABLE_SIZE);
        } else {
            head.putInt((int) -back);
        }
        return head.putInt(4).putInt((int) blobs.length(index)).flip();
    }
}
