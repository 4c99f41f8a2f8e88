package dev.hayloft.erasure.shard;

import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes one shard's file from its first byte to its last, and reads back what was forced.
 *
 * <p><i>Threads:</i> confined to one, but for {@link #force}, which one other may call at a time.
 */
final class ShardFileWriter implements AutoCloseable {
    private static final int CHECKED_BYTES = 4 * ShardLayout.BLOCK_SIZE;

    private final ShardLayout layout;
    private final int shard;
    private final Path path;
    private final FileChannel channel;
    private final int headerSize;
    private long position;
    private long forcedTo;

    /** Bytes of the content that were read back; of whoever forces. */
    private long checkedTo;

    ShardFileWriter(Path path, ShardLayout layout, int shard) throws IOException {
        this.layout = layout;
        this.shard = shard;
        Files.deleteIfExists(path);
        this.path = path;
        this.headerSize = ShardFormat.headerSize(layout);
        this.channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
        append(ShardFormat.header(layout, shard));
    }

    /** The next bytes of the content; those behind the shard's end are left out. */
    void content(byte[] bytes, int length) throws IOException {
        long end = headerSize + layout.length(shard);
        append(ByteBuffer.wrap(bytes, 0, (int) Math.min(length, Math.max(0, end - position))));
    }

    /** Bytes that no force was asked for yet. */
    long unforcedBytes() {
        return position - forcedTo;
    }

    /** A {@link #force} of what was written so far begins; answers up to which byte of the content. */
    long forcing() {
        forcedTo = position;
        return position - headerSize;
    }

    /**
     * Brings what was written before the call to the disk, and reads the content's whole blocks back. Any thread.
     *
     * @param end up to which byte of the content
     * @param table has the checksums of all that
     * @throws CorruptionException when it is not what was written
     */
    void force(long end, BlockTable table) throws IOException {
        channel.force(false);
        check(end / ShardLayout.BLOCK_SIZE * ShardLayout.BLOCK_SIZE, table);
    }

    /** Table and footer; durable at return. */
    void finish(BlockTable table) throws IOException {
        long tableOffset = ShardFormat.tableOffset(layout, shard);
        append(ByteBuffer.allocate((int) (tableOffset - position)));
        ByteBuffer encoded = table.encode();
        int tableSize = encoded.remaining();
        int tableCrc = ShardFormat.crc(encoded, 0, tableSize);
        append(encoded);
        append(ShardFormat.footer(new ShardFormat.Footer(layout.generation(), tableOffset, tableSize, tableCrc)));
        channel.force(true);
    }

    /**
     * Reads back what was not yet of a file that is finished.
     *
     * @throws CorruptionException when it is not what was written
     */
    void check(BlockTable table) throws IOException {
        check(layout.length(shard), table);
        ShardFile.open(path).table();
    }

    private void check(long end, BlockTable table) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) Math.min(CHECKED_BYTES, end - checkedTo));
        while (checkedTo < end) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), end - checkedTo));
            long from = headerSize + checkedTo;
            while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
                // Once more.
            }
            if (bytes.hasRemaining() || !isRight(table, bytes.flip())) {
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

    private void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
