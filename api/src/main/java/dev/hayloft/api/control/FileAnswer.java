package dev.hayloft.api.control;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.StreamedAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** A file as an answer, some hundred KiB at a time. Closes the file. */
final class FileAnswer extends StreamedAnswer {
    private static final int PIECE_BYTES = 256 << 10;

    private final FileChannel file;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    private long left;

    /** An answer with so many bytes of a file, from its beginning. */
    FileAnswer(Exchange exchange, FileChannel file, long sizeBytes) {
        super(exchange);
        this.file = file;
        this.left = sizeBytes;
    }

    @Override
    protected @Nullable ByteBuffer next() {
        piece.clear();
        if (left < piece.remaining()) {
            piece.limit((int) left);
        }
        try {
            while (piece.hasRemaining()) {
                if (file.read(piece) < 0) {
                    throw new IOException("the file has become shorter");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        left -= piece.position();
        return piece.flip();
    }

    @Override
    protected boolean isAtEnd() {
        return left == 0;
    }

    @Override
    protected void close() {
        close(file);
    }

    static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
