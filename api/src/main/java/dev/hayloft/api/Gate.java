package dev.hayloft.api;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Query;
import dev.hayloft.api.identity.Authenticator;
import dev.hayloft.api.identity.Identity;
import dev.hayloft.api.identity.Links;
import dev.hayloft.api.identity.Sessions;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** What stands before every call: its methods, and who asks. */
final class Gate {
    private static final Set<String> LINK_PARAMETERS = Set.of(Links.KEY, Links.EXPIRES, Links.SIGNATURE);

    private final Front front;
    private final boolean open;
    private final Optional<Sessions> sessions;

    /**
     * A gate.
     *
     * @param sessions of the console, where it is served
     */
    Gate(Front front, Optional<Sessions> sessions) {
        this.front = front;
        this.sessions = sessions;
        this.open = front.settings().authOpen();
    }

    /** Whether the method is one of these; otherwise it has been answered. */
    static boolean allows(Exchange exchange, String... methods) {
        String method = exchange.request().getMethod();
        for (String allowed : methods) {
            if (allowed.equals(method)) {
                return true;
            }
        }
        exchange.problemHeader(new HttpField(HttpHeader.ALLOW, String.join(", ", methods)));
        exchange.fail(new RequestException(ErrorCode.METHOD_NOT_ALLOWED, "This path does not take this method.")
                .with("method", method)
                .with("allowed", String.join(", ", methods)));
        return false;
    }

    /** Finds out who asks, for {@link Exchange#authorize}. */
    void requireIdentity(Exchange exchange) {
        exchange.identify(identity(exchange.request())
                .orElseThrow(() -> Authenticator.refusal(authorization(exchange.request()))));
    }

    /** Who asks, if it is somebody. */
    Optional<Identity> identity(Request request) {
        return open
                ? Optional.of(Identity.EVERYBODY)
                : front.authenticator().check(authorization(request), () -> Request.getRemoteAddr(request));
    }

    @SuppressWarnings("NullAway") // The library says null for a header that did not come.
    private String authorization(Request request) {
        return sessions.isPresent()
                ? sessions.get().authorization(request)
                : request.getHeaders().get(HttpHeader.AUTHORIZATION);
    }

    /** Whether the query is that of a signed link. */
    static boolean hasLink(Exchange exchange) {
        String query = exchange.request().getHttpURI().getQuery();
        return query != null && query.contains(Links.SIGNATURE + "=");
    }

    /** Takes a signed link for who has made it; its parameters are then gone from the query. */
    void requireLink(Exchange exchange, BucketName bucket, ObjectKey key) {
        Query query = exchange.query();
        Query rest = query.without(LINK_PARAMETERS);
        exchange.query(rest);
        if (open) {
            exchange.identify(Identity.EVERYBODY);
            return;
        }
        String method = exchange.isHead() ? "GET" : exchange.request().getMethod();
        boolean readsOrWrites = method.equals("GET") || method.equals("PUT");
        Optional<Identity> identity = readsOrWrites && rest.names().stream().allMatch("version"::equals)
                ? front.links()
                        .check(
                                new Links.Target(method, bucket, key, rest.text("version")),
                                query.text(Links.KEY).orElse(""),
                                query.text(Links.EXPIRES).orElse(""),
                                query.text(Links.SIGNATURE).orElse(""))
                : Optional.empty();
        exchange.identify(identity.orElseThrow(() -> new RequestException(
                ErrorCode.UNAUTHENTICATED, "This signed link has ended, or is not one for this method and object.")));
    }

    /** Runs a call of the operations API, if an operator asks. */
    void operator(Exchange exchange, Runnable call, String... methods) {
        if (allows(exchange, methods)) {
            requireIdentity(exchange);
            exchange.requireOperator();
            call.run();
        }
    }
}
