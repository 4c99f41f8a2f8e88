package dev.hayloft.log;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A volume and its one shared pair of handles, opened by the first lease that reads and kept until the file goes or too
 * many are idle. The file may be renamed below them.
 *
 * <p><i>Threads:</i> any; the counts are guarded by this object, no I/O but opening and closing happens under it.
 */
final class VolumeFile {
    private final int id;
    private final long createdAtMillis;

    /** Each written by the flusher or while nothing is appended, read by any thread. */
    private volatile Path path;

    private volatile VolumeInfo.State state;
    private volatile OptionalLong sealedAtMillis = OptionalLong.empty();

    /** Written by the writer after each append, read by any thread. */
    private volatile long dataEnd;

    /** Set before the file is shared. */
    private Redundancy redundancy = Redundancy.NONE;

    /** Whether there is no file of its own; written by {@link #reopen}. */
    private volatile boolean isElsewhere;

    private @Nullable FileChannel channel;
    private int descriptor = PageCache.NONE;
    private boolean isDescriptorAsked;
    private int leases;
    private boolean isDeleted;

    VolumeFile(int id, Path path, VolumeInfo.State state, long dataEnd, long createdAtMillis) {
        this.id = id;
        this.path = path;
        this.state = state;
        this.dataEnd = dataEnd;
        this.createdAtMillis = createdAtMillis;
    }

    int id() {
        return id;
    }

    void setRedundancy(Redundancy keeper) {
        redundancy = keeper;
    }

    /** Closes what is open: from here on what stands there now is read, or what the redundancy has. */
    synchronized void reopen(IdleHandles idle, boolean elsewhere) throws IOException {
        closeHandles(idle);
        isElsewhere = elsewhere;
    }

    /** Fills the target, whose position stays, with bytes that the file does not give as they were. */
    boolean rebuild(long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
        return isSealed() && redundancy.rebuild(id, offset, target, isRight);
    }

    Path path() {
        return path;
    }

    boolean isSealed() {
        return state == VolumeInfo.State.SEALED;
    }

    long dataEnd() {
        return dataEnd;
    }

    void dataEnd(long offset) {
        dataEnd = offset;
    }

    /** Renames the file; not yet durable at return. */
    synchronized void moveTo(Path newPath) throws IOException {
        Files.move(path, newPath, StandardCopyOption.ATOMIC_MOVE);
        path = newPath;
    }

    /** From now on the volume is immutable. */
    void sealed(long end, OptionalLong atMillis) {
        dataEnd = end;
        sealedAtMillis = atMillis;
        state = VolumeInfo.State.SEALED;
    }

    VolumeInfo info() {
        return new VolumeInfo(id, state, dataEnd, createdAtMillis, sealedAtMillis, path);
    }

    long createdAtMillis() {
        return createdAtMillis;
    }

    /** Where the last bytes end that were ever written; the file is longer, and empty there. */
    long writtenEnd() throws IOException {
        return SparseFile.writtenEnd(path);
    }

    /** Takes a lease; refused once the volume is deleted. */
    VolumeLease lease(IdleHandles idle, Consumer<VolumeFile> onLastOfDeleted) {
        return findLease(idle, onLastOfDeleted).orElseThrow(() -> noSuchVolume(id));
    }

    /** Takes a lease; none once the volume is deleted. */
    synchronized Optional<VolumeLease> findLease(IdleHandles idle, Consumer<VolumeFile> onLastOfDeleted) {
        if (isDeleted) {
            return Optional.empty();
        }
        leases++;
        return Optional.of(new VolumeLease(this, idle, onLastOfDeleted));
    }

    /** Takes a lease for whoever has one already. */
    synchronized VolumeLease leaseAgain(IdleHandles idle, Consumer<VolumeFile> onLastOfDeleted) {
        leases++;
        return new VolumeLease(this, idle, onLastOfDeleted);
    }

    /** Gives a lease back; the last one of a deleted volume closes the handles. Answers whether the file may go now. */
    synchronized boolean release(IdleHandles idle) throws IOException {
        leases--;
        if (leases > 0) {
            return false;
        }
        if (isDeleted || (channel != null && idle.isFull())) {
            closeHandles(idle);
        }
        return isDeleted;
    }

    /** Refuses further leases. Answers whether the file may go at once. */
    synchronized boolean markDeleted(IdleHandles idle) throws IOException {
        if (isDeleted) {
            return false;
        }
        isDeleted = true;
        if (leases == 0) {
            closeHandles(idle);
            return true;
        }
        return false;
    }

    synchronized void closeHandles(IdleHandles idle) throws IOException {
        PageCache.close(descriptor);
        descriptor = PageCache.NONE;
        isDescriptorAsked = false;
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            idle.closed();
            open.close();
        }
    }

    /** Fills the rest of the target from an offset, waiting for the disk if need be. */
    void read(long offset, ByteBuffer target, IdleHandles idle) {
        long at = offset;
        try {
            while (target.hasRemaining()) {
                int count = readSome(at, target, idle);
                if (count < 0) {
                    throw new CorruptionException("A volume's file is shorter than it was.")
                            .with("volume", id)
                            .with("offset", at);
                }
                at += count;
            }
        } catch (IOException failed) {
            throw unreadable(at, failed);
        }
    }

    /** Reads up to the rest of the target; less at the end of the file, -1 behind it. */
    int readSome(long offset, ByteBuffer target, IdleHandles idle) throws IOException {
        boolean wasInterrupted = false;
        try {
            while (true) {
                FileChannel open = isElsewhere ? null : channel(idle);
                if (open == null) {
                    return redundancy.readSome(id, offset, target);
                }
                try {
                    return open.read(target, offset);
                } catch (ClosedChannelException closedMeanwhile) {
                    // An interrupted reader closes the channel for all of them, and so does a volume that goes to its
                    // shards: each opens again what stands for the volume now and goes on.
                    wasInterrupted |= Thread.interrupted();
                    forget(open, idle);
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    boolean tryRead(long offset, ByteBuffer target) {
        return !isElsewhere && PageCache.tryRead(descriptor(), offset, target);
    }

    static RequestException noSuchVolume(int id) {
        return new RequestException(ErrorCode.NO_SUCH_VOLUME, "There is no such volume.").with("volume", id);
    }

    /** None when there is no file of its own: one that is still there goes next, and would be kept by a handle. */
    private synchronized @Nullable FileChannel channel(IdleHandles idle) throws IOException {
        FileChannel open = channel;
        if (open == null && !isElsewhere) {
            open = FileChannel.open(path, StandardOpenOption.READ);
            channel = open;
            idle.opened();
        }
        return open;
    }

    private synchronized void forget(FileChannel closed, IdleHandles idle) {
        if (channel == closed) {
            channel = null;
            idle.closed();
        }
    }

    private synchronized int descriptor() {
        if (!isDescriptorAsked && !isElsewhere) {
            isDescriptorAsked = true;
            descriptor = PageCache.open(path);
        }
        return descriptor;
    }

    private RuntimeException unreadable(long offset, IOException failed) {
        // EIO names a sector that cannot be read: damage, as far as the reader is concerned.
        return new CorruptionException("A volume's file cannot be read.", failed)
                .with("volume", id)
                .with("offset", offset)
                .with("cause", String.valueOf(failed.getMessage()));
    }

    static UncheckedIOException unchecked(IOException failed) {
        return new UncheckedIOException(failed);
    }
}
