package dev.hayloft.erasure.shard;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A new file that is written from its first byte to its last and read back, past the page cache where the file system
 * takes that: nothing is copied there, nothing that readers want is driven out of it, and what is read back comes from
 * the disk.
 *
 * <p><i>Threads:</i> confined to one, but for what is said; whole pieces are written by the executor, one at a time.
 */
final class BulkFile implements AutoCloseable {
    /** Every file system with blocks of this size, or of a part of it, can be written past the cache. */
    private static final int ALIGNMENT = 4096;

    private static final int PIECES = 2;

    private final Path path;
    private final FileChannel channel;
    private final boolean isDirect;
    private final int pieceBytes;
    private final Executor disk;
    private final ByteBuffer[] pieces = new ByteBuffer[PIECES];
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private int current;
    private long position;

    /** Bytes that the file has; written by the executor, read by any thread. */
    private volatile long writtenTo;

    /**
     * Makes the file; what stands at its path is replaced.
     *
     * @param pieceBytes written at a time, a multiple of 64 KiB; twice as much is held in memory
     * @param disk writes them, in order
     */
    BulkFile(Path path, int pieceBytes, Executor disk) throws IOException {
        this.path = path;
        this.pieceBytes = pieceBytes;
        this.disk = disk;
        Files.deleteIfExists(path);
        FileChannel direct = openDirect(path);
        this.isDirect = direct != null;
        this.channel = direct == null ? open(path, Set.of()) : direct;
        ByteBuffer all = aligned(PIECES * pieceBytes);
        for (int i = 0; i < PIECES; i++) {
            pieces[i] = all.slice(i * pieceBytes, pieceBytes);
        }
    }

    private static @Nullable FileChannel openDirect(Path path) throws IOException {
        long block =
                Files.getFileStore(path.toAbsolutePath().resolveSibling(".")).getBlockSize();
        if (block <= 0 || ALIGNMENT % block != 0) {
            return null;
        }
        try {
            return open(path, Set.of(ExtendedOpenOption.DIRECT));
        } catch (UnsupportedOperationException | IOException refused) {
            Files.deleteIfExists(path); // Some have made it before they refuse; others fail again, and then say why.
            return null;
        }
    }

    private static FileChannel open(Path path, Set<? extends OpenOption> how) throws IOException {
        Set<OpenOption> options = new HashSet<>(how);
        options.add(StandardOpenOption.CREATE_NEW);
        options.add(StandardOpenOption.READ);
        options.add(StandardOpenOption.WRITE);
        return FileChannel.open(path, options);
    }

    private static ByteBuffer aligned(int size) {
        return ByteBuffer.allocateDirect(size + ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .slice(0, size);
    }

    /** Bytes that were appended. */
    long position() {
        return position;
    }

    /** Bytes of them that the file has by now, a multiple of the piece until it is finished. Any thread. */
    long writtenTo() {
        return writtenTo;
    }

    /** Adds bytes at the end; waits for those before the last piece. */
    void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            ByteBuffer piece = pieces[current];
            int size = Math.min(piece.remaining(), bytes.remaining());
            piece.put(piece.position(), bytes, bytes.position(), size);
            piece.position(piece.position() + size);
            bytes.position(bytes.position() + size);
            position += size;
            if (!piece.hasRemaining()) {
                flush();
            }
        }
    }

    private void flush() throws IOException {
        ByteBuffer piece = pieces[current].flip();
        await(); // The other piece is free then, too.
        long end = position;
        long at = end - piece.remaining();
        underWay = CompletableFuture.runAsync(() -> write(piece, at, end), disk);
        current = (current + 1) % PIECES;
        pieces[current].clear();
    }

    private void write(ByteBuffer piece, long at, long end) {
        try {
            if (isDirect && piece.limit() % ALIGNMENT != 0) { // The last one: what is too much is cut off.
                int size = piece.limit();
                piece.limit((size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
                for (int i = size; i < piece.limit(); i++) {
                    piece.put(i, (byte) 0);
                }
            }
            while (piece.hasRemaining()) {
                channel.write(piece, at + piece.position());
            }
            writtenTo = end;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void await() throws IOException {
        try {
            underWay.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException failed) {
                throw failed.getCause();
            }
            throw e;
        }
    }

    /** Brings to the disk what the file has by now, where it is not there already. Any thread. */
    void force() throws IOException {
        if (!isDirect) {
            channel.force(false);
        }
    }

    /** Writes the rest; all of it is durable at return. */
    void finish() throws IOException {
        flush();
        await();
        if (isDirect) {
            channel.truncate(position);
        }
        channel.force(true);
    }

    /** An empty buffer for {@link #read}: as large as a piece. */
    ByteBuffer buffer() {
        return aligned(pieceBytes);
    }

    /**
     * Reads from an offset, which is a multiple of 4 KiB, up to the buffer's limit. Any thread.
     *
     * @param bytes of {@link #buffer}, from 0
     * @return false when the file ends before
     */
    boolean read(long offset, ByteBuffer bytes) throws IOException {
        int size = bytes.limit();
        int whole = isDirect ? size / ALIGNMENT * ALIGNMENT : size;
        if (!fill(channel, offset, bytes.limit(whole), isDirect ? ALIGNMENT : 1)) {
            return false;
        }
        bytes.limit(size);
        if (whole == size) {
            return true;
        }
        try (FileChannel cached = FileChannel.open(path, StandardOpenOption.READ)) {
            return fill(cached, offset, bytes, 1);
        }
    }

    /** Only the file's end lies elsewhere than at a multiple of the alignment. */
    private static boolean fill(FileChannel channel, long offset, ByteBuffer bytes, int alignment) throws IOException {
        while (bytes.hasRemaining()) {
            if (bytes.position() % alignment != 0 || channel.read(bytes, offset + bytes.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Waits for what is under way, and closes the file as it is. */
    @Override
    public void close() throws IOException {
        underWay.exceptionally(failed -> null).join();
        channel.close();
    }
}
