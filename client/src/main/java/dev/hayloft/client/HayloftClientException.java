package dev.hayloft.client;

import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;

/**
 * A call that did not succeed. {@link #code} is the problem code of the server's answer ({@code no-such-key}), or one
 * of the client's own where there was no answer to trust:
 *
 * <ul>
 *   <li>{@code no-connection}: the server was not reached, it has seen nothing;
 *   <li>{@code no-answer}: the connection broke or timed out; whether a write happened is not known;
 *   <li>{@code cut-body}: a body ended early; what came must not be used as a whole;
 *   <li>{@code wrong-digest}: the bytes do not have the SHA-256 the other side names;
 *   <li>{@code bad-source}: what was to be stored could not be read; the server was told nothing complete;
 *   <li>{@code bad-answer}: the answer is not one of Hayloft.
 * </ul>
 */
public final class HayloftClientException extends RuntimeException {
    public static final String NO_CONNECTION = "no-connection";
    public static final String NO_ANSWER = "no-answer";
    public static final String CUT_BODY = "cut-body";
    public static final String WRONG_DIGEST = "wrong-digest";
    public static final String BAD_SOURCE = "bad-source";
    public static final String BAD_ANSWER = "bad-answer";

    private static final long serialVersionUID = 1L;

    private final String code;
    private final int status;
    private final String detail;
    private final String requestId;

    private HayloftClientException(String code, int status, String detail, String requestId) {
        super(code + ": " + detail);
        this.code = code;
        this.status = status;
        this.detail = detail;
        this.requestId = requestId;
    }

    /** A failure on this side of the wire. */
    static HayloftClientException local(String code, String detail, Throwable cause) {
        HayloftClientException e = local(code, detail);
        e.initCause(cause);
        return e;
    }

    /** A failure on this side of the wire. */
    static HayloftClientException local(String code, String detail) {
        return new HayloftClientException(code, 0, detail, "");
    }

    /**
     * A problem document's.
     *
     * @param fallback what to say when the body is none, for example because a proxy wrote it
     */
    static HayloftClientException ofProblem(int status, String body, String requestId, String fallback) {
        try {
            JsonObject problem = JsonValue.parse(body).asObject();
            String type = problem.text("type");
            String code = type.substring(type.lastIndexOf(':') + 1);
            String detail = problem.find("detail").map(JsonValue::asText).orElse(fallback);
            return new HayloftClientException(code, status, detail, requestId);
        } catch (JsonException e) {
            return new HayloftClientException("http-" + status, status, fallback, requestId);
        }
    }

    /** The problem of a HEAD, which has no body to say it: the status and the target say what they can. */
    static HayloftClientException ofHead(int status, String target, String requestId) {
        String code =
                switch (status) {
                    case 401 -> "unauthenticated";
                    case 403 -> "forbidden";
                    case 404 -> "no-such-key";
                    case 412 -> "precondition-failed";
                    default -> "http-" + status;
                };
        return new HayloftClientException(code, status, "HEAD " + target + " was answered " + status, requestId);
    }

    /** The same failure, told to somebody else. */
    HayloftClientException again() {
        HayloftClientException copy = new HayloftClientException(code, status, detail, requestId);
        copy.initCause(this);
        return copy;
    }

    /** The problem's code, for example {@code no-such-key}. */
    public String code() {
        return code;
    }

    /** The HTTP status, 0 where there was no answer. */
    public int status() {
        return status;
    }

    /** What was wrong with which input. */
    public String detail() {
        return detail;
    }

    /** The id under which the server's log names the request; empty where there was no answer. */
    public String requestId() {
        return requestId;
    }
}
