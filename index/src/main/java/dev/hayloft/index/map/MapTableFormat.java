package dev.hayloft.index.map;

import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The index state file: which map file serves which hashes. Little-endian.
 *
 * <pre>
 *  offset size field
 *       0    4 magic       0x58444948, the letters HIDX
 *       4    4 version     1
 *       8    4 nextId      no file has this id or a higher one
 *      12    4 count       number of maps, 1..65536
 *      16   20 per map     id (4), depth (4), prefix (4), capacity (8)
 *       …    4 crc         CRC32C of all before
 * </pre>
 *
 * Written by temporary file, force and rename: a file is whole or damaged, never half new.
 */
public final class MapTableFormat {
    static final int MAGIC = 0x58444948;
    static final int VERSION = 1;

    private static final int HEADER_SIZE = 16;
    private static final int MAP_SIZE = 20;
    private static final int CRC_SIZE = 4;
    private static final int COUNT_MAX = 1 << MapTable.DEPTH_MAX;

    private MapTableFormat() {}

    /** One map as the file names it. */
    public record Entry(int id, int depth, int prefix, long capacity) {}

    /** What the file says. */
    public record State(int nextId, List<Entry> entries) {
        public State {
            entries = List.copyOf(entries);
        }
    }

    /** The file's bytes, position 0 to the limit. */
    public static ByteBuffer encode(State state) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_SIZE + state.entries().size() * MAP_SIZE + CRC_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC)
                .putInt(VERSION)
                .putInt(state.nextId())
                .putInt(state.entries().size());
        for (Entry entry : state.entries()) {
            bytes.putInt(entry.id())
                    .putInt(entry.depth())
                    .putInt(entry.prefix())
                    .putLong(entry.capacity());
        }
        bytes.putInt(crc(bytes.duplicate().flip()));
        return bytes.flip();
    }

    /**
     * Reads the whole file from position to limit.
     *
     * @throws CorruptionException when any byte is not as it was written, or the file is of a later version
     */
    public static State decode(ByteBuffer file) {
        ByteBuffer bytes = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(bytes.remaining() >= HEADER_SIZE + CRC_SIZE, "the index state file is too short");
        Check.intact(bytes.getInt(0) == MAGIC, "the index state file does not begin as one");
        if (bytes.getInt(4) > VERSION) {
            throw new CorruptionException("the index state file was written by a newer Hayloft")
                    .with("version", bytes.getInt(4));
        }
        int crcAt = bytes.limit() - CRC_SIZE;
        Check.intact(bytes.getInt(crcAt) == crc(bytes.slice(0, crcAt)), "the index state file's checksum is wrong");
        int count = bytes.getInt(12);
        Check.intact(
                bytes.getInt(4) == VERSION
                        && count >= 1
                        && count <= COUNT_MAX
                        && crcAt == HEADER_SIZE + count * MAP_SIZE,
                "the index state file's size is wrong");
        List<Entry> entries = new ArrayList<>(count);
        bytes.position(HEADER_SIZE);
        for (int i = 0; i < count; i++) {
            entries.add(checked(new Entry(bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getLong())));
        }
        return new State(bytes.getInt(8), entries);
    }

    private static Entry checked(Entry entry) {
        Check.intact(
                entry.depth() >= 0
                        && entry.depth() <= MapTable.DEPTH_MAX
                        && entry.prefix() >= 0
                        && entry.prefix() < 1 << entry.depth()
                        && entry.capacity() > 0,
                "the index state file names an impossible map");
        return entry;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
