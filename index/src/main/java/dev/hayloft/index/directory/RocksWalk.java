package dev.hayloft.index.directory;

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

    RocksWalk(RocksIterator iterator, ReadOptions options, Slice end) {
        this.iterator = iterator;
        this.options = options;
        this.end = end;
    }

    /** Goes to the first key that is not below this one. */
    public void seek(byte[] key) {
        iterator.seek(key);
    }

    public void next() {
        iterator.next();
    }

    /** Whether it stands on a key; when not, the end is reached. */
    public boolean isValid() {
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            throw RocksFolder.failure("directory cannot be read", e);
        }
    }

    public byte[] key() {
        return iterator.key();
    }

    public byte[] value() {
        return iterator.value();
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        end.close();
    }
}
