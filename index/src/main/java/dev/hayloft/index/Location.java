package dev.hayloft.index;

import dev.hayloft.model.error.Check;

/**
 * Where a needle stands, and what is asked most often about it.
 *
 * @param position the frame's {@link dev.hayloft.model.LogPosition}
 * @param needleOffset from the first byte of the frame's raw content, 0..2^31-1
 * @param needleSize bytes of the needle in the raw frame, 0..2^31-1
 * @param version the needle's version, as it was stamped
 * @param contentSize bytes of the object as written, 0..{@value #CONTENT_SIZE_MAX}
 * @param flags any of {@link #MANIFEST}, {@link #TOMBSTONE}, {@link #EXTENT}, {@link #EXPIRES}; 16 bits are kept
 * @param bucketId the bucket
 * @param timeMillis when it was stamped, milliseconds since 1970, 0..{@value #TIME_MILLIS_MAX}
 */
public record Location(
        long position,
        int needleOffset,
        int needleSize,
        long version,
        long contentSize,
        int flags,
        int bucketId,
        long timeMillis) {
    /** The needle names extents instead of holding the content. */
    public static final int MANIFEST = 1;

    /** The needle says that the key is gone: while rebuilding, and in hint files. */
    public static final int TOMBSTONE = 2;

    /** The needle is a piece of a longer content. */
    public static final int EXTENT = 4;

    /** The needle carries a time from which it is not shown any more. */
    public static final int EXPIRES = 8;

    public static final int FLAGS_MAX = 0xFFFF;
    public static final long CONTENT_SIZE_MAX = (1L << 48) - 1;
    public static final long TIME_MILLIS_MAX = (1L << 48) - 1;

    public Location {
        Check.argument(position >= 0, "position is negative");
        Check.argument(needleOffset >= 0 && needleSize >= 0, "needle offset or size is negative");
        Check.argument(contentSize >= 0 && contentSize <= CONTENT_SIZE_MAX, "content size out of range");
        Check.argument(flags >= 0 && flags <= FLAGS_MAX, "flags out of range");
        Check.argument(timeMillis >= 0 && timeMillis <= TIME_MILLIS_MAX, "time out of range");
    }

    /** Whether all bits of {@code flag} are set. */
    public boolean has(int flag) {
        return (flags & flag) == flag;
    }
}
