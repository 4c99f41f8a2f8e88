package dev.hayloft.store.folder;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Refuses writes before a disk is full, so that deletes and compaction still have room. Space is measured now and then,
 * and that of the fullest disk counts; between two measurements what was let through is counted against it.
 *
 * <p><i>Threads:</i> any.
 */
public final class DiskGuard {
    /** Deletes and compaction may use the reserve down to one part of so many. */
    public static final int LAST_SHARE = 4;

    private final List<Path> folders;
    private final Space space;
    private final long reserveBytes;
    private final AtomicLong roomBytes = new AtomicLong();
    private volatile Fullest fullest; // Written by measure only.

    /** Asks a disk. */
    @FunctionalInterface
    interface Space {
        /** Usable bytes of the disk that the folder is on. */
        long freeBytes(Path folder) throws IOException;
    }

    private record Fullest(Path folder, long freeBytes) {}

    /** A guard over the disks that the folders are on, the data folder first. */
    public DiskGuard(List<Path> folders, long reserveBytes) {
        this(folders, reserveBytes, folder -> Files.getFileStore(folder).getUsableSpace());
    }

    DiskGuard(List<Path> folders, long reserveBytes, Space space) {
        this.folders = List.copyOf(folders);
        this.space = space;
        this.reserveBytes = reserveBytes;
        this.fullest = new Fullest(this.folders.get(0), Long.MAX_VALUE);
        measure();
    }

    /** Asks the disks anew; the store calls it several times a second. */
    public void measure() {
        Fullest found = new Fullest(folders.get(0), freeBytes(folders.get(0)));
        for (Path further : folders.subList(1, folders.size())) {
            long free = freeBytesIfThere(further);
            found = free < found.freeBytes() ? new Fullest(further, free) : found;
        }
        fullest = found;
        roomBytes.set(found.freeBytes() - reserveBytes);
    }

    /** Who writes to a disk that is gone hears it there; the others take writes. */
    private long freeBytesIfThere(Path further) {
        try {
            return space.freeBytes(further);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Usable space, right now, of the disk that a folder is on. */
    public long freeBytes(Path folder) {
        try {
            return space.freeBytes(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
     * Lets a delete through, down to a quarter of the reserve. Its own disk counts: deletes are how another's room
     * comes back.
     *
     * @param folder of the partition that it is written to
     * @throws CapacityException {@code storage-full} when even that is gone
     */
    public void admitDelete(Path folder) {
        long floorBytes = reserveBytes / LAST_SHARE;
        if (roomBytes.get() + reserveBytes < floorBytes && freeBytesIfThere(folder) < floorBytes) {
            throw full(floorBytes);
        }
    }

    private CapacityException full(long neededBytes) {
        Fullest now = fullest;
        return new CapacityException(
                        ErrorCode.STORAGE_FULL,
                        "The disk is full up to its reserve; delete objects, add space, or lower storage.reserve.")
                .with("folder", now.folder().toAbsolutePath())
                .with("freeBytes", now.freeBytes())
                .with("keptFreeBytes", neededBytes);
    }

    /** Usable space of the fullest disk when last measured. */
    public long freeBytes() {
        return fullest.freeBytes();
    }

    /** Whether writes are refused right now. */
    public boolean isFull() {
        return roomBytes.get() <= 0;
    }
}
