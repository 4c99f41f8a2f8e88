package dev.hayloft.store;

import java.util.Optional;

/**
 * A walk over a listing as it stood at one moment.
 *
 * <p><i>Threads:</i> one at a time; {@link #next} may wait for the disk.
 */
public interface ListCursor extends AutoCloseable {
    /** The next entry; empty at the end, and from then on. */
    Optional<ListEntry> next();

    /** Lets go of the snapshot. Idempotent. */
    @Override
    void close();
}
