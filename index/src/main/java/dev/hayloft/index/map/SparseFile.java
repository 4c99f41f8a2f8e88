package dev.hayloft.index.map;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;

/** Asks the file system which parts of a file it keeps. */
public final class SparseFile {
    // Linux's numbers; the library's own names for them (2026.2) are one too high.
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    private SparseFile() {}

    /** Bytes in the file's parts that hold data; the whole size where that cannot be asked; 0 when it is gone. */
    public static long allocatedBytes(Path file) {
        PosixAPI posix = PosixAPI.posix();
        int descriptor = posix.open(file.toString(), OpenFlag.O_RDONLY, 0);
        if (descriptor < 0) {
            return size(file);
        }
        try {
            return allocatedBytes(posix, descriptor);
        } finally {
            posix.close(descriptor);
        }
    }

    private static long allocatedBytes(PosixAPI posix, int descriptor) {
        long sum = 0;
        long data = posix.lseek(descriptor, 0, SEEK_DATA);
        while (data >= 0) {
            long hole = posix.lseek(descriptor, data, SEEK_HOLE);
            if (hole <= data) {
                break;
            }
            sum += hole - data;
            data = posix.lseek(descriptor, hole, SEEK_DATA);
        }
        return sum;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // A map that was replaced goes whenever its last reader has left.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
