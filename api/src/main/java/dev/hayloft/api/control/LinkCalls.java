package dev.hayloft.api.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.PercentCoding;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.identity.Links;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;

/** {@code POST /v1/links}: a signed link, in the name of who asks. */
public final class LinkCalls {
    public static final String PATH = "/v1/links";
    private static final Set<String> FIELDS = Set.of("method", "bucket", "key", "version", "expiresIn");
    private static final int SECONDS_MAX = 604_800;
    private static final int SECONDS_DEFAULT = 3600;

    private final Front front;

    public LinkCalls(Front front) {
        this.front = front;
    }

    /** Answers a link. */
    public void create(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        BodyCollector.requireJson(exchange, Set.of("application/json"));
        long bodyMaxBytes = front.settings().size(Setting.LIMITS_JSON_BODY);
        BodyCollector.collect(exchange, bodyMaxBytes, body -> create(exchange, Json.parse(body)));
    }

    private void create(Exchange exchange, JsonNode wish) {
        UserJson.only(wish, FIELDS);
        String method = UserJson.text(wish, "method", "A link's method is GET or PUT.");
        if (!method.equals("GET") && !method.equals("PUT")) {
            throw UserJson.bad("A link's method is GET or PUT.", "method").with("value", method);
        }
        Optional<String> version = wish.hasNonNull("version")
                ? Optional.of(UserJson.text(wish, "version", "A version is a decimal string."))
                : Optional.empty();
        if (version.isPresent() && method.equals("PUT")) {
            throw UserJson.bad("Only a link for GET names a version.", "version");
        }
        if (version.isPresent() && !version.get().matches("[0-9]{1,19}")) {
            throw UserJson.bad("A version is a decimal string.", "version");
        }
        int seconds = UserJson.integer(wish, "expiresIn", 1, SECONDS_MAX, SECONDS_DEFAULT);
        BucketName bucket = new BucketName(UserJson.text(wish, "bucket", "A bucket's name is text."));
        ObjectKey key = ObjectKey.of(UserJson.text(wish, "key", "A key is text."));
        exchange.authorize(bucket, method.equals("GET") ? Access.READ : Access.WRITE);
        long endSeconds = Math.min(
                front.clock().millis() / 1000 + seconds, exchange.identity().expiresAtMillis() / 1000);
        String url = url(exchange, new Links.Target(method, bucket, key, version), endSeconds);
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
        exchange.answerJson(201, json -> {
            json.writeStartObject();
            json.writeStringField("method", method);
            json.writeStringField("url", url);
            json.writeStringField("expiresAt", Json.time(Instant.ofEpochSecond(endSeconds)));
            json.writeEndObject();
        });
    }

    private String url(Exchange exchange, Links.Target target, long endSeconds) {
        String accessKey = exchange.identity().accessKey();
        var uri = exchange.request().getHttpURI();
        StringBuilder url = new StringBuilder(uri.getScheme()).append("://").append(uri.getAuthority());
        url.append("/v1/buckets/").append(target.bucket()).append("/objects/");
        url.append(PercentCoding.encode(target.key().utf8()));
        url.append('?').append(Links.KEY).append('=').append(accessKey);
        url.append('&').append(Links.EXPIRES).append('=').append(endSeconds);
        target.version().ifPresent(version -> url.append("&version=").append(version));
        url.append('&').append(Links.SIGNATURE).append('=');
        return url.append(front.links().sign(target, accessKey, endSeconds)).toString();
    }
}
