package dev.hayloft.store.folder;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The data folder: one process at a time, one format, one identity.
 *
 * <p>{@code LOCK} is locked by the process that has the folder open and names its process id. {@code STORE} holds lines
 * {@code format=1}, {@code storeId}, {@code incarnation}, {@code partitions}, {@code createdAt}, and {@code keyCheck},
 * by which the store's key is known again.
 *
 * <p><i>Threads:</i> opened and closed by one.
 */
public final class DataFolder implements AutoCloseable {
    /** The newest format of a data folder that this version reads and writes. */
    public static final int FORMAT = 1;

    private static final Logger LOG = System.getLogger(DataFolder.class.getName());
    private static final String STORE_FILE = "STORE";
    private static final String KEY_CHECK = "keyCheck";

    /**
     * Folders that this process has open; static, because the system's locks are the process's too: closing any channel
     * on a file gives back all that it holds there, so a second attempt must be refused before it opens the file.
     */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path realPath;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final UUID storeId;
    private final UUID incarnation;
    private final int partitions;
    private final boolean isNew;
    private Optional<String> keyCheck;

    private DataFolder(
            Path path, Path realPath, FileChannel lockChannel, FileLock lock, Properties identity, boolean isNew) {
        this.path = path;
        this.realPath = realPath;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.storeId = UUID.fromString(identity.getProperty("storeId"));
        this.incarnation = UUID.fromString(identity.getProperty("incarnation"));
        this.partitions = Integer.parseInt(identity.getProperty("partitions"));
        this.isNew = isNew;
        this.keyCheck = Optional.ofNullable(identity.getProperty(KEY_CHECK));
    }

    /**
     * Opens the folder for this process alone; makes it when it is absent or empty.
     *
     * @param partitions of a new folder
     * @throws StoreClosedException when another process has it open, or a newer Hayloft wrote it
     */
    public static DataFolder open(Path path, int partitions, InstantSource clock) {
        Path realPath;
        try {
            Files.createDirectories(path);
            realPath = path.toRealPath();
        } catch (IOException e) {
            throw unusable(path, e);
        }
        if (!OPEN.add(realPath)) {
            throw inUse(path, Long.toString(ProcessHandle.current().pid()));
        }
        boolean opened = false;
        try {
            DataFolder folder = openAlone(path, realPath, partitions, clock);
            opened = true;
            return folder;
        } finally {
            if (!opened) {
                OPEN.remove(realPath);
            }
        }
    }

    private static DataFolder openAlone(Path path, Path realPath, int partitions, InstantSource clock) {
        FileChannel channel = null;
        boolean opened = false;
        try {
            channel = FileChannel.open(
                    path.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = lock(path, channel);
            boolean isNew = !Files.exists(path.resolve(SystemFolder.NAME));
            if (!Files.exists(path.resolve(STORE_FILE))) {
                create(path, partitions, clock);
            }
            DataFolder folder = new DataFolder(path, realPath, channel, lock, readIdentity(path), isNew);
            opened = true;
            return folder;
        } catch (IOException e) {
            throw unusable(path, e);
        } catch (IllegalArgumentException e) { // A line of STORE holds no number or no UUID.
            throw damagedIdentity(path);
        } finally {
            if (!opened && channel != null) {
                closeQuietly(channel);
            }
        }
    }

    private static UncheckedIOException unusable(Path path, IOException cause) {
        return new UncheckedIOException("The data folder " + path + " cannot be opened.", cause);
    }

    private static StoreClosedException inUse(Path path, String process) {
        return new StoreClosedException(
                        ErrorCode.UNAVAILABLE,
                        "Another process has this data folder open; stop it, or give this server another folder.")
                .with("folder", path.toAbsolutePath())
                .with("process", process);
    }

    private static FileLock lock(Path path, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            ByteBuffer holder = ByteBuffer.allocate(64);
            channel.read(holder, 0);
            throw inUse(
                    path,
                    StandardCharsets.US_ASCII.decode(holder.flip()).toString().strip());
        }
        channel.truncate(0);
        channel.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
        return lock;
    }

    private static void create(Path path, int partitions, InstantSource clock) {
        if (Files.exists(path.resolve(SystemFolder.NAME)) || Files.exists(path.resolve("partitions"))) {
            throw new StoreClosedException(
                            ErrorCode.UNAVAILABLE,
                            "The data folder has volumes but its STORE file is missing; put that file back from a copy.")
                    .with("folder", path.toAbsolutePath());
        }
        SmallFiles.write(
                path.resolve(STORE_FILE),
                "format=" + FORMAT + "\nstoreId=" + UUID.randomUUID() + "\nincarnation=" + UUID.randomUUID()
                        + "\npartitions=" + partitions + "\ncreatedAt=" + clock.instant() + "\n");
    }

    private static Properties readIdentity(Path path) throws IOException {
        Properties identity = new Properties();
        identity.load(new StringReader(Files.readString(path.resolve(STORE_FILE), StandardCharsets.ISO_8859_1)));
        int format = Integer.parseInt(identity.getProperty("format", "0").strip());
        if (format > FORMAT) {
            throw new StoreClosedException(
                            ErrorCode.UNAVAILABLE,
                            "The data folder was written by a newer Hayloft; start that version, nothing was changed.")
                    .with("folder", path.toAbsolutePath())
                    .with("format", format)
                    .with("newestKnown", FORMAT);
        }
        if (format < 1
                || identity.getProperty("storeId") == null
                || identity.getProperty("incarnation") == null
                || identity.getProperty("partitions") == null) {
            throw damagedIdentity(path);
        }
        return identity;
    }

    private static StoreClosedException damagedIdentity(Path path) {
        return new StoreClosedException(
                        ErrorCode.UNAVAILABLE, "The data folder's STORE file is damaged; put it back from a copy.")
                .with("folder", path.toAbsolutePath());
    }

    /**
     * The store's key: made in a new folder, else read, and compared with what is known of it.
     *
     * @throws StoreClosedException when it is missing, damaged or the key of another store
     */
    public StoreKey openKey() {
        StoreKey key = StoreKey.open(path, isNew);
        if (keyCheck.isPresent() && !keyCheck.get().equals(key.check())) {
            throw new StoreClosedException(
                            ErrorCode.UNAVAILABLE,
                            "The store's key file is damaged, or the file of another store; put the right one back from"
                                    + " a copy. Nothing was changed.")
                    .with("file", path.resolve(StoreKey.FILE).toAbsolutePath());
        }
        try {
            SystemFolder.requireIfNeeded(path, key);
        } catch (IOException e) {
            throw unusable(path, e);
        }
        if (isNew) {
            noteKey(key);
        }
        return key;
    }

    /**
     * Keeps by what this key is known again, once that it is the right one is certain. Does it once in a store's life.
     */
    public void noteKey(StoreKey key) {
        if (keyCheck.isPresent()) {
            return;
        }
        Path file = path.resolve(STORE_FILE);
        try {
            FileTime madeAt = Files.getLastModifiedTime(file);
            String text = Files.readString(file, StandardCharsets.ISO_8859_1).stripTrailing();
            SmallFiles.write(file, text + "\n" + KEY_CHECK + "=" + key.check() + "\n");
            Files.setLastModifiedTime(file, madeAt);
            keyCheck = Optional.of(key.check());
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "STORE could not be written: a wrong store.key will not be noticed at once.", e);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Never changes. */
    public UUID storeId() {
        return storeId;
    }

    /** Changes when the store is restored from a copy. */
    public UUID incarnation() {
        return incarnation;
    }

    /** When it was made, or its STORE file was put back. */
    public Instant madeAt() {
        try {
            return Files.getLastModifiedTime(path.resolve(STORE_FILE)).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing has been stored in it yet. */
    public boolean isNew() {
        return isNew;
    }

    /** How many partitions it was made with. */
    public int partitions() {
        return partitions;
    }

    /** Lets other processes in. Idempotent. */
    @Override
    public void close() {
        if (!lockChannel.isOpen()) {
            return;
        }
        try {
            if (lock.isValid()) {
                lock.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            closeQuietly(lockChannel);
            OPEN.remove(realPath);
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
