package dev.hayloft.api;

import dev.hayloft.api.ciaos.CiaosHandler;
import dev.hayloft.api.control.BucketCalls;
import dev.hayloft.api.control.Operations;
import dev.hayloft.api.data.GroupCalls;
import dev.hayloft.api.data.KeyCalls;
import dev.hayloft.api.data.ObjectListings;
import dev.hayloft.api.data.ObjectReads;
import dev.hayloft.api.data.ObjectWrites;
import dev.hayloft.api.data.StreamCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.PercentCoding;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The front door of a port: finds the call that a raw path and a method name, and checks who asks. Keys are taken from
 * the raw path, because a key may hold anything, encoded slashes and {@code ..} too.
 *
 * <p><i>Threads:</i> runs on selector threads and never blocks; calls leave them before they do.
 */
final class FrontHandler extends Handler.Wrapper {
    private static final String BUCKETS = "/v1/buckets";
    private static final String BUCKET = BUCKETS + "/";
    private static final String OBJECTS = "objects";
    private static final String OBJECT = OBJECTS + "/";
    private static final String VOLUME = "/api/volumes/";
    private static final String JOB = "/api/jobs/";

    private final Front front;
    private final boolean admin;
    private final Gate gate;
    private final ObjectReads reads;
    private final ObjectWrites writes;
    private final ObjectListings listings;
    private final StreamCalls streams;
    private final GroupCalls groups;
    private final KeyCalls keys;
    private final BucketCalls buckets;
    private final Operations operations;
    private final UserRoutes users;
    private final ConsoleDoor console;
    private final CiaosHandler ciaos;
    private final CorsDoor cors;

    /**
     * A front door.
     *
     * @param console the console's part of the operations API
     * @param admin whether the operations API is behind it too
     * @param tasks serves {@code /tasks}, on a thread that may block
     */
    FrontHandler(Front front, Operations operations, ConsoleDoor console, boolean admin, Handler tasks) {
        super(tasks);
        this.front = front;
        this.operations = operations;
        this.console = console;
        this.admin = admin;
        this.gate = new Gate(front, admin ? Optional.of(console.sessions()) : Optional.empty());
        this.reads = new ObjectReads(front);
        this.writes = new ObjectWrites(front);
        this.listings = new ObjectListings(front);
        this.streams = new StreamCalls(front);
        this.groups = new GroupCalls(front);
        this.keys = new KeyCalls(front);
        this.buckets = new BucketCalls(front);
        this.users = new UserRoutes(front, gate);
        this.cors = new CorsDoor(front);
        this.ciaos = new CiaosHandler(front, gate::requireIdentity);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (CiaosHandler.takes(request)) {
            ciaos.handle(request, response, callback);
            return true;
        }
        String path = request.getHttpURI().getPath();
        path = path == null ? "" : path;
        Exchange exchange = new Exchange(front, request, response, callback);
        if (admin) {
            // What users have stored must not run as the console's own page, whoever asks for it and by what right.
            exchange.headers().put(Headers.SANDBOX); // The console's files put their own policy in its place.
            exchange.problemHeader(Headers.SANDBOX);
        }
        try {
            route(exchange, path);
        } catch (Throwable failure) { // The boundary of a request: whatever it was, the client must hear of it.
            exchange.fail(failure);
        }
        return true;
    }

    /** Dropwizard's tasks, for operators. They answer by themselves; that they did is noted as of every other call. */
    private void tasks(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        requireIdentity(exchange);
        exchange.requireOperator();
        Callback ending = exchange.leaveAnswer();
        try {
            if (!super.handle(exchange.request(), exchange.response(), ending)) {
                Response.writeError(exchange.request(), exchange.response(), ending, 404);
            }
        } catch (Exception failure) { // The answer is theirs by now: whatever it was, the client must hear of it.
            Response.writeError(exchange.request(), exchange.response(), ending, failure);
        }
    }

    private void route(Exchange exchange, String path) {
        if (path.startsWith(BUCKET)) {
            routeBucket(exchange, path);
        } else if (path.equals(BUCKETS)) {
            if (allows(exchange, "GET", "HEAD")) {
                requireIdentity(exchange);
                buckets.list(exchange);
            }
        } else if (users.takes(path, admin)) {
            users.route(exchange, path);
        } else if (admin) {
            Optional<ConsoleDoor.Call> call = console.find(path);
            if (path.equals("/tasks") || path.startsWith("/tasks/")) {
                tasks(exchange);
            } else if (call.isPresent()) {
                call.get().run(exchange, gate);
            } else {
                routeAdmin(exchange, path);
            }
        } else {
            throw notFound(path);
        }
    }

    private void routeBucket(Exchange exchange, String path) {
        int slash = path.indexOf('/', BUCKET.length());
        if (!admin && cors.answers(exchange, path.substring(BUCKET.length(), slash < 0 ? path.length() : slash))) {
            return;
        }
        if (slash < 0) {
            bucket(exchange, path);
            return;
        }
        Optional<BucketRoute> route = BucketRoute.of(path.substring(slash + 1));
        if (route.isPresent()) {
            if (allows(exchange, route.get().method())) {
                requireIdentity(exchange);
                route.get().call(streams, groups, exchange, bucketName(path, slash));
            }
            return;
        }
        boolean isObject = path.startsWith(OBJECT, slash + 1);
        if (!isObject && !path.startsWith(OBJECTS, slash + 1)
                || !isObject && path.length() != slash + 1 + OBJECTS.length()) {
            throw notFound(path);
        }
        if (isObject) {
            object(exchange, path, slash);
        } else if (allows(exchange, "GET", "HEAD")) {
            requireIdentity(exchange);
            listings.list(exchange, bucketName(path, slash));
        }
    }

    private void bucket(Exchange exchange, String path) {
        if (!allows(exchange, "GET", "HEAD", "PUT", "PATCH", "DELETE")) {
            return;
        }
        requireIdentity(exchange);
        BucketName name = bucketName(path, path.length());
        switch (exchange.request().getMethod()) {
            case "PUT" -> buckets.create(exchange, name);
            case "PATCH" -> buckets.change(exchange, name);
            case "DELETE" -> buckets.delete(exchange, name);
            default -> buckets.show(exchange, name);
        }
    }

    private void object(Exchange exchange, String path, int slash) {
        if (!allows(exchange, "GET", "HEAD", "PUT", "DELETE", "POST", "PATCH")) {
            return;
        }
        boolean link = Gate.hasLink(exchange);
        if (!link) {
            requireIdentity(exchange);
        }
        BucketName name = bucketName(path, slash);
        ObjectKey key = key(path, slash + 1 + OBJECT.length());
        if (link) {
            gate.requireLink(exchange, name, key);
        }
        switch (exchange.request().getMethod()) {
            case "PUT" -> writes.put(exchange, name, key);
            case "DELETE" -> writes.delete(exchange, name, key);
            case "POST" -> post(exchange, name, key);
            case "PATCH" -> keys.patch(exchange, name, key);
            default -> reads.read(exchange, name, key);
        }
    }

    private void post(Exchange exchange, BucketName name, ObjectKey key) {
        if (exchange.query().text("op").orElse("").equals("append")) {
            writes.append(exchange, name, key);
        } else {
            keys.post(exchange, name, key);
        }
    }

    private void routeAdmin(Exchange exchange, String path) {
        switch (path) {
            case "/ping" -> open(exchange, () -> operations.ping(exchange));
            case "/healthcheck" -> open(exchange, () -> operations.healthcheck(exchange));
            case "/metrics" -> open(exchange, () -> operations.metrics(exchange));
            case "/api/status" -> operator(exchange, () -> operations.status(exchange), "GET", "HEAD");
            case "/api/volumes" -> operator(exchange, () -> operations.volumes(exchange), "GET", "HEAD");
            case "/api/jobs" ->
                operator(
                        exchange,
                        () -> {
                            if (exchange.request().getMethod().equals("POST")) {
                                operations.startJob(exchange);
                            } else {
                                operations.jobs(exchange);
                            }
                        },
                        "GET",
                        "HEAD",
                        "POST");
            default -> routeOne(exchange, path);
        }
    }

    private static void open(Exchange exchange, Runnable call) {
        if (allows(exchange, "GET", "HEAD")) {
            call.run();
        }
    }

    private void routeOne(Exchange exchange, String path) {
        if (isOne(path, VOLUME)) {
            String id = text(path, VOLUME.length(), path.length());
            operator(exchange, () -> operations.volume(exchange, id), "GET", "HEAD");
        } else if (isOne(path, JOB)) {
            String id = text(path, JOB.length(), path.length());
            operator(
                    exchange,
                    () -> {
                        if (exchange.request().getMethod().equals("DELETE")) {
                            operations.cancelJob(exchange, id);
                        } else {
                            operations.job(exchange, id);
                        }
                    },
                    "GET",
                    "HEAD",
                    "DELETE");
        } else if (path.startsWith(JOB) && (path.endsWith("/pause") || path.endsWith("/resume"))) {
            boolean pause = path.endsWith("/pause");
            int end = path.length() - (pause ? "/pause" : "/resume").length();
            String id = text(path, Math.min(JOB.length(), end), end);
            operator(exchange, () -> operations.pauseJob(exchange, id, pause), "POST");
        } else {
            throw notFound(path);
        }
    }

    private static boolean isOne(String path, String collection) {
        return path.startsWith(collection)
                && path.length() > collection.length()
                && path.indexOf('/', collection.length()) < 0;
    }

    private void operator(Exchange exchange, Runnable call, String... methods) {
        gate.operator(exchange, call, methods);
    }

    private static boolean allows(Exchange exchange, String... methods) {
        return Gate.allows(exchange, methods);
    }

    private void requireIdentity(Exchange exchange) {
        gate.requireIdentity(exchange);
    }

    private static BucketName bucketName(String path, int to) {
        for (int i = BUCKET.length(); i < to; i++) {
            if (path.charAt(i) == '%' || path.charAt(i) > 127) {
                return new BucketName(text(path, BUCKET.length(), to));
            }
        }
        return new BucketName(path.substring(BUCKET.length(), to));
    }

    static String text(String path, int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .decode(PercentCoding.decode(path, from, to))
                    .toString();
        } catch (IllegalArgumentException e) {
            return path.substring(from, to); // No name holds a percent sign, so nothing will be found under it.
        }
    }

    private static ObjectKey key(String path, int from) {
        try {
            return ObjectKey.ofUtf8(PercentCoding.decode(path, from, path.length()));
        } catch (IllegalArgumentException e) {
            throw new RequestException(
                    ErrorCode.BAD_KEY, "In a path a percent sign must be followed by two hex digits.");
        }
    }

    static RequestException notFound(String path) {
        return new RequestException(ErrorCode.NOT_FOUND, "This version of the server has nothing under this path.")
                .with("path", path.length() > 200 ? path.substring(0, 200) + "…" : path);
    }
}
