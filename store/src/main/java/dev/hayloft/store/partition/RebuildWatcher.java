package dev.hayloft.store.partition;

/** Who watches a rebuild. Threads: called from the rebuild's own. */
public interface RebuildWatcher {
    /** So many more bytes are done. */
    void advance(long bytes);

    /** Whether to stop between two steps. */
    boolean isCancelled();
}
