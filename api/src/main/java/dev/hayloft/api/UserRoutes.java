package dev.hayloft.api;

import dev.hayloft.api.control.LinkCalls;
import dev.hayloft.api.control.OpenApi;
import dev.hayloft.api.control.UserCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;

/** Finds the calls on users, their keys, tokens, links and what they did, and the document of all calls. */
final class UserRoutes {
    private static final String TOKENS = "/v1/tokens";
    private static final String AUDIT = "/api/audit";
    private static final String USERS = "/api/users";
    private static final String USER = USERS + "/";
    private static final String KEYS = "/keys";

    private final Gate gate;
    private final UserCalls calls;
    private final LinkCalls links;
    private final OpenApi openApi = new OpenApi();

    UserRoutes(Front front, Gate gate) {
        this.gate = gate;
        this.calls = new UserCalls(front);
        this.links = new LinkCalls(front);
    }

    /** Whether a path of this port is one of these. */
    boolean takes(String path, boolean admin) {
        return path.equals(TOKENS)
                || path.equals(LinkCalls.PATH)
                || path.equals(OpenApi.PATH)
                || (admin && (path.equals(USERS) || path.startsWith(USER) || path.equals(AUDIT)));
    }

    private boolean routeOpen(Exchange exchange, String path) {
        switch (path) {
            case TOKENS, LinkCalls.PATH -> {
                if (Gate.allows(exchange, "POST")) {
                    gate.requireIdentity(exchange);
                    if (path.equals(TOKENS)) {
                        calls.token(exchange);
                    } else {
                        links.create(exchange);
                    }
                }
            }
            case OpenApi.PATH -> {
                if (Gate.allows(exchange, "GET", "HEAD")) {
                    openApi.show(exchange);
                }
            }
            case AUDIT -> gate.operator(exchange, () -> calls.audit(exchange), "GET", "HEAD");
            default -> {
                return false;
            }
        }
        return true;
    }

    void route(Exchange exchange, String path) {
        if (routeOpen(exchange, path)) {
            return;
        }
        if (path.equals(USERS)) {
            boolean make = exchange.request().getMethod().equals("POST");
            gate.operator(exchange, () -> all(exchange, make), "GET", "HEAD", "POST");
            return;
        }
        int end = path.indexOf('/', USER.length());
        end = end < 0 ? path.length() : end;
        String name = FrontHandler.text(path, USER.length(), end);
        String rest = path.substring(end);
        if (name.isEmpty()) {
            throw FrontHandler.notFound(path);
        } else if (rest.isEmpty()) {
            gate.operator(exchange, () -> one(exchange, name), "GET", "HEAD", "PATCH", "DELETE");
        } else if (rest.equals(KEYS)) {
            gate.operator(exchange, () -> calls.addKey(exchange, name), "POST");
        } else if (rest.startsWith(KEYS + "/")
                && rest.length() > KEYS.length() + 1
                && rest.lastIndexOf('/') == KEYS.length()) {
            String accessKey = FrontHandler.text(rest, KEYS.length() + 1, rest.length());
            gate.operator(exchange, () -> calls.removeKey(exchange, name, accessKey), "DELETE");
        } else {
            throw FrontHandler.notFound(path);
        }
    }

    private void all(Exchange exchange, boolean make) {
        if (make) {
            calls.create(exchange);
        } else {
            calls.list(exchange);
        }
    }

    private void one(Exchange exchange, String name) {
        switch (exchange.request().getMethod()) {
            case "PATCH" -> calls.grant(exchange, name);
            case "DELETE" -> calls.delete(exchange, name);
            default -> calls.show(exchange, name);
        }
    }
}
