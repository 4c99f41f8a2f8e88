package dev.hayloft.store.content;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Where the bytes of dictionaries are kept. They stay as long as their bucket.
 *
 * <p><i>Threads:</i> any; may wait for the disk.
 */
public interface DictionaryStore {
    /** What {@link #write} was given; empty when it is lost. */
    Optional<ByteBuffer> load(int bucketId, int number);

    /**
     * Keeps one more dictionary; durable at return.
     *
     * @param all facts of all of the bucket's dictionaries, the new one last
     * @param stored its bytes, sealed if the facts say so
     */
    void write(int bucketId, List<DictionaryFacts> all, ByteBuffer stored);
}
