package dev.hayloft.model.error;

/** Bytes on disk are not what was written there. Always {@link ErrorCode#CORRUPT_OBJECT}. */
public final class CorruptionException extends HayloftException {
    private static final long serialVersionUID = 1L;

    public CorruptionException(String message) {
        super(ErrorCode.CORRUPT_OBJECT, message, true);
    }

    public CorruptionException(String message, Throwable cause) {
        super(ErrorCode.CORRUPT_OBJECT, message, cause, true);
    }

    /** Adds a particular; returns this exception. */
    public CorruptionException with(String name, Object value) {
        add(name, value);
        return this;
    }
}
