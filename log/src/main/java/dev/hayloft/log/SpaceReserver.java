package dev.hayloft.log;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;

/**
 * Keeps space of the file system ahead of the appender, which writes through a mapping: a write into a mapping of a
 * full file system is lost or kills the process, so no page may be touched that has no block.
 *
 * <p><i>Threads:</i> confined to the writer thread, but for {@link #reservedBytes()}.
 */
final class SpaceReserver {
    /** Linux: the file keeps its length. */
    private static final int KEEP_SIZE = 1;

    private static final int NO_SPACE = 28;
    private static final int QUOTA_EXCEEDED = 122;

    private final Path path;
    private final int fd;
    private final long stepBytes;
    private final long usefulBytes;
    private boolean isSupported = true;

    /** Written by the writer thread alone; read by any. */
    private volatile long reservedBytes;

    /**
     * Opens a reserver for an existing file.
     *
     * @param stepBytes reserved at a time
     * @param usefulBytes never more than this, unless a single need is larger
     */
    SpaceReserver(Path path, long stepBytes, long usefulBytes) throws IOException {
        this.path = path;
        this.stepBytes = stepBytes;
        this.usefulBytes = usefulBytes;
        this.fd = PosixAPI.posix().open(path.toString(), OpenFlag.O_RDWR, 0);
        if (fd < 0) {
            throw new IOException("cannot open " + path + " to reserve space");
        }
    }

    /**
     * Makes sure that bytes 0 to {@code needBytes} of the file have their blocks.
     *
     * @throws CapacityException {@code storage-full} when the file system has no room; nothing is lost then
     * @throws IOException when space cannot be reserved for any other reason
     */
    void ensure(long needBytes) throws IOException {
        if (needBytes <= reservedBytes) {
            return;
        }
        long wished = Math.max(needBytes, Math.min(reservedBytes + stepBytes, usefulBytes));
        if (!reserve(wished) && (wished == needBytes || !reserve(needBytes))) {
            throw full();
        }
    }

    /** End of what is reserved, from the file's start. */
    long reservedBytes() {
        return reservedBytes;
    }

    void close() {
        PosixAPI.posix().close(fd);
    }

    private boolean reserve(long end) throws IOException {
        if (isSupported && PosixAPI.posix().fallocate(fd, KEEP_SIZE, 0, end) != 0) {
            int error = PosixAPI.posix().lastError();
            if (error == NO_SPACE || error == QUOTA_EXCEEDED) {
                return false;
            }
            isSupported = false;
        }
        if (!isSupported && Files.getFileStore(path).getUsableSpace() < end - reservedBytes) {
            return false;
        }
        reservedBytes = end;
        return true;
    }

    static CapacityException full() {
        return new CapacityException(ErrorCode.STORAGE_FULL, "The disk is full: nothing more can be written.");
    }
}
