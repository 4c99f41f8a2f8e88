package dev.hayloft.api.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.adminui.ConsoleFile;
import dev.hayloft.adminui.ConsoleFiles;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.identity.Authenticator;
import dev.hayloft.api.identity.Identity;
import dev.hayloft.api.identity.Sessions;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The console's page and files, and the sessions of those who use it. */
public final class ConsoleCalls {
    /** Where the page is. */
    public static final String PATH = "/console";

    private static final String FILES = PATH + "/";

    private final Front front;
    private final Sessions sessions;
    private final ConsoleFiles files = ConsoleFiles.open();

    public ConsoleCalls(Front front, Sessions sessions) {
        this.front = front;
        this.sessions = sessions;
    }

    /** Whether a path is one of the console's. */
    public static boolean isOurs(String path) {
        return path.equals(PATH) || path.startsWith(FILES);
    }

    /** {@code GET /console…}, open to all: what it shows needs a key. */
    public void file(Exchange exchange, String path) {
        exchange.operation(Operation.OPERATIONS);
        String name = path.length() <= FILES.length() ? ConsoleFiles.INDEX : path.substring(FILES.length());
        ConsoleFile file = files.find(name)
                .orElseThrow(() -> new RequestException(ErrorCode.NOT_FOUND, "The console has no such file.")
                        .with("path", name.length() > 200 ? name.substring(0, 200) + "…" : name));
        exchange.headers().put(HttpHeader.ETAG, file.etag());
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-cache");
        exchange.headers().put("Content-Security-Policy", files.contentSecurityPolicy());
        exchange.headers().put("X-Content-Type-Options", "nosniff");
        exchange.headers().put("Referrer-Policy", "no-referrer");
        exchange.headers().put("Cross-Origin-Opener-Policy", "same-origin");
        if (file.etag().equals(exchange.request().getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
            exchange.answer(304);
            return;
        }
        ByteBuffer content = file.content().duplicate();
        exchange.headers().put(HttpHeader.CONTENT_TYPE, file.contentType());
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, content.remaining());
        exchange.answer(200, exchange.isHead() ? null : content, Callback.NOOP);
    }

    /** {@code GET /api/session}: who the session is, or how to begin one. */
    public void session(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        answer(exchange, 200, identity(exchange, sessions.authorization(exchange.request())));
    }

    /** {@code POST /api/session}, with a key in {@code Authorization} or in a JSON body. */
    public void begin(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        String header = exchange.request().getHeaders().get(HttpHeader.AUTHORIZATION);
        if (header != null || front.settings().authOpen()) {
            begin(exchange, header);
            return;
        }
        String type = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (type == null || !type.startsWith("application/json")) {
            throw new RequestException(
                    ErrorCode.UNAUTHENTICATED,
                    "A session begins with HTTP Basic or with accessKey and secretKey in JSON.");
        }
        BodyCollector.collect(exchange, 4096, body -> {
            JsonNode document = Json.parse(body);
            String pair = document.path("accessKey").asText("") + ":"
                    + document.path("secretKey").asText("");
            begin(exchange, "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        });
    }

    private void begin(Exchange exchange, @Nullable String authorization) {
        Optional<Identity> identity = identity(exchange, authorization);
        if (identity.isEmpty()) {
            throw Authenticator.refusal(authorization);
        }
        if (authorization != null) {
            exchange.headers().put(HttpHeader.SET_COOKIE, sessions.begin(exchange.request(), authorization));
        }
        answer(exchange, 201, identity);
    }

    /** {@code DELETE /api/session}. */
    public void end(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.headers().put(HttpHeader.SET_COOKIE, sessions.end(exchange.request()));
        exchange.answer(204);
    }

    private Optional<Identity> identity(Exchange exchange, @Nullable String authorization) {
        return front.settings().authOpen()
                ? Optional.of(Identity.EVERYBODY)
                : front.authenticator().check(authorization, () -> Request.getRemoteAddr(exchange.request()));
    }

    private void answer(Exchange exchange, int status, Optional<Identity> identity) {
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
        exchange.answerJson(status, json -> {
            json.writeStartObject();
            json.writeStringField("mode", front.settings().authOpen() ? "open" : "keys");
            json.writeBooleanField("signedIn", identity.isPresent());
            json.writeStringField("user", identity.map(Identity::user).orElse(null));
            json.writeStringField("accessKey", identity.map(Identity::accessKey).orElse(null));
            json.writeBooleanField("operator", identity.map(Identity::operator).orElse(false));
            json.writeEndObject();
        });
    }
}
