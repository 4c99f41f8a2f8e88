package dev.hayloft.model.error;

/** The caller asked for something that cannot be: the request is at fault, the store is well. */
public final class RequestException extends HayloftException {
    private static final long serialVersionUID = 1L;

    /** Carries no stack trace: it tells a client what to do, not us where we were. */
    public RequestException(ErrorCode code, String message) {
        super(code, message, false);
    }

    /** Adds a particular; returns this exception. */
    public RequestException with(String name, Object value) {
        add(name, value);
        return this;
    }
}
