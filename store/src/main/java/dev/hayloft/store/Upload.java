package dev.hayloft.store;

import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * An object on its way in, extent by extent. Not committed means it never was: {@link #close()} gives its bytes to the
 * compactor.
 *
 * <p><i>Threads:</i> one at a time; nothing here blocks.
 */
public interface Upload extends AutoCloseable {
    /**
     * Appends content. Every extent but the last must have exactly {@link ObjectStore#EXTENT_SIZE} bytes. The stage
     * completes when the extent is in the log and its buffer is free again; it does not wait for the disk. Keep at most
     * a few under way: they live in memory.
     */
    CompletionStage<Void> write(ByteBuffer extent);

    /** Makes the object true, as {@link ObjectStore#put} does; every write must have completed. Ends the upload. */
    CompletionStage<WriteResult> commit(Sha256 sha256);

    /** Drops what was not committed. Idempotent. */
    @Override
    void close();
}
