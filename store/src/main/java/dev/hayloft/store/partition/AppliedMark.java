package dev.hayloft.store.partition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How far the point index follows the log, noted in a small file that is never forced: after the death of the process
 * the operating system still has it, and after anything worse the index is thrown away and the mark with it.
 *
 * <p><i>Format:</i> little-endian, 32 bytes.
 *
 * <pre>
 *  offset size field
 *       0    4 magic     "HLAP"
 *       4    4 version   1
 *       8    8 sequence  of the last mutation in the index
 *      16    8 position  of its frame
 *      24    4 zero
 *      28    4 crc       CRC32C of bytes [0, 28)
 * </pre>
 *
 * <p><i>Threads:</i> {@link #note} by whoever publishes, one at a time.
 */
final class AppliedMark implements AutoCloseable {
    private static final int MAGIC = 'H' | 'L' << 8 | 'A' << 16 | 'P' << 24;
    private static final int VERSION = 1;
    private static final int SIZE = 32;
    private static final int CRC_OFFSET = SIZE - Integer.BYTES;
    private static final long STEP = 1024;

    /**
     * What the file says.
     *
     * @param sequence of the last mutation in the index
     * @param position of its frame
     */
    record Applied(long sequence, long position) {}

    private final FileChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private long written; // The sequence in the last mark; one too low is only written sooner.

    private AppliedMark(FileChannel channel) {
        this.channel = channel;
    }

    static AppliedMark open(Path file) {
        try {
            return new AppliedMark(FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file says, if it is there and whole. */
    static Optional<Applied> read(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) != SIZE) {
                return Optional.empty();
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            boolean whole =
                    bytes.getInt(0) == MAGIC && bytes.getInt(4) == VERSION && bytes.getInt(CRC_OFFSET) == crc(bytes);
            return whole ? Optional.of(new Applied(bytes.getLong(8), bytes.getLong(16))) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes progress; writes now and then, since an old mark only means a longer replay. */
    void note(long sequence, long position) {
        if (sequence - written >= STEP) {
            write(sequence, position);
        }
    }

    /** Writes at once. */
    void write(long sequence, long position) {
        bytes.clear();
        bytes.putInt(0, MAGIC)
                .putInt(4, VERSION)
                .putLong(8, sequence)
                .putLong(16, position)
                .putInt(24, 0);
        bytes.putInt(CRC_OFFSET, crc(bytes));
        try {
            channel.write(bytes.limit(SIZE), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written = sequence;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CRC_OFFSET));
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
