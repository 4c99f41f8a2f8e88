package dev.hayloft.store;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;

/**
 * Many small objects of one bucket on their way in, in order and without conditions: the fast way to write.
 *
 * <p><i>Order:</i> records become true in the order in which they were given. After a failure none is stored any more,
 * so that what is stored is always the stream's beginning.
 *
 * <p><i>Threads:</i> one at a time; nothing here blocks. Whoever gives records looks at {@link #isSaturated()} before
 * each and waits for the listener when it is: what waits lives in memory.
 */
public interface RecordStream extends AutoCloseable {
    /** Largest value: 8 MiB, key and metadata included. */
    int RECORD_SIZE_MAX = 8 << 20;

    /** Hears how the stream goes, on threads of the store: it must not block. */
    interface Listener {
        /**
         * The first so many records are as durable as asked and readable. Called now and then, with growing numbers.
         */
        void acknowledged(long records);

        /**
         * The stream is over: the first so many records are stored and none after them. Called at most once, and
         * nothing is called after it.
         */
        void failed(HayloftException reason, long records);
    }

    /** Stores a record. The value, position to limit, is copied. */
    void put(ObjectKey key, ObjectAttributes attributes, ByteBuffer value);

    /** Deletes a key; absent counts as deleted. */
    void delete(ObjectKey key);

    /** Says that no record may come for a while: what was given goes on its way, as soon as that makes sense. */
    void pause();

    /** Sends everything on its way that was given. */
    void flush();

    /** Whether so much is on its way that nothing should be given until the listener has been called. */
    boolean isSaturated();

    /** Drops what is not on its way. Idempotent. */
    @Override
    void close();
}
