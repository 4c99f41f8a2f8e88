package dev.hayloft.index;

import dev.hayloft.model.error.Check;
import java.nio.file.Path;

/**
 * Settings of one partition's {@link KeyIndex}.
 *
 * @param folder where its files are; made when absent; nothing else may be in it
 * @param mapEntriesFirst entries that the first map of a new index has room for, 64..mapEntriesMax. Small costs nothing
 *     but a few early steps of growth
 * @param mapEntriesMax entries that one map may have room for, {@code mapEntriesFirst}..16 Mi; a full one of this size
 *     splits in four. Larger: fewer files, and a split works longer and needs more space meanwhile
 */
public record IndexConfig(Path folder, long mapEntriesFirst, long mapEntriesMax) {
    /** Room for entries that a map may have at most. */
    public static final long MAP_ENTRIES_LIMIT = 1L << 24;

    /** Room for entries that a map has at least. */
    public static final long MAP_ENTRIES_MIN = 64;

    public IndexConfig {
        Check.argument(
                mapEntriesFirst >= MAP_ENTRIES_MIN && mapEntriesFirst <= mapEntriesMax, "mapEntriesFirst out of range");
        Check.argument(mapEntriesMax <= MAP_ENTRIES_LIMIT, "mapEntriesMax out of range");
    }

    /** What suits stores from a handful of keys to hundreds of millions. */
    public static IndexConfig defaults(Path folder) {
        return new IndexConfig(folder, 5L << 13, 5L << 19);
    }
}
