package dev.hayloft.index;

/**
 * Figures of a {@link Directory} at one moment, for people and metrics.
 *
 * @param applied how far listings see
 * @param flushed what would be left if the process died now
 * @param diskBytes of its table files
 * @param memoryBytes native memory that it holds
 */
public record DirectoryStatus(
        DirectoryCheckpoint applied, DirectoryCheckpoint flushed, long diskBytes, long memoryBytes) {}
