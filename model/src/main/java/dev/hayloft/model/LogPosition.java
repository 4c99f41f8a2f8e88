package dev.hayloft.model;

import dev.hayloft.model.error.Check;

/**
 * A place in a partition's log, packed into one {@code long} that orders as the log does: the volume's id in the upper
 * 32 bits, the byte offset in its file divided by 4 in the lower 32. Frames start on multiples of 4, so 16 GiB of a
 * volume can be addressed. Compare with {@link #compare(long, long)} or as signed longs: volume ids stay below 2^31.
 */
public final class LogPosition {
    /** Before every frame. */
    public static final long START = 0;

    /** Offsets are multiples of this. */
    public static final int ALIGNMENT = 4;

    /** First offset that a position cannot name. */
    public static final long OFFSET_LIMIT = (1L << 32) * ALIGNMENT;

    private LogPosition() {}

    /**
     * Packs a position.
     *
     * @param volume the volume's id, 0..2^31-1
     * @param offset byte offset in the volume's file, a multiple of 4, 0..16 GiB (exclusive)
     */
    public static long of(int volume, long offset) {
        Check.argument(volume >= 0, "volume id is negative");
        Check.argument(offset >= 0 && offset < OFFSET_LIMIT && offset % ALIGNMENT == 0, "offset out of range");
        return ((long) volume << 32) | (offset / ALIGNMENT);
    }

    /** The volume's id. */
    public static int volume(long position) {
        return (int) (position >>> 32);
    }

    /** The byte offset in the volume's file. */
    public static long offset(long position) {
        return (position & 0xFFFF_FFFFL) * ALIGNMENT;
    }

    /** Order in the log. */
    public static int compare(long left, long right) {
        return Long.compare(left, right);
    }

    /** For people: {@code volume:offset}. */
    public static String toString(long position) {
        return volume(position) + ":" + offset(position);
    }
}
