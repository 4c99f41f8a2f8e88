package dev.hayloft.index;

import dev.hayloft.index.directory.Applier;
import dev.hayloft.index.directory.DirectoryFormat;
import dev.hayloft.index.directory.DirectoryWalk;
import dev.hayloft.index.directory.PageReader;
import dev.hayloft.index.directory.RocksFolder;
import dev.hayloft.index.directory.RocksWalk;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The ordered view of one partition: what a listing shows, sorted by the bytes of the keys. It follows the log: changes
 * are handed over and applied a little later, and after a death it goes on from {@link #flushed()}.
 *
 * <p><i>Threads:</i> {@link #submit} from one publisher, in the order of the log; everything else from any. A reader
 * sees everything up to {@link #appliedSequence()} as it was at the call.
 *
 * <p><i>Durability:</i> what is applied is on the disk when a write buffer was full, after {@link #flush} and after
 * {@link #close}; always whole groups of changes, with the position in the log in the same write.
 */
public final class Directory implements AutoCloseable {
    private static final long BEFORE_ALL_TIME = Long.MIN_VALUE;

    private final RocksFolder rocks;
    private final Applier applier;
    private final Set<DirectoryWalk> walks = ConcurrentHashMap.newKeySet();
    private final ReadWriteLock life = new ReentrantReadWriteLock(); // Written by close alone.
    private volatile boolean closed;

    private Directory(RocksFolder rocks, Applier applier) {
        this.rocks = rocks;
        this.applier = applier;
    }

    /**
     * Opens the directory; an empty one when there is none.
     *
     * @throws dev.hayloft.model.error.CorruptionException when it is damaged: delete the folder and rebuild
     */
    public static Directory open(DirectoryConfig config) {
        RocksFolder rocks = RocksFolder.open(config.folder(), config.memoryBytes());
        try {
            Applier applier = new Applier(rocks, config.queueChangesMax(), checkpoint(rocks));
            applier.start();
            return new Directory(rocks, applier);
        } catch (RuntimeException e) { // Passed on: only what is half open goes.
            rocks.close();
            throw e;
        }
    }

    private static DirectoryCheckpoint checkpoint(RocksFolder rocks) {
        return rocks.findPersistedState(DirectoryFormat.stateKey())
                .map(DirectoryFormat::checkpoint)
                .orElse(DirectoryCheckpoint.START);
    }

    /** What survives a kill: replay the log from its position. */
    public DirectoryCheckpoint flushed() {
        return read(() -> checkpoint(rocks));
    }

    /** The position of {@link #flushed()}. */
    public long flushedPosition() {
        return flushed().position();
    }

    /** The sequence of {@link #flushed()}. */
    public long flushedSequence() {
        return flushed().sequence();
    }

    /**
     * Hands changes over; waits only while too many are under way.
     *
     * @param changes in the order of the log; neither the list nor the bytes in it may change from now on
     * @param lastSequence of the log, up to which all is handed over now; also when it is not of a change
     * @param position in the log, up to which all is handed over now
     * @throws StoreClosedException after {@link #close}
     * @throws IllegalStateException when an earlier change could not be applied
     */
    public void submit(List<DirectoryChange> changes, long lastSequence, long position) {
        applier.submit(changes, new DirectoryCheckpoint(position, lastSequence));
    }

    /** Listings show everything up to this sequence. */
    public long appliedSequence() {
        return applier.applied().sequence();
    }

    /**
     * Completes, on the applier's thread, when a listing would show everything up to this sequence; fails when the
     * directory was closed before or cannot be written.
     */
    public CompletionStage<Void> whenApplied(long sequence) {
        return applier.whenApplied(sequence);
    }

    /** Applies what was submitted and brings it to the disk. */
    public void flush() {
        applier.run(rocks::flush);
    }

    /** One page. */
    public DirectoryPage list(DirectoryQuery query) {
        return list(query, BEFORE_ALL_TIME);
    }

    /** One page as of a time: what has expired at {@code nowMillis} is not there. */
    public DirectoryPage list(DirectoryQuery query, long nowMillis) {
        return read(() -> new PageReader(query, nowMillis).read(rocks));
    }

    /**
     * All keys of the bucket with this prefix that sort after {@code after}.
     *
     * @param prefix may be empty
     * @param after may be empty
     */
    public DirectoryCursor cursor(int bucketId, ByteBuffer prefix, ByteBuffer after) {
        return cursor(bucketId, prefix, after, BEFORE_ALL_TIME);
    }

    /** The same as of a time: what has expired at {@code nowMillis} is not there. */
    public DirectoryCursor cursor(int bucketId, ByteBuffer prefix, ByteBuffer after, long nowMillis) {
        return cursor(new DirectoryWalk.Range(bucketId, prefix, after, false), nowMillis);
    }

    /** All keys of the bucket, those with a delete marker and those whose time is over too. */
    public DirectoryCursor cursorOfAll(int bucketId) {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        return cursor(new DirectoryWalk.Range(bucketId, nothing, nothing, true), BEFORE_ALL_TIME);
    }

    private DirectoryCursor cursor(DirectoryWalk.Range range, long nowMillis) {
        return new DirectoryCursor(read(() -> new DirectoryWalk(rocks, range, nowMillis, walks)));
    }

    /** One key's entry. */
    public Optional<DirectoryEntry> find(int bucketId, ByteBuffer key) {
        byte[] directoryKey = DirectoryFormat.key(bucketId, key);
        return read(() -> rocks.find(directoryKey)).map(value -> DirectoryFormat.entry(directoryKey, value));
    }

    /** Whether the bucket has no key, not even one with a delete marker or one whose time is over. */
    public boolean isEmpty(int bucketId) {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        DirectoryPage first = list(new DirectoryQuery(bucketId, nothing, Optional.empty(), nothing, 1, true));
        return first.entries().isEmpty();
    }

    /** The first versions whose time is over, the longest dead first. Some may be gone already. */
    public List<DirectoryExpiry> expired(long nowMillis, int max) {
        return read(() -> {
            List<DirectoryExpiry> expired = new ArrayList<>();
            try (RocksWalk walk = rocks.walk(DirectoryFormat.expiryFrom(nowMillis + 1))) {
                walk.seek(DirectoryFormat.expiryFrom(0));
                while (expired.size() < max && walk.isValid()) {
                    expired.add(DirectoryFormat.expiry(walk.key()));
                    walk.next();
                }
            }
            return expired;
        });
    }

    /** Takes out a bucket for good, after everything that was submitted; its id must not come again. */
    public void deleteBucket(int bucketId) {
        byte[] from = DirectoryFormat.key(bucketId, ByteBuffer.allocate(0));
        applier.run(() -> rocks.deleteRange(from, DirectoryFormat.bucketEnd(bucketId)));
    }

    /** Takes out everything, the checkpoint too, and makes that durable. */
    public void clear() {
        applier.run(() -> {
            byte[] state = DirectoryFormat.state(DirectoryCheckpoint.START);
            rocks.clear(DirectoryFormat.firstKey(), DirectoryFormat.endKey(), DirectoryFormat.stateKey(), state);
            applier.restart(DirectoryCheckpoint.START);
        });
    }

    /** Figures of this moment. */
    public DirectoryStatus status() {
        return read(() ->
                new DirectoryStatus(applier.applied(), checkpoint(rocks), rocks.diskBytes(), rocks.memoryBytes()));
    }

    /** Applies what was submitted, brings it to the disk, ends open cursors. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        applier.close();
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            walks.forEach(DirectoryWalk::close);
            try {
                rocks.flush();
            } finally {
                rocks.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private <T> T read(Supplier<T> reader) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The directory is closed.");
            }
            return reader.get();
        } finally {
            life.readLock().unlock();
        }
    }
}
