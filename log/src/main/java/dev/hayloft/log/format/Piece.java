package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;

/**
 * A piece of an appended object: an extent that holds content, or one that lists further pieces.
 *
 * @param extentId names the extent
 * @param sizeBytes of content, in it or behind it
 * @param level how often it was folded, 0 for what was never
 * @param isList whether it lists pieces
 */
public record Piece(long extentId, long sizeBytes, int level, boolean isList) {
    /** Highest level. */
    public static final int LEVEL_MAX = 127;

    /** Most bytes of content behind a piece. */
    public static final long SIZE_MAX = (1L << 48) - 1;

    public Piece {
        Check.argument(level >= 0 && level <= LEVEL_MAX, "a level is 0 to 127");
        Check.argument(sizeBytes > 0 && sizeBytes <= SIZE_MAX, "a piece has 1 to 2^48 - 1 bytes");
    }
}
