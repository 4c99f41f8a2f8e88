package dev.hayloft.api.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.identity.AuditLog;
import dev.hayloft.api.identity.Authenticator;
import dev.hayloft.api.identity.User;
import dev.hayloft.api.identity.Users;
import dev.hayloft.api.metrics.Operation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;

/** The calls on users and their keys, and the one that makes tokens. */
public final class UserCalls {
    private static final Set<String> JSON = Set.of("application/json");
    private static final Set<String> JSON_PATCH = Set.of("application/json", "application/merge-patch+json");
    private static final int TOKEN_SECONDS_MIN = 60;
    private static final int TOKEN_SECONDS_MAX = 604_800;
    private static final int TOKEN_SECONDS_DEFAULT = 3600;

    private static final int AUDIT_DEFAULT = 100;

    private final Front front;
    private final long bodyMaxBytes;

    public UserCalls(Front front) {
        this.front = front;
        this.bodyMaxBytes = front.settings().size(Setting.LIMITS_JSON_BODY);
    }

    /** {@code GET /api/users}. */
    public void list(Exchange exchange) {
        begin(exchange);
        exchange.answerJson(200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("users");
            for (User user : front.users().all()) {
                UserJson.write(json, user);
            }
            json.writeEndArray();
            json.writeNullField("next");
            json.writeEndObject();
        });
    }

    /** {@code GET /api/users/NAME}. */
    public void show(Exchange exchange, String name) {
        begin(exchange);
        User user = front.users().require(name);
        exchange.answerJson(200, json -> UserJson.write(json, user));
    }

    /** {@code POST /api/users}. */
    public void create(Exchange exchange) {
        begin(exchange);
        collect(exchange, JSON, document -> {
            UserJson.only(document, Set.of("name", "grants"));
            Users.Made made = front.users().create(UserJson.name(document), UserJson.grants(document));
            exchange.headers()
                    .put(HttpHeader.LOCATION, "/api/users/" + made.user().name());
            exchange.answerJson(201, json -> UserJson.write(json, made.user(), made.pair()));
        });
    }

    /** {@code PATCH /api/users/NAME}. */
    public void grant(Exchange exchange, String name) {
        begin(exchange);
        front.users().require(name);
        collect(exchange, JSON_PATCH, document -> {
            UserJson.only(document, Set.of("grants"));
            User user = document.has("grants")
                    ? front.users().grant(name, UserJson.grants(document))
                    : front.users().require(name);
            exchange.answerJson(200, json -> UserJson.write(json, user));
        });
    }

    /** {@code DELETE /api/users/NAME}. */
    public void delete(Exchange exchange, String name) {
        begin(exchange);
        exchange.block(() -> {
            front.users().delete(name);
            exchange.answer(204);
        });
    }

    /** {@code POST /api/users/NAME/keys}. */
    public void addKey(Exchange exchange, String name) {
        begin(exchange);
        front.users().require(name);
        collect(exchange, JSON, document -> {
            UserJson.only(document, Set.of());
            Users.Made made = front.users().addKey(name);
            exchange.headers()
                    .put(
                            HttpHeader.LOCATION,
                            "/api/users/" + name + "/keys/" + made.pair().accessKey());
            exchange.answerJson(201, json -> {
                json.writeStartObject();
                json.writeStringField("accessKey", made.pair().accessKey());
                json.writeStringField("secretKey", made.pair().secretKey());
                json.writeEndObject();
            });
        });
    }

    /** {@code DELETE /api/users/NAME/keys/KEY}. */
    public void removeKey(Exchange exchange, String name, String accessKey) {
        begin(exchange);
        exchange.block(() -> {
            front.users().removeKey(name, accessKey);
            exchange.answer(204);
        });
    }

    /** {@code POST /v1/tokens}: anybody who is known may have one. */
    public void token(Exchange exchange) {
        begin(exchange);
        exchange.authorizeAny();
        collect(exchange, JSON, document -> {
            UserJson.only(document, Set.of("expiresIn"));
            int seconds = UserJson.integer(
                    document, "expiresIn", TOKEN_SECONDS_MIN, TOKEN_SECONDS_MAX, TOKEN_SECONDS_DEFAULT);
            Authenticator.Token token = front.authenticator().token(exchange.identity(), seconds);
            exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
            exchange.answerJson(201, json -> UserJson.writeToken(json, token.text(), token.expiresAt()));
        });
    }

    /** {@code GET /api/audit}. */
    public void audit(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        int limit = exchange.query().only(Set.of("limit")).integer("limit", 1, AuditLog.KEPT_MAX, AUDIT_DEFAULT);
        exchange.answerJson(200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("actions");
            for (AuditLog.Action action : front.audit().last(limit)) {
                json.writeStartObject();
                json.writeStringField("time", Json.time(Instant.ofEpochMilli(action.timeMillis())));
                json.writeStringField("outcome", action.outcome());
                json.writeNumberField("status", action.status());
                json.writeStringField("method", action.method());
                json.writeStringField("path", action.path());
                json.writeStringField("user", action.user());
                json.writeStringField("accessKey", action.accessKey());
                json.writeStringField("address", action.address());
                json.writeStringField("requestId", action.requestId());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void begin(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
    }

    /** The body as JSON; no body is an empty object. */
    private void collect(Exchange exchange, Set<String> types, Consumer<JsonNode> call) {
        BodyCollector.requireJson(exchange, types);
        BodyCollector.collect(
                exchange,
                bodyMaxBytes,
                (ByteBuffer body) ->
                        call.accept(body.hasRemaining() ? Json.parse(body) : JsonNodeFactory.instance.objectNode()));
    }
}
