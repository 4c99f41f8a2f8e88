package dev.hayloft.erasure.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A volume's own file while blocks of it are put right; opened, and made if it is gone, by the first of them. */
final class OwnFile implements AutoCloseable {
    private final Path path;
    private @Nullable FileChannel channel;

    OwnFile(Path path) {
        this.path = path;
    }

    void write(long offset, ByteBuffer bytes) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = open;
        }
        long at = offset;
        while (bytes.hasRemaining()) {
            at += open.write(bytes, at);
        }
    }

    /** Makes what was written durable, the file itself too. */
    void finish() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.force(true);
            try (FileChannel folder =
                    FileChannel.open(path.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
