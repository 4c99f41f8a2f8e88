package dev.hayloft.api.http;

import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpField;

/** How a front other than the native one tells a failure. */
@FunctionalInterface
public interface FailureForm {
    /** The answer that a failure amounts to. */
    Failure of(Throwable cause);

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param headers beside the length
     * @param body from position to limit
     * @param closes whether the connection ends with it when the request's body has not been read
     */
    record Failure(int status, List<HttpField> headers, ByteBuffer body, boolean closes) {
        public Failure {
            headers = List.copyOf(headers);
        }
    }
}
