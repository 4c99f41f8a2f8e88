package dev.hayloft.store.partition;

/**
 * A bucket as a partition's writer sees it: an id, and whether mutations may still enter.
 *
 * <p><i>Threads:</i> any; the writer looks at {@link #isClosed()} when it judges, so that a barrier submitted after
 * {@link #close()} completes behind the last mutation that entered.
 */
public final class BucketGate {
    private final int bucketId;
    private volatile boolean closed; // Written by close and reopen, read by the writer before each mutation.

    /** An open gate. */
    public BucketGate(int bucketId) {
        this.bucketId = bucketId;
    }

    /** The bucket's id. */
    public int bucketId() {
        return bucketId;
    }

    /** From now on the writer refuses mutations of this bucket. */
    public void close() {
        closed = true;
    }

    /** Lets mutations in again. */
    public void reopen() {
        closed = false;
    }

    /** Whether mutations are refused. */
    public boolean isClosed() {
        return closed;
    }
}
