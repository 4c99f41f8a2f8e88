package dev.hayloft.store.partition;

/** Who watches a rebuild. Threads: called from the rebuild's own. */
public interface RebuildWatcher {
    /** So many more bytes are done; may wait, as long as a pause lasts, and holds up nobody but other such work. */
    void advance(long bytes);

    /** Whether to stop between two steps. */
    boolean isCancelled();
}
