package dev.hayloft.index.directory;

import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * A walk over a bucket that the directory can end from outside.
 *
 * <p><i>Threads:</i> any; each call holds the walk.
 */
public final class DirectoryWalk implements AutoCloseable {
    private final RocksWalk walk;
    private final Range range;
    private final long nowMillis;
    private final Set<DirectoryWalk> open;
    private boolean closed; // Guarded by this.

    /**
     * Begins at the first key behind {@code after}.
     *
     * @param nowMillis entries that expire at this time or before are not there
     * @param open a concurrent set that the walk is in until it is closed
     */
    public DirectoryWalk(RocksFolder rocks, Range range, long nowMillis, Set<DirectoryWalk> open) {
        this.range = range;
        byte[] prefix = DirectoryFormat.key(range.bucketId(), range.prefix());
        this.walk = rocks.walk(DirectoryFormat.prefixEnd(prefix, prefix.length));
        this.nowMillis = nowMillis;
        this.open = open;
        walk.seek(PageReader.start(range.bucketId(), range.prefix(), range.after()));
        open.add(this);
    }

    /**
     * The keys of a bucket with a prefix that sort after another key; both may be empty.
     *
     * @param markers whether keys whose newest version is a delete marker are among them
     */
    public record Range(int bucketId, ByteBuffer prefix, ByteBuffer after, boolean markers) {}

    public synchronized boolean hasNext() {
        requireOpen();
        while (walk.isValid()
                && ((!range.markers() && DirectoryFormat.marker(walk.value()))
                        || PageReader.isExpired(walk.key(), walk.value(), nowMillis))) {
            walk.next();
        }
        return walk.isValid();
    }

    /** The entry under the walk, which moves on; {@link #hasNext()} has said that there is one. */
    public synchronized DirectoryEntry next() {
        requireOpen();
        DirectoryEntry entry = DirectoryFormat.entry(walk.key(), walk.value());
        walk.next();
        return entry;
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The directory is closed.");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            open.remove(this);
            walk.close();
        }
    }
}
