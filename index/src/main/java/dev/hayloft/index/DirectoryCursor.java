package dev.hayloft.index;

import dev.hayloft.index.directory.DirectoryWalk;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * All the rest of a bucket's keys, sorted, as they were when the cursor was made. It holds that state on the disk until
 * it is closed.
 *
 * <p><i>Threads:</i> one at a time. {@link Directory#close()} may come in between; then every call but {@link #close}
 * throws {@link dev.hayloft.model.error.StoreClosedException}.
 */
public final class DirectoryCursor implements Iterator<DirectoryEntry>, AutoCloseable {
    private final DirectoryWalk walk;

    DirectoryCursor(DirectoryWalk walk) {
        this.walk = walk;
    }

    @Override
    public boolean hasNext() {
        return walk.hasNext();
    }

    /**
     * The next entry.
     *
     * @throws NoSuchElementException after the last one
     */
    @Override
    public DirectoryEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the cursor is at its end");
        }
        return walk.next();
    }

    @Override
    public void close() {
        walk.close();
    }
}
