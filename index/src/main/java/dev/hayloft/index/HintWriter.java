package dev.hayloft.index;

import dev.hayloft.index.hint.HintFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Writes one hint file in log order, a block in memory.
 *
 * <p><i>Threads:</i> one.
 */
final class HintWriter {
    private final FileChannel channel;
    private final HintHeader header;
    private final CRC32C fileCrc = new CRC32C();
    private ByteBuffer block = ByteBuffer.allocate(
                    HintFormat.BLOCK_HEAD_SIZE + HintFormat.BLOCK_SIZE + HintFormat.CRC_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN);
    private HintFormat.Context context;
    private int blockEntries;
    private long entries;

    HintWriter(FileChannel channel, HintHeader header) throws IOException {
        this.channel = channel;
        this.header = header;
        this.context = new HintFormat.Context(header.volume());
        HintFormat.putHead(block, header);
        writeBlock();
    }

    void append(HintEntry entry) throws IOException {
        if (block.remaining() < HintFormat.ENTRY_SIZE_MAX + HintFormat.CRC_SIZE) {
            endEntries();
        }
        HintFormat.putEntry(block, entry, context);
        blockEntries++;
        entries++;
    }

    void finish(HintHeader last) throws IOException {
        if (blockEntries > 0) {
            endEntries();
        }
        HintFormat.End end = new HintFormat.End((int) fileCrc.getValue(), entries, last);
        int size = HintFormat.BLOCK_HEAD_SIZE + HintFormat.endSizeMax(last) + HintFormat.CRC_SIZE;
        if (size > block.capacity()) {
            block = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        block.clear().position(HintFormat.BLOCK_HEAD_SIZE);
        HintFormat.putEnd(block, end);
        endBlock(HintFormat.KIND_END, last.tallies().size());
    }

    private void endEntries() throws IOException {
        endBlock(HintFormat.KIND_ENTRIES, blockEntries);
        context = new HintFormat.Context(header.volume());
        blockEntries = 0;
    }

    private void endBlock(int kind, int count) throws IOException {
        int size = block.position();
        block.putInt(0, kind).putInt(4, size - HintFormat.BLOCK_HEAD_SIZE).putInt(8, count);
        block.putInt(HintFormat.crc(block, 0, size));
        writeBlock();
    }

    private void writeBlock() throws IOException {
        block.flip();
        fileCrc.update(block.duplicate());
        while (block.hasRemaining()) {
            channel.write(block);
        }
        block.clear().position(HintFormat.BLOCK_HEAD_SIZE);
    }
}
