package dev.hayloft.store.content;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * Where the decoded content of one reader stands. What is large is lent by a pool and overwritten by the next decoding:
 * fresh memory has to be cleared and collected, which takes a tenth of what decrypting it does.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class ContentMemory implements AutoCloseable {
    private static final int SIZE_MIN = 64 << 10;
    private static final int SIZE_MAX = 1 << 20; // An extent, and the most that a needle of an object holds.

    private final Pool pool;
    private byte[] lent = new byte[0];

    private ContentMemory(Pool pool) {
        this.pool = pool;
    }

    /** Arrays that nobody uses, at most 16 MiB of them. */
    static final class Pool {
        private final ArrayBlockingQueue<byte[]> idle = new ArrayBlockingQueue<>(16);

        /** For a reader to come. */
        ContentMemory memory() {
            return new ContentMemory(this);
        }
    }

    /** An array of at least this size, with anything in it; valid until the next call or {@link #close()}. */
    byte[] ofSize(int sizeBytes) {
        if (sizeBytes < SIZE_MIN || sizeBytes > SIZE_MAX) {
            return new byte[sizeBytes];
        }
        if (lent.length == 0) {
            byte[] idle = pool.idle.poll();
            lent = idle == null ? new byte[SIZE_MAX] : idle;
        }
        return lent;
    }

    /** Gives the memory back: nobody may touch what stands in it from now on. Idempotent. */
    @Override
    @SuppressWarnings("ReturnValueIgnored") // One too many is the collector's.
    public void close() {
        if (lent.length > 0) {
            pool.idle.offer(lent);
            lent = new byte[0];
        }
    }
}
