package dev.hayloft.log.format;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a needle says beside its key, metadata and payload.
 *
 * @param type what it is
 * @param codec how the payload is stored: {@link NeedleFormat#CODEC_NONE}
 * @param manifest whether the payload is a manifest naming extents
 * @param contentSize bytes of the content as it was written, whatever the codec; of a manifest the whole object's
 * @param sha256 digest of the content as it was written
 * @param expiresAtMillis when the object ends, milliseconds since 1970 UTC
 * @param stamp of a moved needle; empty for a new one, which takes its numbers from the frame
 */
public record NeedleHead(
        NeedleType type,
        byte codec,
        boolean manifest,
        long contentSize,
        Optional<Sha256> sha256,
        OptionalLong expiresAtMillis,
        Optional<Stamp> stamp) {
    public NeedleHead {
        Check.argument(contentSize >= 0, "content size is negative");
        Check.argument(codec == NeedleFormat.CODEC_NONE, "codec is unknown");
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
        return new NeedleHead(
                type, NeedleFormat.CODEC_NONE, false, contentSize, sha256, OptionalLong.empty(), Optional.empty());
    }
}
