package dev.hayloft.erasure.shard;

import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard's file from its first byte to its last. Of a set that takes the place of the volume's own file, it
 * reads back from the disk what was forced; where that file stays, a scrub is soon enough to do so.
 *
 * <p><i>Threads:</i> confined to one, but for {@link #force}, which one other may call at a time.
 */
final class ShardFileWriter implements AutoCloseable {
    private static final int PIECE_BYTES_MAX = 1 << 20;
    private static final int PIECES_BYTES = 4 << 20;

    private final ShardLayout layout;
    private final int shard;
    private final Path path;
    private final BulkFile file;
    private final int headerSize;
    private long forcedTo;

    /** Bytes of the content that were read back; of whoever forces, as is the buffer. */
    private long checkedTo;

    private @Nullable ByteBuffer checked;

    /**
     * Makes the file.
     *
     * @param files that are written side by side: the more, the less memory for each
     * @param disk where it is written, in order
     */
    ShardFileWriter(Path path, ShardLayout layout, int shard, int files, Executor disk) throws IOException {
        this.layout = layout;
        this.shard = shard;
        this.path = path;
        this.headerSize = ShardFormat.headerSize(layout);
        int fitting = PIECES_BYTES / files / ShardLayout.BLOCK_SIZE * ShardLayout.BLOCK_SIZE;
        this.file = new BulkFile(path, Math.max(ShardLayout.BLOCK_SIZE, Math.min(PIECE_BYTES_MAX, fitting)), disk);
        file.append(ShardFormat.header(layout, shard));
    }

    /** The next bytes of the content; those behind the shard's end are left out. */
    void content(byte[] bytes, int length) throws IOException {
        long end = headerSize + layout.length(shard);
        file.append(ByteBuffer.wrap(bytes, 0, (int) Math.min(length, Math.max(0, end - file.position()))));
    }

    /** Bytes in the file that no force was asked for yet. */
    long unforcedBytes() {
        return file.writtenTo() - forcedTo;
    }

    /** A {@link #force} of what was written so far begins; answers up to which byte of the content. */
    long forcing() {
        forcedTo = file.writtenTo();
        return Math.min(forcedTo - headerSize, layout.length(shard));
    }

    /**
     * Brings what was written before the call to the disk, and reads the content's whole blocks back if that is to be
     * done. Any thread.
     *
     * @param end up to which byte of the content
     * @param table has the checksums of all that
     * @throws CorruptionException when it is not what was written
     */
    void force(long end, BlockTable table) throws IOException {
        file.force();
        check(end / ShardLayout.BLOCK_SIZE * ShardLayout.BLOCK_SIZE, table);
    }

    /** Table and footer; durable at return. */
    void finish(BlockTable table) throws IOException {
        long tableOffset = ShardFormat.tableOffset(layout, shard);
        file.append(ByteBuffer.allocate((int) (tableOffset - file.position())));
        ByteBuffer encoded = table.encode();
        int tableSize = encoded.remaining();
        int tableCrc = ShardFormat.crc(encoded, 0, tableSize);
        file.append(encoded);
        file.append(ShardFormat.footer(new ShardFormat.Footer(layout.generation(), tableOffset, tableSize, tableCrc)));
        file.finish();
    }

    /**
     * Reads back what is to be and was not yet, of a file that is finished; what stands around the content in any case.
     *
     * @throws CorruptionException when it is not what was written
     */
    void check(BlockTable table) throws IOException {
        check(layout.length(shard), table);
        ShardFile.open(path).table();
    }

    private void check(long end, BlockTable table) throws IOException {
        if (layout.inPlace()) {
            return;
        }
        ByteBuffer bytes = checked == null ? file.buffer() : checked;
        checked = bytes;
        while (checkedTo < end) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), end - checkedTo));
            long from = headerSize + checkedTo;
            if (!file.read(from, bytes) || !isRight(table, bytes.flip())) {
                throw new CorruptionException("A shard's file does not hold what was just written.")
                        .with("file", path)
                        .with("offset", from);
            }
            checkedTo += bytes.limit();
        }
    }

    private boolean isRight(BlockTable table, ByteBuffer bytes) {
        int end = bytes.limit();
        for (int from = 0; from < end; from += ShardLayout.BLOCK_SIZE) {
            bytes.limit(Math.min(end, from + ShardLayout.BLOCK_SIZE)).position(from);
            if (!table.isRight(shard, (int) ((checkedTo + from) / ShardLayout.BLOCK_SIZE), bytes)) {
                return false;
            }
        }
        bytes.limit(end);
        return true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
