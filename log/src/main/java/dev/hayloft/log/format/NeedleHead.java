package dev.hayloft.log.format;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a needle says beside its key, metadata and payload.
 *
 * @param type what it is
 * @param coding how the payload is stored
 * @param manifest whether the payload is a manifest naming extents
 * @param contentSize bytes of the content as it was written, whatever the codec; of a manifest the whole object's
 * @param sha256 digest of the content as it was written
 * @param expiresAtMillis when the object ends, milliseconds since 1970 UTC
 * @param stamp of a moved needle; empty for a new one, which takes its numbers from the frame
 * @param marks any of {@link #KEPT}, {@link #MARKER}, {@link #APPENDED}
 * @param origin why it was written
 */
public record NeedleHead(
        NeedleType type,
        Coding coding,
        boolean manifest,
        long contentSize,
        Optional<Sha256> sha256,
        OptionalLong expiresAtMillis,
        Optional<Stamp> stamp,
        int marks,
        NeedleOrigin origin) {
    /** Written while the bucket kept versions; of a tombstone that names a version: that one was. */
    public static final int KEPT = NeedleFormat.FLAG_KEPT;

    /**
     * Of a tombstone that names no version: it is a delete marker, a version of its own. Of one that names a version:
     * it ends all older ones too.
     */
    public static final int MARKER = NeedleFormat.FLAG_MARKER;

    /** The content was written in several parts. */
    public static final int APPENDED = NeedleFormat.FLAG_APPENDED;

    private static final int MARKS = KEPT | MARKER | APPENDED;

    public NeedleHead {
        Check.argument((marks & ~MARKS) == 0, "marks are unknown");
        Check.argument(contentSize >= 0, "content size is negative");
    }

    /** A needle without marks, of an ordinary put or delete. */
    public NeedleHead(
            NeedleType type,
            Coding coding,
            boolean manifest,
            long contentSize,
            Optional<Sha256> sha256,
            OptionalLong expiresAtMillis,
            Optional<Stamp> stamp) {
        this(type, coding, manifest, contentSize, sha256, expiresAtMillis, stamp, 0, NeedleOrigin.PUT);
    }

    /**
     * A tombstone.
     *
     * @param named the version that it ends, 0 for all versions up to itself
     * @param marks see the constants
     */
    public static NeedleHead tombstone(long named, int marks, NeedleOrigin origin) {
        return new NeedleHead(
                NeedleType.TOMBSTONE,
                Coding.RAW,
                false,
                named,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                marks,
                origin);
    }

    /** An object with its content beside it. */
    public static NeedleHead object(long contentSize, Sha256 sha256) {
        return plain(NeedleType.OBJECT, contentSize, Optional.of(sha256));
    }

    /** A deletion. */
    public static NeedleHead tombstone() {
        return plain(NeedleType.TOMBSTONE, 0, Optional.empty());
    }

    /** A piece of a large body. */
    public static NeedleHead extent(long contentSize) {
        return plain(NeedleType.EXTENT, contentSize, Optional.empty());
    }

    static NeedleHead plain(NeedleType type, long contentSize, Optional<Sha256> sha256) {
        return new NeedleHead(type, Coding.RAW, false, contentSize, sha256, OptionalLong.empty(), Optional.empty());
    }
}
