package dev.hayloft.log;

import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The append-only log of one partition, in volumes.
 *
 * <p><i>Order:</i> open, scan, {@link #startAppending}, then append and force while others read.
 *
 * <p><i>Threads:</i> {@link #append} and {@link #sealOpenVolume} the writer thread alone, {@link #force} the flusher
 * thread alone, {@link #startAppending} and {@link #close} while neither runs; all else any thread.
 *
 * <p><i>Durability:</i> what was appended is on the disk once a {@link #force} has returned a later position. After one
 * failed write or force all further ones are refused as {@code read-only}; reading goes on.
 */
public final class VolumeLog implements AutoCloseable {
    private final Folders folders;
    private final Redundancy redundancy;
    private final IdleHandles idle = new IdleHandles();
    private final Health health = new Health();
    private final NavigableMap<Integer, VolumeFile> volumes;
    private final LogFlusher flusher;
    private final LogWriter.Parts parts;

    /** Written once by {@link #startAppending}, and by {@link #close}. */
    private volatile @Nullable LogWriter writer;

    private volatile boolean isClosed;

    private VolumeLog(
            VolumeLogConfig config,
            InstantSource clock,
            Folders folders,
            NavigableMap<Integer, VolumeFile> volumes,
            Redundancy redundancy) {
        this.folders = folders;
        this.redundancy = redundancy;
        this.volumes = volumes;
        this.flusher = new LogFlusher(folders, idle, health);
        this.parts = new LogWriter.Parts(config, clock, folders, volumes, idle, flusher, health, redundancy);
    }

    /**
     * Opens a log: makes its folders where they are absent, lists the volumes and checks whose they are. Writes nothing
     * else and starts nothing.
     *
     * @throws StoreClosedException when a volume belongs to another store or a newer Hayloft wrote it, or the folder
     *     cannot be read
     */
    public static VolumeLog open(VolumeLogConfig config, InstantSource clock) {
        return open(config, clock, List.of(), Redundancy.NONE);
    }

    /**
     * As {@link #open(VolumeLogConfig, InstantSource)}, with what is known of its volumes from elsewhere.
     *
     * @param expected sealed volumes that must be there
     * @param redundancy the way to what their files do not give
     */
    public static VolumeLog open(
            VolumeLogConfig config, InstantSource clock, List<ExpectedVolume> expected, Redundancy redundancy) {
        Folders folders = new Folders(config.folder());
        try {
            folders.create();
            NavigableMap<Integer, VolumeFile> volumes =
                    VolumeCatalog.read(config, folders, new IdleHandles(), expected);
            volumes.values().forEach(file -> file.setRedundancy(redundancy));
            return new VolumeLog(config, clock, folders, volumes, redundancy);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /** The volumes by id, sealed ones and the open one. */
    public List<VolumeInfo> volumes() {
        return volumes.values().stream().map(VolumeFile::info).toList();
    }

    /**
     * Shows a visitor the frames from a position to the end of the log, volume by volume, also those that start and end
     * volumes; while the log is appended to, up to the end at the time of the call. Volumes that were deleted are
     * passed over.
     *
     * @param from a frame's position, the position behind one, or offset 0 of a volume
     * @throws StoreClosedException when a newer Hayloft wrote a frame, or a file cannot be read
     */
    public ScanReport scan(long from, FrameVisitor visitor) {
        try {
            return newScan(visitor, FrameScanner.WINDOW_SIZE).all(from);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /** As {@link #scan}, for a few frames: reads no more than a little at a time, until the visitor has enough. */
    public ScanReport scanBriefly(long from, FrameVisitor visitor) {
        try {
            return newScan(visitor, FrameScanner.SMALL_WINDOW_SIZE).all(from);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /**
     * As {@link #scan}, of one volume.
     *
     * @throws dev.hayloft.model.error.RequestException {@code no-such-volume} when it does not exist
     */
    public ScanReport scanVolume(int volume, long fromOffset, FrameVisitor visitor) {
        try (VolumeLease lease = lease(volume)) {
            return newScan(visitor, FrameScanner.WINDOW_SIZE).one(existing(lease.volume()), fromOffset);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /**
     * Tells where whole frames begin in a part of a volume, without reading what stands before. A copy of a volume
     * inside of an object looks the same.
     *
     * @param to no frame that begins here or later is told
     * @param goOn told each offset; answers whether more are wanted
     * @throws dev.hayloft.model.error.RequestException {@code no-such-volume} when it does not exist
     */
    public void frameStarts(int volume, long from, long to, LongPredicate goOn) {
        try (VolumeLease lease = lease(volume)) {
            FrameScanner scanner =
                    new FrameScanner(existing(lease.volume()), idle, lease.dataEnd(), FrameScanner.MIDDLE_WINDOW_SIZE);
            long at = scanner.findFrame(from, to);
            while (at >= 0 && goOn.test(at)) {
                at = scanner.findFrame(scanner.behindFrame(at), to);
            }
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /**
     * Begins appending. What a crash left half done is finished first: volumes that were complete are put away, files
     * behind the end go.
     *
     * @param end where the log ends, as a scan or the last clean stop told
     * @param clean whether the log was closed in order and ends exactly there: then the open volume goes on. Otherwise,
     *     or if the file says something else, the open volume is cut at {@code end} and put away, and the next begins,
     *     whose start frame names the cut; all that is on the disk at return.
     * @throws dev.hayloft.model.error.CapacityException {@code storage-full} when there is no room to begin a volume
     * @throws StoreClosedException when a file cannot be changed
     */
    public void startAppending(long end, boolean clean) {
        startAppending(end, clean, 0);
    }

    /**
     * As {@link #startAppending(long, boolean)}, after volumes that were deleted.
     *
     * @param nextVolume no volume is begun with a lower id, which one that is gone may have had
     */
    public void startAppending(long end, boolean clean, int nextVolume) {
        Check.invariant(writer == null && !isClosed, "appending starts once");
        try {
            writer = new Restart(parts).start(end, clean, nextVolume);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /**
     * Appends a frame; its {@code forcedUpTo} and checksums are filled in. If it would make the open volume too large,
     * that is sealed and the next begun; a frame larger than an empty volume is still taken.
     *
     * @return the frame's position
     * @throws dev.hayloft.model.error.CapacityException {@code storage-full} when the disk is full: nothing was
     *     written, and a later call may succeed
     * @throws StoreClosedException {@code read-only} after a failed write or force
     */
    public long append(FrameEncoder frame) {
        return appending().append(frame);
    }

    /**
     * Seals the open volume and begins the next; an open volume without frames stays.
     *
     * @return the position of the volume that is open now
     * @throws dev.hayloft.model.error.CapacityException as {@link #append}
     * @throws StoreClosedException as {@link #append}
     */
    public long sealOpenVolume() {
        return appending().seal();
    }

    /** The position behind the last appended frame. */
    public long end() {
        return appending().end();
    }

    /**
     * Brings everything that was appended before the call to the disk, and moves sealed volumes to their place. The
     * thread must not be interrupted: an interrupt breaks a force off, and counts as a failed one.
     *
     * @return the end that was covered
     * @throws StoreClosedException {@code read-only} when it fails, or something has failed before
     */
    public long force() {
        return flusher.force(appending()::end);
    }

    /** The position up to which everything is on the disk. */
    public long forcedUpTo() {
        return flusher.forcedUpTo();
    }

    /** Bytes of the open volume that were appended and not forced yet. */
    public long unforcedBytes() {
        long end = end();
        long forced = forcedUpTo();
        boolean sameVolume = LogPosition.volume(end) == LogPosition.volume(forced);
        return LogPosition.offset(end) - (sameVolume ? LogPosition.offset(forced) : 0);
    }

    /** Space that is reserved for the open volume, from its file's start, written or not. */
    public long reservedBytes() {
        return appending().reservedBytes();
    }

    /** Bytes of frames in all volumes, as far as their ends are known. */
    public long dataBytes() {
        return volumes.values().stream().mapToLong(VolumeFile::dataEnd).sum();
    }

    /**
     * Leases a volume for reading.
     *
     * @throws dev.hayloft.model.error.RequestException {@code no-such-volume} when it does not exist (any more)
     */
    public VolumeLease lease(int volume) {
        return existing(volume).lease(idle, this::deleteFile);
    }

    /**
     * Reads what stands at a sealed volume's place from here on: its file was made again, or given up.
     *
     * @param isElsewhere whether it has no file of its own any more: {@link Redundancy#readSome} gives its bytes
     * @throws dev.hayloft.model.error.RequestException {@code no-such-volume} when it does not exist (any more)
     */
    public void reopen(int volume, boolean isElsewhere) {
        try {
            existing(volume).reopen(idle, isElsewhere);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /** Is told each volume that was sealed, on the flusher thread, once its file is forced and moved. */
    public void setSealListener(IntConsumer onSealed) {
        flusher.onSealed(onSealed);
    }

    /**
     * Deletes a sealed volume: new leases are refused at once, the file goes when the last lease is back. It must be
     * durable before that nothing points into the volume any more.
     *
     * @throws dev.hayloft.model.error.RequestException {@code no-such-volume} when it does not exist (any more)
     */
    public void delete(int volume) {
        VolumeFile file = existing(volume);
        Check.argument(file.isSealed(), "only a sealed volume can be deleted");
        try {
            boolean isFree = file.markDeleted(idle);
            volumes.remove(volume, file);
            if (isFree) {
                redundancy.forget(volume);
                folders.delete(file.path());
            }
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /** Forces what was appended, unless writing has failed, and closes all files; a second time changes nothing. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        LogWriter open = writer;
        try {
            if (open != null && !health.isPoisoned()) {
                flusher.force(open::end);
            }
        } finally {
            closeFiles(open);
        }
    }

    private void closeFiles(@Nullable LogWriter open) {
        try {
            if (open != null) {
                open.close();
            }
            flusher.close();
            for (VolumeFile file : volumes.values()) {
                file.closeHandles(idle);
            }
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    private LogScan newScan(FrameVisitor visitor, int windowSize) {
        return new LogScan(volumes, idle, this::deleteFile, writer != null, windowSize, visitor);
    }

    private LogWriter appending() {
        LogWriter open = writer;
        if (open == null || isClosed) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The log is not open for appending.");
        }
        return open;
    }

    private VolumeFile existing(int volume) {
        VolumeFile file = volumes.get(volume);
        if (file == null) {
            throw VolumeFile.noSuchVolume(volume);
        }
        return file;
    }

    private void deleteFile(VolumeFile file) {
        try {
            redundancy.forget(file.id());
            folders.delete(file.path());
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    private static StoreClosedException unusable(IOException failed) {
        return new StoreClosedException(ErrorCode.UNAVAILABLE, "The log's files cannot be read or changed.", failed)
                .with("cause", failed.toString());
    }
}
