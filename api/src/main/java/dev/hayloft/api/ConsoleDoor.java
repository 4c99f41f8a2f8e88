package dev.hayloft.api;

import dev.hayloft.api.console.ConsoleCalls;
import dev.hayloft.api.console.Events;
import dev.hayloft.api.control.LiveCalls;
import dev.hayloft.api.control.Operations;
import dev.hayloft.api.control.ServerCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.identity.Sessions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the console's calls on the admin port, and its sessions.
 *
 * <p><i>Threads:</i> any.
 */
final class ConsoleDoor {
    private static final String RECORDINGS = "/api/recordings";
    private static final String VOLUMES = "/api/volumes/";
    private static final String NEEDLES = "/needles";

    private final Sessions sessions;
    private final ServerCalls server;
    private final VolumeNeedles needles;
    private final LiveCalls live;
    private final ConsoleCalls calls;
    private final Events events;

    ConsoleDoor(Front front, Operations operations) {
        sessions = new Sessions(new SecureRandom(), front.clock());
        server = new ServerCalls(front, operations);
        needles = new VolumeNeedles(front);
        live = new LiveCalls(front);
        calls = new ConsoleCalls(front, sessions);
        events = new Events(
                front,
                () -> Json.document(operations::writeStatus),
                () -> Json.document(operations::writeHistory),
                operations::jobDocuments);
    }

    /**
     * A call that a path names.
     *
     * @param action what it does
     * @param openToAll whether it needs no key
     * @param methods it takes
     */
    record Call(Consumer<Exchange> action, boolean openToAll, List<String> methods) {
        Call {
            methods = List.copyOf(methods);
        }

        /** A call for operators. */
        static Call of(Consumer<Exchange> action, String... methods) {
            return new Call(action, false, List.of(methods));
        }

        void run(Exchange exchange, Gate gate) {
            if (openToAll) {
                if (Gate.allows(exchange, methods.toArray(String[]::new))) {
                    action.accept(exchange);
                }
            } else {
                gate.operator(exchange, () -> action.accept(exchange), methods.toArray(String[]::new));
            }
        }

        /** A call for all. */
        static Call open(Consumer<Exchange> action, String... methods) {
            return new Call(action, true, List.of(methods));
        }
    }

    /** The call of a path; empty when the path is none of the console's. */
    Optional<Call> find(String path) {
        if (ConsoleCalls.isOurs(path)) {
            return Optional.of(Call.open(exchange -> calls.file(exchange, path), "GET", "HEAD"));
        }
        return Optional.ofNullable(
                switch (path) {
                    case "/api/session" -> Call.open(this::session, "GET", "HEAD", "POST", "DELETE");
                    case "/api/events" -> Call.of(events::listen, "GET");
                    case "/api/config" -> Call.of(server::config, "GET", "HEAD");
                    case "/api/log-levels" -> Call.of(server::logLevels, "GET", "HEAD", "PUT");
                    case "/api/threads" -> Call.of(server::threads, "GET", "HEAD");
                    case "/api/streams" -> Call.of(live::streams, "GET", "HEAD");
                    case "/api/diagnostics" -> Call.of(server::diagnostics, "GET", "HEAD");
                    case RECORDINGS -> Call.of(server::recordings, "GET", "HEAD", "POST");
                    default -> one(path);
                });
    }

    private @Nullable Call one(String path) {
        if (path.startsWith(RECORDINGS + "/")) {
            String id = path.substring(RECORDINGS.length() + 1);
            return Call.of(exchange -> server.recording(exchange, id), "GET", "HEAD", "DELETE");
        }
        if (path.startsWith(VOLUMES) && path.endsWith(NEEDLES) && path.length() > VOLUMES.length() + NEEDLES.length()) {
            String id = path.substring(VOLUMES.length(), path.length() - NEEDLES.length());
            return Call.of(exchange -> needles.list(exchange, id), "GET", "HEAD");
        }
        return null;
    }

    private void session(Exchange exchange) {
        switch (exchange.request().getMethod()) {
            case "POST" -> calls.begin(exchange);
            case "DELETE" -> calls.end(exchange);
            default -> calls.session(exchange);
        }
    }

    Sessions sessions() {
        return sessions;
    }

    /** A second has passed. */
    void tick() {
        events.tick();
    }

    /** Ends the streams of events. */
    void close() {
        server.close();
        events.close();
    }
}
