package dev.hayloft.erasure.shard;

import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a shard's file says of itself.
 *
 * @param path the file
 * @param layout of its set
 * @param shard its number
 */
public record ShardFile(Path path, ShardLayout layout, int shard) {
    /**
     * Reads the header.
     *
     * @throws CorruptionException when it is damaged
     * @throws IOException when the file cannot be read
     */
    public static ShardFile open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer start = read(channel, 0, ShardFormat.HEADER_ALIGNMENT);
            ByteBuffer header = read(channel, 0, ShardFormat.headerSize(start));
            ShardFormat.Header parsed = ShardFormat.parseHeader(header);
            return new ShardFile(path, parsed.layout(), parsed.shard());
        } catch (CorruptionException damaged) {
            throw damaged.with("file", path);
        }
    }

    /** Where the content begins in the file. */
    public long contentOffset() {
        return ShardFormat.headerSize(layout);
    }

    /** Bytes of the whole file of a shard. */
    static long sizeOf(ShardLayout layout, int shard) {
        return ShardFormat.tableOffset(layout, shard) + BlockTable.sizeOf(layout) + ShardFormat.FOOTER_SIZE;
    }

    /**
     * Reads footer and table, and checks all that is not content: the padding too.
     *
     * @throws CorruptionException when anything is not as it was written
     * @throws IOException when the file cannot be read
     */
    public BlockTable table() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = sizeOf(layout, shard);
            Check.intact(channel.size() == size, "A shard's file has another length.");
            ShardFormat.Footer footer =
                    ShardFormat.parseFooter(read(channel, size - ShardFormat.FOOTER_SIZE, ShardFormat.FOOTER_SIZE));
            int tableSize = BlockTable.sizeOf(layout);
            long tableOffset = ShardFormat.tableOffset(layout, shard);
            Check.intact(
                    footer.generation().equals(layout.generation())
                            && footer.tableOffset() == tableOffset
                            && footer.tableSize() == tableSize,
                    "A shard's footer is of another file.");
            long contentEnd = contentOffset() + layout.length(shard);
            ByteBuffer padding = read(channel, contentEnd, (int) (tableOffset - contentEnd));
            while (padding.hasRemaining()) {
                Check.intact(padding.get() == 0, "A shard's padding is not zero.");
            }
            ByteBuffer table = read(channel, tableOffset, tableSize);
            Check.intact(ShardFormat.crc(table, 0, tableSize) == footer.tableCrc(), "A shard's table is damaged.");
            return BlockTable.parse(layout, table);
        } catch (CorruptionException damaged) {
            throw damaged.with("file", path);
        }
    }

    /** Whether the file is there with the length that it was written with. */
    static boolean hasItsLength(Path path, ShardLayout layout, int shard) {
        try {
            return Files.size(path) == sizeOf(layout, shard);
        } catch (IOException absent) {
            return false;
        }
    }

    private static ByteBuffer read(FileChannel channel, long offset, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new CorruptionException("A shard's file is cut off.");
            }
        }
        return bytes.flip();
    }
}
