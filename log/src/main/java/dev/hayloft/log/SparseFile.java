package dev.hayloft.log;

import dev.hayloft.model.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.openhft.chronicle.core.OS;
import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;

/** Finds the end of what was written in a file that is longer: Chronicle lengthens its files by 64 MiB at a time. */
final class SparseFile {
    /** {@code lseek(2)} on Linux. */
    private static final int SEEK_DATA = 3;

    private static final int SEEK_HOLE = 4;
    private static final int NO_MORE_DATA = 6; // ENXIO

    private SparseFile() {}

    /** The end of the last stretch with data, at a multiple of 4; the file's size where the system cannot tell. */
    static long writtenEnd(Path path) throws IOException {
        long size = Files.size(path);
        if (!OS.isLinux()) {
            return size;
        }
        int fd = PosixAPI.posix().open(path.toString(), OpenFlag.O_RDONLY, 0);
        if (fd < 0) {
            return size;
        }
        try {
            long end = 0;
            while (end < size) {
                long data = PosixAPI.posix().lseek(fd, end, SEEK_DATA);
                if (data < 0) {
                    boolean isOver = PosixAPI.posix().lastError() == NO_MORE_DATA;
                    return isOver ? Math.min(FrameScanner.align(end), size) : size;
                }
                end = PosixAPI.posix().lseek(fd, data, SEEK_HOLE);
                if (end < data) {
                    return size;
                }
            }
            return size - size % LogPosition.ALIGNMENT;
        } finally {
            PosixAPI.posix().close(fd);
        }
    }
}
