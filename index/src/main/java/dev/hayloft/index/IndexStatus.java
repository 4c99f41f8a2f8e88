package dev.hayloft.index;

/**
 * Figures of a {@link KeyIndex} at one moment, for people and metrics.
 *
 * @param maps map files that serve keys
 * @param entries keys in the index
 * @param capacity entries that the maps have room for before the next of them grows or splits
 * @param load entries / capacity
 * @param diskBytes blocks taken by the maps and the state file; sparse parts do not count
 * @param splitsDone maps replaced by larger or more ones since the index was opened
 * @param splitsRunning 0 or 1
 */
public record IndexStatus(
        int maps, long entries, long capacity, double load, long diskBytes, long splitsDone, int splitsRunning) {}
