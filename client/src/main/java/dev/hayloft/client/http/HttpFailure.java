package dev.hayloft.client.http;

import java.io.IOException;

/** An exchange that did not come to an answer, with what is known about how far it came. */
public final class HttpFailure extends IOException {
    private static final long serialVersionUID = 1L;

    /** How far an exchange came, and so whether it may be repeated. */
    public enum Kind {
        /** No connection: the server has seen nothing. */
        NOT_CONNECTED,
        /** A connection that had been idle broke before any byte of the answer: the server may have closed it. */
        STALE,
        /** The server said nothing for too long. */
        TIMED_OUT,
        /** The connection broke inside the request or the answer. */
        BROKEN,
        /** What was to be sent could not be read, or was shorter than announced; the request was broken off. */
        SOURCE,
        /** What came is not HTTP as this client knows it. */
        NOT_HTTP
    }

    private final Kind kind;

    public HttpFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public HttpFailure(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
