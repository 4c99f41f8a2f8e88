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
 * @param flags any of the constants below; 16 bits are kept
 * @param bucketId the bucket
 * @param timeMillis when it was stamped, milliseconds since 1970, 0..{@value #TIME_MILLIS_MAX}
 * @param link of a key's entry the version of the next older version that is kept, 0 when there is none; of shared
 *     content how often it is referred to; in a hint of a tombstone the version that it names; else 0
 * @param expiresAtMillis from when it is not shown any more, milliseconds since 1970, 0..{@value #TIME_MILLIS_MAX}; 0
 *     for never
 */
public record Location(
        long position,
        int needleOffset,
        int needleSize,
        long version,
        long contentSize,
        int flags,
        int bucketId,
        long timeMillis,
        long link,
        long expiresAtMillis) {
    /** The needle names extents instead of holding the content. */
    public static final int MANIFEST = 1;

    /** The needle says that the key is gone: while rebuilding, and in hint files. */
    public static final int TOMBSTONE = 2;

    /** The needle is a piece of a longer content. */
    public static final int EXTENT = 4;

    /** The needle carries a time from which it is not shown any more. */
    public static final int EXPIRES = 8;

    /** Written while the bucket kept versions: a newer version does not replace it. */
    public static final int KEPT = 16;

    /** With {@link #TOMBSTONE}: a delete marker, which is a version of the key and hides the older ones. */
    public static final int MARKER = 32;

    /** The content was written in several parts. */
    public static final int APPENDED = 64;

    /** Content that needles refer to, or a manifest that names such content. */
    public static final int SHARED = 128;

    /** With {@link #TOMBSTONE}, in hints: ends the version that it names and all older ones, not that one alone. */
    public static final int UP_TO = 256;

    /** The entry stands under its version's hash: a newer version of the key stands under the key's. */
    public static final int OLDER = 512;

    /** No needle's entry: it stands under the hash of shared content, and its version is the id of the extent. */
    public static final int ALIAS = 1 << 14;

    /** Added to the link of shared content whose references are not all known: it never comes to none then. */
    public static final long UNCOUNTED = 1L << 48;

    public static final int FLAGS_MAX = 0xFFFF;
    public static final long CONTENT_SIZE_MAX = (1L << 48) - 1;
    public static final long TIME_MILLIS_MAX = (1L << 48) - 1;

    public Location {
        Check.argument(position >= 0, "position is negative");
        Check.argument(needleOffset >= 0 && needleSize >= 0, "needle offset or size is negative");
        Check.argument(contentSize >= 0 && contentSize <= CONTENT_SIZE_MAX, "content size out of range");
        Check.argument(flags >= 0 && flags <= FLAGS_MAX, "flags out of range");
        Check.argument(timeMillis >= 0 && timeMillis <= TIME_MILLIS_MAX, "time out of range");
        Check.argument(expiresAtMillis >= 0 && expiresAtMillis <= TIME_MILLIS_MAX, "expiry out of range");
    }

    /** Of a needle without link and expiry. */
    public Location(
            long position,
            int needleOffset,
            int needleSize,
            long version,
            long contentSize,
            int flags,
            int bucketId,
            long timeMillis) {
        this(position, needleOffset, needleSize, version, contentSize, flags, bucketId, timeMillis, 0, 0);
    }

    /** The same with another link. */
    public Location withLink(long newLink) {
        return newLink == link ? this : with(flags, newLink);
    }

    /** The same with other flags. */
    public Location withFlags(int newFlags) {
        return newFlags == flags ? this : with(newFlags, link);
    }

    private Location with(int newFlags, long newLink) {
        return new Location(
                position,
                needleOffset,
                needleSize,
                version,
                contentSize,
                newFlags,
                bucketId,
                timeMillis,
                newLink,
                expiresAtMillis);
    }

    /** Of shared content: how many times needles refer to it, as far as that is known. */
    public long references() {
        return link & (UNCOUNTED - 1);
    }

    /** Whether this is the entry of content that needles may share. */
    public boolean isSharedContent() {
        return (flags & (EXTENT | SHARED | ALIAS)) == (EXTENT | SHARED);
    }

    /** Whether its time is over. */
    public boolean isExpired(long nowMillis) {
        return expiresAtMillis != 0 && expiresAtMillis <= nowMillis;
    }

    /** The same needle at another place, where it may have another size. */
    public Location movedTo(long newPosition, int newOffset, int newSize) {
        return new Location(
                newPosition,
                newOffset,
                newSize,
                version,
                contentSize,
                flags,
                bucketId,
                timeMillis,
                link,
                expiresAtMillis);
    }

    /** Whether all bits of {@code flag} are set. */
    public boolean has(int flag) {
        return (flags & flag) == flag;
    }
}
