package dev.hayloft.store.folder;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Refuses writes before the disk is full, so that deletes and compaction still have room. Space is measured now and
 * then; between two measurements what was let through is counted against it.
 *
 * <p><i>Threads:</i> any.
 */
public final class DiskGuard {
    /** Deletes and compaction may use the reserve down to one part of so many. */
    public static final int LAST_SHARE = 4;

    private final FileStore disk;
    private final Path folder;
    private final long reserveBytes;
    private final AtomicLong roomBytes = new AtomicLong();
    private volatile long freeBytes; // Written by measure only.

    /** A guard over the disk that the folder is on. */
    public DiskGuard(Path folder, long reserveBytes) {
        try {
            this.disk = Files.getFileStore(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.folder = folder;
        this.reserveBytes = reserveBytes;
        measure();
    }

    /** Asks the disk anew; the store calls it several times a second. */
    public void measure() {
        try {
            freeBytes = disk.getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        roomBytes.set(freeBytes - reserveBytes);
    }

    /**
     * Lets a write of this size through.
     *
     * @throws CapacityException {@code storage-full} when less than the reserve would be free
     */
    public void admitWrite(long sizeBytes) {
        if (roomBytes.addAndGet(-sizeBytes) < 0) {
            roomBytes.addAndGet(sizeBytes);
            throw full(reserveBytes);
        }
    }

    /**
     * Lets a delete through, down to a quarter of the reserve.
     *
     * @throws CapacityException {@code storage-full} when even that is gone
     */
    public void admitDelete() {
        long floorBytes = reserveBytes / LAST_SHARE;
        if (roomBytes.get() + reserveBytes < floorBytes) {
            throw full(floorBytes);
        }
    }

    private CapacityException full(long neededBytes) {
        return new CapacityException(
                        ErrorCode.STORAGE_FULL,
                        "The disk is full up to its reserve; delete objects, add space, or lower storage.reserve.")
                .with("folder", folder.toAbsolutePath())
                .with("freeBytes", freeBytes)
                .with("keptFreeBytes", neededBytes);
    }

    /** Usable space when last measured. */
    public long freeBytes() {
        return freeBytes;
    }

    /** Whether writes are refused right now. */
    public boolean isFull() {
        return roomBytes.get() <= 0;
    }
}
