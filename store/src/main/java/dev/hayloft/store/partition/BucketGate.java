package dev.hayloft.store.partition;

/**
 * A bucket as a partition's writer sees it: an id, whether mutations may still enter, and what becomes of versions.
 *
 * <p><i>Threads:</i> any; the writer looks at {@link #isClosed()} when it judges, so that a barrier submitted after
 * {@link #close()} completes behind the last mutation that entered.
 */
public final class BucketGate {
    /**
     * What becomes of versions.
     *
     * @param keep whether what is written now stays when a newer version comes
     * @param versionsMax most versions of a key, 0 for any number
     * @param mayHaveOlder whether keys may have more than one version; once true, true for this run
     */
    public record Rules(boolean keep, int versionsMax, boolean mayHaveOlder) {
        /** Of a bucket that never kept a version. */
        public static final Rules PLAIN = new Rules(false, 0, false);
    }

    private final int bucketId;
    private volatile boolean closed; // Written by close and reopen, read by the writer before each mutation.
    private volatile Rules rules = Rules.PLAIN; // Written when settings change, read by the writer at each mutation.

    /** An open gate. */
    public BucketGate(int bucketId) {
        this.bucketId = bucketId;
    }

    /** The bucket's id. */
    public int bucketId() {
        return bucketId;
    }

    /** What becomes of versions now. */
    public Rules rules() {
        return rules;
    }

    /** From now on other rules hold; one thread at a time. */
    public void change(Rules changed) {
        boolean mayHaveOlder = changed.mayHaveOlder() || changed.keep() || rules.mayHaveOlder();
        rules = new Rules(changed.keep(), changed.versionsMax(), mayHaveOlder);
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
