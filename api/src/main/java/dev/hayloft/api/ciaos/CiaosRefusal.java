package dev.hayloft.api.ciaos;

import dev.hayloft.api.http.FailureForm.Failure;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Problem;
import dev.hayloft.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** An answer of the CIAOS API that is not a success, in its own words. */
final class CiaosRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final HttpField TEXT = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");

    private final int status;
    private final boolean typed;
    private final boolean closes;

    private CiaosRefusal(int status, String text, boolean typed, boolean closes) {
        super(text, null, false, false);
        this.status = status;
        this.typed = typed;
        this.closes = closes;
    }

    /** With a content type. */
    static CiaosRefusal text(int status, String text) {
        return new CiaosRefusal(status, text, true, false);
    }

    /** Without one. */
    static CiaosRefusal bare(int status, String text) {
        return new CiaosRefusal(status, text, false, false);
    }

    /** The same; the connection ends with it when the body has not been read. */
    CiaosRefusal closing() {
        return new CiaosRefusal(status, String.valueOf(getMessage()), typed, true);
    }

    /** The one mapper from failures to what this front answers. */
    static Failure failure(Throwable cause) {
        if (cause instanceof CiaosRefusal refusal) {
            return new Failure(
                    refusal.status,
                    refusal.typed ? List.of(TEXT) : List.of(),
                    utf8(String.valueOf(refusal.getMessage())),
                    refusal.closes);
        }
        Problem problem = Problem.of(cause);
        List<HttpField> headers = new ArrayList<>(List.of(TEXT));
        if (problem.code() == ErrorCode.UNAUTHENTICATED) {
            headers.add(Headers.BASIC);
        } else if (problem.code() == ErrorCode.TOO_MANY_REQUESTS || problem.code() == ErrorCode.UNAVAILABLE) {
            headers.add(Headers.RETRY_SOON);
        }
        return new Failure(problem.status(), headers, utf8(problem.detail()), false);
    }

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
