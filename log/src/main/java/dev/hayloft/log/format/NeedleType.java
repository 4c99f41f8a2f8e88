package dev.hayloft.log.format;

/** What a needle is. The codes are on disk and never change their meaning. */
public enum NeedleType {
    /** One stored version of an object: key, attributes, and the content or a manifest of it. */
    OBJECT(1),
    /** The key is deleted from this version on. */
    TOMBSTONE(2),
    /** A piece of a large body; its key is its 8-byte id. */
    EXTENT(3),
    /** First needle of a volume. */
    VOLUME_START(4),
    /** Last needle of a sealed volume. */
    VOLUME_END(5),
    /** How far each idempotent producer has come: see {@link ProducerTableFormat}. */
    PRODUCERS(8);

    private static final NeedleType[] BY_CODE = new NeedleType[9];

    static {
        for (NeedleType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final byte code;

    NeedleType(int code) {
        this.code = (byte) code;
    }

    /** The byte on disk. */
    public byte code() {
        return code;
    }

    /** Whether some type has this code. */
    static boolean isKnown(byte code) {
        return code > 0 && code < BY_CODE.length && BY_CODE[code] != null;
    }

    static NeedleType of(byte code) {
        return BY_CODE[code];
    }
}
