package dev.hayloft.erasure.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes one shard's file from its first byte to its last. Threads: confined to one, but for {@link #force}. */
final class ShardFileWriter implements AutoCloseable {
    private final ShardLayout layout;
    private final int shard;
    private final FileChannel channel;
    private long position;
    private long forcedTo;

    ShardFileWriter(Path path, ShardLayout layout, int shard) throws IOException {
        this.layout = layout;
        this.shard = shard;
        Files.deleteIfExists(path);
        this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        append(ShardFormat.header(layout, shard));
    }

    /** The next bytes of the content; those behind the shard's end are left out. */
    void content(byte[] bytes, int length) throws IOException {
        long end = ShardFormat.headerSize(layout) + layout.length(shard);
        append(ByteBuffer.wrap(bytes, 0, (int) Math.min(length, Math.max(0, end - position))));
    }

    /** Bytes that no force was asked for yet. */
    long unforcedBytes() {
        return position - forcedTo;
    }

    /** A {@link #force} of what was written so far begins. */
    void forcing() {
        forcedTo = position;
    }

    /** Brings what was written before the call to the disk. Any thread. */
    void force() throws IOException {
        channel.force(false);
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
