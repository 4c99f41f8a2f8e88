package dev.hayloft.erasure.shard;

/** Is told of progress, and may hold the work up to keep to a rate, or end it with an exception. */
@FunctionalInterface
public interface ShardWatcher {
    /** So many more bytes were read or written; called every few hundred KiB at most. */
    void advance(long bytes);
}
