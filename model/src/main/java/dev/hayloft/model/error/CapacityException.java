package dev.hayloft.model.error;

/** A bound is reached: a full queue, a full disk, a quota. The same request may succeed later. */
public final class CapacityException extends HayloftException {
    private static final long serialVersionUID = 1L;

    /** Carries no stack trace: it is raised under load, when every microsecond counts. */
    public CapacityException(ErrorCode code, String message) {
        super(code, message, false);
    }

    /** Adds a particular; returns this exception. */
    public CapacityException with(String name, Object value) {
        add(name, value);
        return this;
    }
}
