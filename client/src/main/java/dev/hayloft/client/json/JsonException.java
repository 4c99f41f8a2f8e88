package dev.hayloft.client.json;

/** Text that is not JSON, or JSON of another shape than the caller asked for. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }
}
