package dev.hayloft.api.control;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.metrics.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;

/** {@code GET /openapi.json}: the HTTP API as an OpenAPI 3.1 document, open to all. */
public final class OpenApi {
    public static final String PATH = "/openapi.json";

    private final ByteBuffer document;

    /** Reads the document, which is part of the program. */
    public OpenApi() {
        try (InputStream resource = OpenApi.class.getResourceAsStream("/dev/hayloft/api/openapi.json")) {
            if (resource == null) {
                throw new AssertionError("the program has no openapi.json");
            }
            document = ByteBuffer.wrap(resource.readAllBytes()).asReadOnlyBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers the document. */
    public void show(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.headers().put(Headers.JSON);
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, document.remaining());
        exchange.answer(200, exchange.isHead() ? null : document.duplicate(), Callback.NOOP);
    }
}
