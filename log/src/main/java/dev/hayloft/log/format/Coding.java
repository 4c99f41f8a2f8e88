package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;

/**
 * How a needle's payload stands for its content: first compressed, then encrypted.
 *
 * @param codec one of the {@code CODEC_} constants of {@link NeedleFormat}
 * @param encrypted whether the payload is sealed under its bucket's key
 * @param shared whether a manifest names shared content
 */
public record Coding(byte codec, boolean encrypted, boolean shared) {
    /** The payload is the content, or a manifest of extents. */
    public static final Coding RAW = new Coding(NeedleFormat.CODEC_NONE, false, false);

    /** The payload is a manifest of shared content. */
    public static final Coding SHARED = new Coding(NeedleFormat.CODEC_NONE, false, true);

    static final int ENCRYPTED_BIT = 1;
    static final int SHARED_BIT = 2;
    static final int BITS_KNOWN = ENCRYPTED_BIT | SHARED_BIT;

    public Coding {
        Check.argument(codec >= NeedleFormat.CODEC_NONE && codec <= NeedleFormat.CODEC_MAX, "codec is unknown");
    }

    static Coding of(byte codec, int bits) {
        return new Coding(codec, (bits & ENCRYPTED_BIT) != 0, (bits & SHARED_BIT) != 0);
    }

    /** Whether payload and content are the same bytes. */
    public boolean isRaw() {
        return codec == NeedleFormat.CODEC_NONE && !encrypted;
    }

    int bits() {
        return (encrypted ? ENCRYPTED_BIT : 0) | (shared ? SHARED_BIT : 0);
    }
}
