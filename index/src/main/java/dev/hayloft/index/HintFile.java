package dev.hayloft.index;

import dev.hayloft.index.hint.HintFormat;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * All needles of one sealed volume, for rebuilding the index without reading the volume.
 *
 * <p><i>Threads:</i> any, each call on its own; a block in memory.
 *
 * <p><i>Durability:</i> a file that was written is on the disk when the call returns, whole; before that there is none.
 */
public final class HintFile {
    private final FileChannel channel;
    private final CRC32C fileCrc = new CRC32C();
    private ByteBuffer buffer =
            ByteBuffer.allocate(HintFormat.BLOCK_SIZE + HintFormat.CRC_SIZE).order(ByteOrder.LITTLE_ENDIAN);

    private HintFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Hands entries on in log order, once. */
    @FunctionalInterface
    public interface Source {
        void forEach(Consumer<HintEntry> entries);
    }

    /**
     * Writes a file whose figures are known before.
     *
     * @throws UncheckedIOException when it cannot be written; nothing is there then, or what was there before
     */
    public static void write(Path file, HintHeader header, Iterable<HintEntry> entries) {
        write(file, header, entries::forEach, () -> header);
    }

    /**
     * Writes a file whose figures are known only when the last entry has been handed on.
     *
     * @param header identity of the volume; its figures are not looked at
     * @param last asked after the source has returned; its identity is not looked at
     * @throws UncheckedIOException when it cannot be written; nothing is there then, or what was there before
     */
    public static void write(Path file, HintHeader header, Source entries, Supplier<HintHeader> last) {
        try {
            WholeFile.write(file, channel -> {
                HintWriter writer = new HintWriter(channel, header);
                entries.forEach(entry -> append(writer, entry));
                writer.finish(last.get());
            });
        } catch (IOException e) {
            throw new UncheckedIOException("hint file cannot be written: " + file, e);
        }
    }

    private static void append(HintWriter writer, HintEntry entry) {
        try {
            writer.append(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a file.
     *
     * @param visitor gets the entries in the order of the log. What it got is worth nothing when this throws
     * @throws CorruptionException when any bit is not as it was written, or the file is of a later version
     * @throws UncheckedIOException when it cannot be read
     */
    public static HintHeader read(Path file, Consumer<HintEntry> visitor) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new HintFile(channel).read(visitor);
        } catch (IOException e) {
            throw new UncheckedIOException("hint file cannot be read: " + file, e);
        } catch (CorruptionException e) {
            throw e.with("file", file.getFileName());
        }
    }

    private HintHeader read(Consumer<HintEntry> visitor) throws IOException {
        fill(HintFormat.HEAD_SIZE);
        HintHeader head = HintFormat.getHead(buffer);
        long entries = 0;
        while (true) {
            int crcBefore = (int) fileCrc.getValue();
            fill(HintFormat.BLOCK_HEAD_SIZE);
            int kind = buffer.getInt();
            int size = buffer.getInt();
            int count = buffer.getInt();
            checkBlockHead(kind, size, count);
            CRC32C blockCrc = new CRC32C();
            blockCrc.update(buffer.flip());
            fill(size + HintFormat.CRC_SIZE);
            blockCrc.update(buffer.slice(0, size));
            Check.intact(buffer.getInt(size) == (int) blockCrc.getValue(), "a hint block's checksum is wrong");
            buffer.limit(size);
            if (kind == HintFormat.KIND_END) {
                HintFormat.End end = HintFormat.getEnd(buffer, count, head);
                Check.intact(end.fileCrc() == crcBefore && end.entries() == entries, "hint blocks are missing");
                Check.intact(channel.position() == channel.size(), "the hint file goes on after its end");
                return end.header();
            }
            visit(count, head.volume(), visitor);
            entries += count;
        }
    }

    private void checkBlockHead(int kind, int size, int count) throws IOException {
        Check.intact(
                (kind == HintFormat.KIND_ENTRIES || kind == HintFormat.KIND_END)
                        && size >= 0
                        && size <= HintFormat.BLOCK_SIZE_MAX
                        && size <= channel.size() - channel.position()
                        && count >= 0
                        && count <= size,
                "a hint block's head is damaged");
    }

    private void visit(int count, int volume, Consumer<HintEntry> visitor) {
        HintFormat.Context context = new HintFormat.Context(volume);
        for (int i = 0; i < count; i++) {
            visitor.accept(HintFormat.getEntry(buffer, context));
        }
        Check.intact(!buffer.hasRemaining(), "a hint block is longer than its hints");
    }

    /** Reads exactly so many bytes; the buffer then holds them, from position 0 to the limit. */
    private void fill(int size) throws IOException {
        if (size > buffer.capacity()) {
            buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear().limit(size);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new CorruptionException("the hint file is cut off").with("offsetBytes", channel.position());
            }
        }
        buffer.flip();
        fileCrc.update(buffer.duplicate());
    }
}
