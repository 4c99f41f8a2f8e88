package dev.hayloft.api;

import dev.hayloft.api.control.UserCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;

/** Finds the calls on users, their keys and tokens. */
final class UserRoutes {
    static final String TOKENS = "/v1/tokens";
    private static final String USERS = "/api/users";
    private static final String USER = USERS + "/";
    private static final String KEYS = "/keys";

    private final Gate gate;
    private final UserCalls calls;

    UserRoutes(Front front, Gate gate) {
        this.gate = gate;
        this.calls = new UserCalls(front);
    }

    boolean takes(String path) {
        return path.startsWith(USERS) && (path.length() == USERS.length() || path.startsWith(USER));
    }

    void tokens(Exchange exchange) {
        if (Gate.allows(exchange, "POST")) {
            gate.requireIdentity(exchange);
            calls.token(exchange);
        }
    }

    void route(Exchange exchange, String path) {
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
