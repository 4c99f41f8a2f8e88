package dev.hayloft.api;

import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Problem;
import dev.hayloft.api.http.RequestIds;
import dev.hayloft.model.error.ErrorCode;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Gives the problem document to errors that the HTTP library finds by itself: what is not HTTP never reaches a call.
 */
final class ProblemErrorHandler extends ErrorHandler {
    /** The library parses no further than this, so the path itself is not known here. */
    private static final Problem BAD_URI =
            new Problem(ErrorCode.BAD_KEY, "A path must be percent-encoded UTF-8 without NUL: %, then two hex digits.");

    private static final Problem STOPPING =
            new Problem(ErrorCode.UNAVAILABLE, "The server is stopping; send the request again when it is back.");

    private final RequestIds requestIds;

    ProblemErrorHandler(RequestIds requestIds) {
        this.requestIds = requestIds;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        String reason = null;
        boolean badUri = false;
        if (request.getAttribute(ERROR_EXCEPTION) instanceof HttpException failure) {
            status = failure.getCode();
            reason = failure.getReason();
            badUri = failure instanceof BadMessageException message
                    && message.getCause() instanceof IllegalArgumentException
                    && (reason == null || reason.equals("Bad Request"));
        }
        Problem problem = badUri ? BAD_URI : problem(status, reason);
        String id = requestIds.next();
        ByteBuffer document = problem.document(id);
        response.setStatus(problem.status());
        response.getHeaders().put(new HttpField(Headers.REQUEST_ID, id));
        response.getHeaders().put(Headers.PROBLEM);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, document.remaining());
        // The library reads no further on this connection: a client that is not told so would lose its next request.
        response.getHeaders().put(Headers.CLOSE);
        response.write(true, document, callback);
        return true;
    }

    private static Problem problem(int status, @Nullable String reason) {
        String detail = reason == null || reason.isBlank() ? "The request is not HTTP that this server takes." : reason;
        return switch (status) {
            case 404 -> new Problem(ErrorCode.NOT_FOUND, detail);
            case 405 -> new Problem(ErrorCode.METHOD_NOT_ALLOWED, detail);
            case 408 -> new Problem(ErrorCode.ENTITY_TIMEOUT, detail);
            case 413, 414, 431 -> new Problem(ErrorCode.TOO_LARGE, detail + "; limits.requestHeaders bounds the head.");
            case 503 -> STOPPING; // Nothing else of the library says so.
            default ->
                new Problem(status >= 500 && status != 505 ? ErrorCode.INTERNAL : ErrorCode.BAD_PARAMETER, detail);
        };
    }
}
