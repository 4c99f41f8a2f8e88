package dev.hayloft.store;

import java.nio.ByteBuffer;

/**
 * An object opened for reading: what it was at one moment, whatever is written since. Keeps its bytes from being
 * reclaimed until it is closed.
 *
 * <p><i>Threads:</i> one at a time.
 */
public interface StoredObject extends AutoCloseable {
    /** Its name, size, digest and attributes. */
    ObjectInfo info();

    /**
     * Whether the whole content has been read and checked already, as for every object of at most
     * {@link ObjectStore#EXTENT_SIZE} bytes: {@link #read} then does not block.
     */
    boolean inMemory();

    /**
     * Content from an offset on: at least 1 and at most {@code sizeMaxBytes} bytes, ending at an extent's edge at the
     * latest; checked against their checksum. Blocks unless {@link #inMemory()}. The buffer is read-only, stays valid
     * until the next call or {@link #close()}, whichever comes first, and is empty only at the end of the content.
     *
     * @throws dev.hayloft.model.error.CorruptionException when the bytes are damaged
     */
    ByteBuffer read(long offset, int sizeMaxBytes);

    /** Gives the bytes back. Idempotent. */
    @Override
    void close();
}
