package dev.hayloft.store.upkeep;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Room above the reserve for shards that are written side by side, on each disk.
 *
 * <p><i>Threads:</i> confined to one.
 */
final class ShardRoom {
    private final long reserveBytes;
    private final Map<FileStore, Long> taken = new HashMap<>();

    /** With nothing taken yet. */
    ShardRoom(long reserveBytes) {
        this.reserveBytes = reserveBytes;
    }

    /** Where a file stands. */
    static Path folder(Path file) {
        return file.toAbsolutePath().resolveSibling(".").normalize();
    }

    /** Free bytes where a file is to stand; its folder is made, since a disk may have been emptied meanwhile. */
    static long free(Path file) throws IOException {
        Files.createDirectories(folder(file));
        return Files.getFileStore(folder(file)).getUsableSpace();
    }

    /**
     * Takes room for a file; none when there is too little.
     *
     * @throws IOException when its folder cannot be made or asked
     */
    boolean take(Path file, long bytes) throws IOException {
        long free = free(file);
        FileStore disk = Files.getFileStore(folder(file));
        long wanted = taken.getOrDefault(disk, 0L) + bytes;
        if (free - wanted < reserveBytes) {
            return false;
        }
        taken.put(disk, wanted);
        return true;
    }
}
