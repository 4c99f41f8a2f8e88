package dev.hayloft.log.format;

/** Why a needle was written, for those who follow the changes of a bucket. The codes are on disk. */
public enum NeedleOrigin {
    /** A put; of a tombstone a delete. */
    PUT(0),
    APPEND(1),
    PATCH(2),
    RENAME(3),
    COPY(4),
    /** The object's time was over. */
    EXPIRE(5),
    /** Versions were taken out for good. */
    PURGE(6);

    private static final NeedleOrigin[] BY_CODE = values();

    private final byte code;

    NeedleOrigin(int code) {
        this.code = (byte) code;
    }

    /** The number on disk, 0..15. */
    public byte code() {
        return code;
    }

    /** Whether some origin has this code. */
    static boolean isKnown(int code) {
        return code >= 0 && code < BY_CODE.length;
    }

    static NeedleOrigin of(int code) {
        return BY_CODE[code];
    }
}
