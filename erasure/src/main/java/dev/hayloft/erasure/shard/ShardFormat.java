package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The shard file: one shard of one encoded volume. All integers are little-endian.
 *
 * <pre>
 *  offset size field
 *       0    4 magic           "HLSH"
 *       4    4 headerCrc       CRC32C of [8, headerSize)
 *       8    1 formatVersion   1
 *       9    1 flags           bit 0: the data shards are ranges of the volume's own file
 *      10    2 shard           number of this shard, data first
 *      12    4 headerSize      a multiple of 4096: the content begins there
 *      16   16 storeId         most significant byte first
 *      32   16 generation      the same in all files of one encoding, most significant byte first
 *      48    4 partition
 *      52    4 volume
 *      56    8 volumeBytes     of the volume's file
 *      64    8 dataEndBytes    where its last frame ends
 *      72    8 createdAtMillis of the volume
 *      80    8 sealedAtMillis  of the volume, -1 when not known
 *      88    2 dataShards      k
 *      90    2 parityShards    m
 *      92    4 blockSize       65536
 *      96      k + 1 cuts, u64 each; m rows of k coefficients, u8 each; zeros up to headerSize
 *              content: the shard's bytes; zeros up to a multiple of 8
 *              table: per shard, data first, a CRC32C of each of its blocks
 *     end-64   footer: magic "HLSF", footerCrc CRC32C of the rest of it, generation 16, tableOffset u64,
 *              tableSize u32, tableCrc CRC32C, 24 zeros
 * </pre>
 *
 * Every file has the checksums of all shards, so that any one tells which bytes of the others can be believed. Magic,
 * headerCrc, formatVersion and headerSize keep place and meaning in every later version. Frozen by ShardFormatTest;
 * explained in docs/formats.md.
 */
public final class ShardFormat {
    static final int MAGIC = 'H' | 'L' << 8 | 'S' << 16 | 'H' << 24;
    static final int FOOTER_MAGIC = 'H' | 'L' << 8 | 'S' << 16 | 'F' << 24;
    static final byte VERSION = 1;
    static final int FLAG_IN_PLACE = 1;
    static final int CRC_FROM = 8;
    static final int HEADER_SIZE_OFFSET = 12;
    static final int FIXED_SIZE = 96;
    static final int HEADER_ALIGNMENT = 4096;
    static final int HEADER_SIZE_MAX = 64 << 10;
    static final int CONTENT_ALIGNMENT = 8;
    static final int FOOTER_SIZE = 64;
    private static final int FOOTER_CRC_FROM = 8;
    private static final long SEALED_UNKNOWN = -1;

    private ShardFormat() {}

    /** What a header says. */
    record Header(ShardLayout layout, int shard, int headerSize) {}

    /** What a footer says. */
    record Footer(UUID generation, long tableOffset, int tableSize, int tableCrc) {}

    /** Bytes of the header of every file of a set. */
    static int headerSize(ShardLayout layout) {
        int size = FIXED_SIZE
                + (layout.dataShards() + 1) * Long.BYTES
                + layout.matrix().parityShards() * layout.dataShards();
        return (size + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    }

    /** Where the table of checksums stands in a file. */
    static long tableOffset(ShardLayout layout, int shard) {
        long end = headerSize(layout) + layout.length(shard);
        return (end + CONTENT_ALIGNMENT - 1) / CONTENT_ALIGNMENT * CONTENT_ALIGNMENT;
    }

    static ByteBuffer header(ShardLayout layout, int shard) {
        int size = headerSize(layout);
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC).putInt(0);
        bytes.put(VERSION).put((byte) (layout.inPlace() ? FLAG_IN_PLACE : 0));
        bytes.putShort((short) shard).putInt(size);
        put(bytes, layout.storeId());
        put(bytes, layout.generation());
        bytes.putInt(layout.partition()).putInt(layout.volume());
        bytes.putLong(layout.volumeBytes()).putLong(layout.dataEndBytes());
        bytes.putLong(layout.createdAtMillis()).putLong(layout.sealedAtMillis().orElse(SEALED_UNKNOWN));
        bytes.putShort((short) layout.dataShards())
                .putShort((short) layout.matrix().parityShards());
        bytes.putInt(ShardLayout.BLOCK_SIZE);
        Check.invariant(bytes.position() == FIXED_SIZE, "the fixed part of a shard's header is 96 bytes");
        layout.cuts().forEach(bytes::putLong);
        for (int j = 0; j < layout.matrix().parityShards(); j++) {
            for (int coefficient : layout.matrix().row(j)) {
                bytes.put((byte) coefficient);
            }
        }
        bytes.putInt(Integer.BYTES, crc(bytes, CRC_FROM, size));
        return bytes.clear();
    }

    /** How many bytes the header takes, by the first of them. */
    static int headerSize(ByteBuffer start) {
        ByteBuffer bytes = start.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(bytes.remaining() >= FIXED_SIZE && bytes.getInt(0) == MAGIC, "A shard's header is damaged.");
        int size = bytes.getInt(HEADER_SIZE_OFFSET);
        Check.intact(
                size >= HEADER_ALIGNMENT && size <= HEADER_SIZE_MAX && size % HEADER_ALIGNMENT == 0,
                "A shard's header is damaged.");
        return size;
    }

    static Header parseHeader(ByteBuffer header) {
        ByteBuffer bytes = header.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int size = headerSize(bytes);
        Check.intact(
                bytes.remaining() >= size && crc(bytes, CRC_FROM, size) == bytes.getInt(Integer.BYTES),
                "A shard's header is damaged.");
        bytes.position(CRC_FROM);
        int version = bytes.get();
        int flags = bytes.get();
        if (version > VERSION || (flags & ~FLAG_IN_PLACE) != 0) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "A newer Hayloft wrote a shard; start that version.")
                    .with("formatVersion", version)
                    .with("flags", flags);
        }
        int shard = bytes.getShort() & 0xFFFF;
        bytes.getInt();
        UUID storeId = uuid(bytes);
        UUID generation = uuid(bytes);
        int partition = bytes.getInt();
        int volume = bytes.getInt();
        long volumeBytes = bytes.getLong();
        long dataEndBytes = bytes.getLong();
        long createdAt = bytes.getLong();
        long sealedAt = bytes.getLong();
        int dataShards = bytes.getShort() & 0xFFFF;
        int parityShards = bytes.getShort() & 0xFFFF;
        Check.intact(bytes.getInt() == ShardLayout.BLOCK_SIZE, "A shard has blocks of another size.");
        try {
            ShardLayout layout = new ShardLayout(
                    storeId,
                    partition,
                    volume,
                    generation,
                    (flags & FLAG_IN_PLACE) != 0,
                    volumeBytes,
                    dataEndBytes,
                    createdAt,
                    sealedAt == SEALED_UNKNOWN ? OptionalLong.empty() : OptionalLong.of(sealedAt),
                    cuts(bytes, dataShards),
                    matrix(bytes, dataShards, parityShards));
            Check.intact(shard < layout.shards(), "A shard's number is too high.");
            return new Header(layout, shard, size);
        } catch (IllegalArgumentException impossible) {
            throw new CorruptionException("A shard's header makes no sense.", impossible);
        }
    }

    private static List<Long> cuts(ByteBuffer bytes, int dataShards) {
        List<Long> cuts = new ArrayList<>();
        for (int i = 0; i <= dataShards; i++) {
            cuts.add(bytes.getLong());
        }
        return cuts;
    }

    private static CodingMatrix matrix(ByteBuffer bytes, int dataShards, int parityShards) {
        int[][] rows = new int[parityShards][dataShards];
        for (int[] row : rows) {
            for (int i = 0; i < dataShards; i++) {
                row[i] = bytes.get() & 0xFF;
            }
        }
        return CodingMatrix.ofRows(rows);
    }

    static ByteBuffer footer(Footer footer) {
        ByteBuffer bytes = ByteBuffer.allocate(FOOTER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(FOOTER_MAGIC).putInt(0);
        put(bytes, footer.generation());
        bytes.putLong(footer.tableOffset()).putInt(footer.tableSize()).putInt(footer.tableCrc());
        bytes.putInt(Integer.BYTES, crc(bytes, FOOTER_CRC_FROM, FOOTER_SIZE));
        return bytes.clear();
    }

    static Footer parseFooter(ByteBuffer footer) {
        ByteBuffer bytes = footer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(
                bytes.remaining() == FOOTER_SIZE
                        && bytes.getInt(0) == FOOTER_MAGIC
                        && crc(bytes, FOOTER_CRC_FROM, FOOTER_SIZE) == bytes.getInt(Integer.BYTES),
                "A shard's footer is damaged.");
        bytes.position(FOOTER_CRC_FROM);
        return new Footer(uuid(bytes), bytes.getLong(), bytes.getInt(), bytes.getInt());
    }

    static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }

    private static void put(ByteBuffer bytes, UUID uuid) {
        bytes.order(ByteOrder.BIG_ENDIAN)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static UUID uuid(ByteBuffer bytes) {
        bytes.order(ByteOrder.BIG_ENDIAN);
        UUID uuid = new UUID(bytes.getLong(), bytes.getLong());
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        return uuid;
    }
}
