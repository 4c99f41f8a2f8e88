package dev.hayloft.erasure.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that many read by position; opened by the first read, and anew when it was closed meanwhile, be it by an
 * interrupted reader or because the file was replaced.
 *
 * <p><i>Threads:</i> any; no I/O but opening and closing happens under the lock.
 */
final class SharedFile implements AutoCloseable {
    private final Path path;
    private @Nullable FileChannel channel;

    SharedFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Fills an array's range from an offset; answers how many bytes there were, fewer only at the file's end. */
    int read(long offset, byte[] into, int at, int length) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(into, at, length);
        boolean wasInterrupted = false;
        try {
            while (target.hasRemaining()) {
                FileChannel open = channel();
                try {
                    if (open.read(target, offset + (target.position() - at)) < 0) {
                        break;
                    }
                } catch (ClosedChannelException closedByOthers) {
                    wasInterrupted |= Thread.interrupted();
                    forget(open);
                }
            }
            return target.position() - at;
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized FileChannel channel() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = FileChannel.open(path, StandardOpenOption.READ);
            channel = open;
        }
        return open;
    }

    private synchronized void forget(FileChannel closed) {
        if (channel == closed) {
            channel = null;
        }
    }

    /** Closes it; the next read opens what stands at the path then. */
    @Override
    public synchronized void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
