package dev.hayloft.model.error;

/**
 * The store, or the partition that holds the key, does not take this operation now: it is closing, or read-only after a
 * failed force.
 */
public final class StoreClosedException extends HayloftException {
    private static final long serialVersionUID = 1L;

    public StoreClosedException(ErrorCode code, String message) {
        super(code, message, true);
    }

    /** With what brought it about, for the log. */
    public StoreClosedException(ErrorCode code, String message, Throwable cause) {
        super(code, message, cause, true);
    }

    /** Adds a particular; returns this exception. */
    public StoreClosedException with(String name, Object value) {
        add(name, value);
        return this;
    }
}
