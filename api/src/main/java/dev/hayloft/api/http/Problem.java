package dev.hayloft.api.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;

/**
 * A problem document of RFC 9457: what an answer says when something went wrong.
 *
 * @param code what went wrong
 * @param detail what was wrong with which input, and what would be right
 * @param record of a batch, the number of the record that it was, from 0
 */
public record Problem(ErrorCode code, String detail, OptionalInt record) {
    /** Of no record. */
    public Problem(ErrorCode code, String detail) {
        this(code, detail, OptionalInt.empty());
    }

    private static final String RECORD = "record";

    /** The problem that a failure amounts to. What is not ours is {@code internal} and tells nothing of the inside. */
    public static Problem of(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof HayloftException ours) {
            OptionalInt record =
                    ours.fields().get(RECORD) instanceof Integer number ? OptionalInt.of(number) : OptionalInt.empty();
            return new Problem(ours.code(), ours.detail(), record);
        }
        if (cause instanceof RejectedExecutionException) {
            return new Problem(
                    ErrorCode.TOO_MANY_REQUESTS,
                    "The server has more work waiting than it takes; try again in a second.");
        }
        if (cause instanceof TimeoutException) {
            return new Problem(ErrorCode.ENTITY_TIMEOUT, "No byte of the body came for as long as limits.idle allows.");
        }
        if (cause instanceof HttpException http && http.getCode() >= 400 && http.getCode() < 500) {
            return new Problem(ErrorCode.BAD_PARAMETER, "The body is not HTTP: " + http.getReason() + ".");
        }
        return new Problem(ErrorCode.INTERNAL, "The server failed; its log has more under this request's id.");
    }

    /** The failure itself, out of the wrappers of futures. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Whether the log should know. */
    public static boolean isOurs(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof RequestException || cause instanceof CapacityException;
    }

    /** Whether a client went away, fell silent or spoke no HTTP, or was refused because too much work waits. */
    static boolean isUsual(Throwable cause) {
        return cause instanceof IOException
                || cause instanceof TimeoutException
                || cause instanceof RejectedExecutionException
                || (cause instanceof HttpException http && http.getCode() < 500);
    }

    /** The HTTP status. */
    public int status() {
        return StatusMapper.statusOf(code);
    }

    /** The document in UTF-8. */
    public ByteBuffer document(String requestId) {
        return Json.document(json -> write(json, requestId));
    }

    /** Writes it as an object within a document. */
    public void write(JsonGenerator json, String requestId) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "urn:hayloft:problem:" + code.wireName());
        json.writeStringField("title", code.title());
        json.writeNumberField("status", status());
        json.writeStringField("detail", detail);
        json.writeStringField("instance", requestId);
        if (record.isPresent()) {
            json.writeNumberField(RECORD, record.getAsInt());
        }
        json.writeEndObject();
    }
}
