package dev.hayloft.index.directory;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A walk over one state of the folder, in the order of the keys' bytes.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class RocksWalk implements AutoCloseable {
    private final RocksIterator iterator;
    private final ReadOptions options;
    private final Slice end;
    private byte @Nullable [] key; // Of where it stands, fetched from native code at most once.
    private byte @Nullable [] value; // Likewise.

    RocksWalk(RocksIterator iterator, ReadOptions options, Slice end) {
        this.iterator = iterator;
        this.options = options;
        this.end = end;
    }

    /** Goes to the first key that is not below this one. */
    public void seek(byte[] target) {
        forget();
        iterator.seek(target);
    }

    public void next() {
        forget();
        iterator.next();
    }

    private void forget() {
        key = null;
        value = null;
    }

    /** Whether it stands on a key; when not, the end is reached. */
    public boolean isValid() {
        if (key != null || iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            throw RocksFolder.failure("directory cannot be read", e);
        }
    }

    /** The key under it; the caller may keep the array and must not change it. */
    public byte[] key() {
        byte[] fetched = key;
        if (fetched == null) {
            fetched = iterator.key();
            key = fetched;
        }
        return fetched;
    }

    /** The value under it; the caller may keep the array and must not change it. */
    public byte[] value() {
        byte[] fetched = value;
        if (fetched == null) {
            fetched = iterator.value();
            value = fetched;
        }
        return fetched;
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        end.close();
    }
}
