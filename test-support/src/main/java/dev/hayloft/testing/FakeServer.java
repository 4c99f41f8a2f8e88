package dev.hayloft.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server that speaks the shapes of the contract over the JDK's own HTTP server, with objects in memory: for tests of
 * the client and of the command line. It does what it is told to do wrong, once for each {@link #refuseNext}.
 *
 * <p>Keys are sorted as Java sorts strings, which is the contract's order for all but surrogates.
 *
 * <p><i>Threads:</i> any.
 */
public final class FakeServer implements AutoCloseable {
    /** The only key it knows. */
    public static final String ACCESS_KEY = "FAKEACCESSKEY0000001";

    public static final String SECRET_KEY = "fake-secret";

    private static final String TIME = "2026-11-20T10:15:30.123Z";
    private static final int THREADS = 16;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final Map<String, ConcurrentSkipListMap<String, Stored>> buckets = new ConcurrentHashMap<>();
    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong versions = new AtomicLong(110);
    private final AtomicLong jobPolls = new AtomicLong();

    private FakeServer(HttpServer server) {
        this.server = server;
    }

    private record Refusal(int status, String code, Map<String, String> headers) {}

    /** An object as it was put. */
    private record Stored(ByteBuffer content, String type, Map<String, String> metadata, long version) {
        byte[] bytes() {
            byte[] copy = new byte[content.remaining()];
            content.duplicate().get(copy);
            return copy;
        }

        String sha256() {
            return Sha256.of(content.duplicate()).hex();
        }
    }

    /** Starts one on a free port of the loopback. */
    public static FakeServer start() {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
            FakeServer server = new FakeServer(http);
            http.createContext("/", server::handle);
            http.setExecutor(server.threads);
            http.start();
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Both ports in one: {@code http://127.0.0.1:PORT}. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The next request is answered with this problem. */
    public void refuseNext(int status, String code) {
        refuseNext(status, code, Map.of());
    }

    /** The next request is answered with this problem and these headers. */
    public void refuseNext(int status, String code, Map<String, String> headers) {
        refusals.add(new Refusal(status, code, headers));
    }

    /** Stores an object without a request, and makes its bucket if need be. */
    public void store(String bucket, String key, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        createBucket(bucket);
        bucketOf(bucket)
                .put(key, new Stored(ByteBuffer.wrap(bytes), "text/plain", Map.of(), versions.incrementAndGet()));
    }

    /** Makes a bucket without a request. */
    public void createBucket(String bucket) {
        buckets.putIfAbsent(bucket, new ConcurrentSkipListMap<>(BY_BYTES));
    }

    /** The content of an object as text; the empty text where there is none. */
    public String content(String bucket, String key) {
        Stored stored = bucketOf(bucket).get(key);
        return stored == null ? "" : new String(stored.bytes(), StandardCharsets.UTF_8);
    }

    /** All keys of a bucket, sorted. */
    public Set<String> keys(String bucket) {
        return new TreeSet<>(bucketOf(bucket).keySet());
    }

    /** Methods and raw targets of all requests so far. */
    public List<String> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    private ConcurrentSkipListMap<String, Stored> bucketOf(String bucket) {
        ConcurrentSkipListMap<String, Stored> found = buckets.get(bucket);
        return found == null ? new ConcurrentSkipListMap<>(BY_BYTES) : found;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.getResponseHeaders().set("X-Request-Id", "request-" + seen.size());
            byte[] body = exchange.getRequestBody().readAllBytes();
            Refusal refusal = refusals.poll();
            if (refusal != null) {
                refusal.headers().forEach(exchange.getResponseHeaders()::set);
                problem(exchange, refusal.status(), refusal.code(), "Refused as the test asked.");
            } else if (!isKnown(exchange)) {
                problem(exchange, 401, "unauthenticated", "No or wrong key.");
            } else {
                route(exchange, body);
            }
        }
    }

    private static boolean isKnown(HttpExchange exchange) {
        String pair = ACCESS_KEY + ":" + SECRET_KEY;
        String expected = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        return expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private void route(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        if (path.startsWith("/api/")) {
            operations(exchange, path);
        } else if (path.equals("/v1/buckets")) {
            List<String> all = new TreeSet<>(buckets.keySet())
                    .stream().map(this::bucketJson).toList();
            json(exchange, 200, "{\"buckets\":[" + String.join(",", all) + "],\"next\":null}");
        } else if (path.startsWith("/v1/buckets/")) {
            String rest = path.substring("/v1/buckets/".length());
            int slash = rest.indexOf('/');
            String bucket = slash < 0 ? rest : rest.substring(0, slash);
            if (slash < 0) {
                bucket(exchange, bucket);
            } else if (!buckets.containsKey(bucket)) {
                problem(exchange, 404, "no-such-bucket", "There is no bucket \"" + bucket + "\".");
            } else if (rest.equals(bucket + "/objects")) {
                list(exchange, bucket);
            } else {
                object(exchange, bucket, decoded(rest.substring(bucket.length() + "/objects/".length())), body);
            }
        } else {
            problem(exchange, 404, "not-found", "Nothing is at " + path + ".");
        }
    }

    private void bucket(HttpExchange exchange, String bucket) throws IOException {
        boolean there = buckets.containsKey(bucket);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                createBucket(bucket);
                json(exchange, there ? 200 : 201, bucketJson(bucket));
            }
            case "DELETE" -> {
                boolean force = "force=true".equals(exchange.getRequestURI().getRawQuery());
                if (!force && !bucketOf(bucket).isEmpty()) {
                    problem(exchange, 409, "bucket-not-empty", "Bucket \"" + bucket + "\" holds objects.");
                } else {
                    buckets.remove(bucket);
                    exchange.sendResponseHeaders(204, -1);
                }
            }
            default -> {
                if (there) {
                    json(exchange, 200, bucketJson(bucket));
                } else {
                    problem(exchange, 404, "no-such-bucket", "There is no bucket \"" + bucket + "\".");
                }
            }
        }
    }

    private String bucketJson(String bucket) {
        long bytes = bucketOf(bucket).values().stream()
                .mapToLong(stored -> stored.content().remaining())
                .sum();
        return "{\"name\":\"" + bucket + "\",\"createdAt\":\"" + TIME + "\",\"settings\":{\"versioning\":\"off\","
                + "\"maxVersions\":null},\"objects\":" + bucketOf(bucket).size() + ",\"versions\":1,\"logicalBytes\":"
                + bytes
                + ",\"storedBytes\":" + bytes + ",\"savedBytes\":0,\"liveBytes\":" + bytes
                + ",\"deadBytes\":0,\"dictionary\":null}";
    }

    private void object(HttpExchange exchange, String bucket, String key, byte[] body) throws IOException {
        Stored stored = bucketOf(bucket).get(key);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, bucket, key, body);
            case "DELETE" -> {
                bucketOf(bucket).remove(key);
                exchange.sendResponseHeaders(204, -1);
            }
            default -> {
                if (stored == null) {
                    problem(exchange, 404, "no-such-key", "Bucket \"" + bucket + "\" has no key \"" + key + "\".");
                } else {
                    get(exchange, stored);
                }
            }
        }
    }

    private void put(HttpExchange exchange, String bucket, String key, byte[] body) throws IOException {
        Headers asked = exchange.getRequestHeaders();
        boolean there = bucketOf(bucket).containsKey(key);
        String type = asked.getFirst("Content-Type");
        Map<String, String> metadata = new TreeMap<>();
        asked.forEach((name, values) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith("x-hayloft-meta-")) {
                // The JDK reads and writes headers as Latin-1; the contract's are raw UTF-8.
                metadata.put(
                        name.substring("x-hayloft-meta-".length()).toLowerCase(Locale.ROOT),
                        new String(values.get(0).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            }
        });
        Stored stored = new Stored(
                ByteBuffer.wrap(body),
                type == null ? "application/octet-stream" : type,
                metadata,
                versions.incrementAndGet());
        String digest = asked.getFirst("X-Hayloft-Sha256");
        if (digest != null && !digest.equals(stored.sha256())) {
            problem(exchange, 400, "bad-digest", "The body has the SHA-256 " + stored.sha256() + ".");
        } else if (there && "*".equals(asked.getFirst("If-None-Match"))) {
            problem(exchange, 412, "precondition-failed", "The key \"" + key + "\" is there.");
        } else {
            bucketOf(bucket).put(key, stored);
            describe(exchange, stored);
            exchange.sendResponseHeaders(there ? 200 : 201, -1);
        }
    }

    private static void get(HttpExchange exchange, Stored stored) throws IOException {
        describe(exchange, stored);
        exchange.getResponseHeaders().set("Content-Type", stored.type());
        stored.metadata().forEach((name, value) -> exchange.getResponseHeaders()
                .set(
                        "X-Hayloft-Meta-" + name,
                        new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)));
        byte[] bytes = stored.bytes();
        String range = exchange.getRequestHeaders().getFirst("Range");
        int status = 200;
        if (range != null) {
            String[] ends = range.substring("bytes=".length()).split("-", -1);
            int first = Integer.parseInt(ends[0]);
            int last = ends[1].isEmpty() ? bytes.length - 1 : Math.min(bytes.length - 1, Integer.parseInt(ends[1]));
            bytes = Arrays.copyOfRange(bytes, first, last + 1);
            status = 206;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            send(exchange, status, bytes);
        }
    }

    private static void describe(HttpExchange exchange, Stored stored) {
        exchange.getResponseHeaders().set("ETag", "\"" + stored.sha256() + "\"");
        exchange.getResponseHeaders().set("X-Hayloft-Sha256", stored.sha256());
        exchange.getResponseHeaders().set("X-Hayloft-Version", Long.toString(stored.version()));
    }

    private void list(HttpExchange exchange, String bucket) throws IOException {
        Map<String, String> query = query(exchange);
        String prefix = query.getOrDefault("prefix", "");
        String delimiter = query.getOrDefault("delimiter", "");
        String after = query.getOrDefault("after", "");
        int limit = Integer.parseInt(query.getOrDefault("limit", "1000"));
        Map<String, String> found = new TreeMap<>(BY_BYTES); // A line for each name; prefixes have none.
        bucketOf(bucket).forEach((key, stored) -> {
            int fold = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            String name = fold < 0 ? key : key.substring(0, fold + delimiter.length());
            if (key.startsWith(prefix) && BY_BYTES.compare(name, after) > 0) {
                found.put(name, fold < 0 ? entry(key, stored, query.containsKey("metadata")) : "");
            }
        });
        boolean lines =
                "application/x-ndjson".equals(exchange.getRequestHeaders().getFirst("Accept"));
        List<String> objects = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        StringBuilder stream = new StringBuilder();
        String next = "null";
        int taken = 0;
        for (Map.Entry<String, String> line : found.entrySet()) {
            (line.getValue().isEmpty() ? prefixes : objects)
                    .add(line.getValue().isEmpty() ? quoted(line.getKey()) : line.getValue());
            stream.append(line.getValue().isEmpty() ? "{\"prefix\":" + quoted(line.getKey()) + "}" : line.getValue());
            stream.append('\n');
            if (!lines && ++taken == limit && taken < found.size()) {
                next = quoted(line.getKey());
                break;
            }
        }
        if (lines) {
            stream.append("{\"end\":true,\"objects\":").append(objects.size()).append("}\n");
            send(exchange, 200, stream.toString().getBytes(StandardCharsets.UTF_8));
        } else {
            json(
                    exchange,
                    200,
                    "{\"objects\":[" + String.join(",", objects) + "],\"prefixes\":[" + String.join(",", prefixes)
                            + "],\"next\":" + next + "}");
        }
    }

    private static String entry(String key, Stored stored, boolean metadata) {
        List<String> pairs = new ArrayList<>();
        stored.metadata().forEach((name, value) -> pairs.add(quoted(name) + ":" + quoted(value)));
        return "{\"key\":" + quoted(key) + ",\"size\":" + stored.content().remaining() + ",\"etag\":\""
                + stored.sha256()
                + "\",\"version\":\"" + stored.version() + "\",\"contentType\":" + quoted(stored.type())
                + ",\"lastModified\":\"" + TIME + "\",\"expiresAt\":null"
                + (metadata ? ",\"metadata\":{" + String.join(",", pairs) + "}" : "") + "}";
    }

    private void operations(HttpExchange exchange, String path) throws IOException {
        String volume = "{\"id\":\"0-17\",\"partition\":0,\"state\":\"open\",\"bytes\":4096,\"liveBytes\":4000,"
                + "\"deadBytes\":96,\"needles\":12,\"createdAt\":\"" + TIME + "\",\"sealedAt\":null,\"shards\":[]}";
        switch (path) {
            case "/api/status" ->
                json(
                        exchange,
                        200,
                        "{\"version\":\"0.1.0\",\"uptimeSeconds\":12,\"objects\":2,"
                                + "\"storedBytes\":420,\"savedBytes\":0,\"partitions\":[{\"id\":0,\"state\":\"ok\",\"openVolume\":\"0-17\"}],"
                                + "\"lastScrub\":{\"job\":\"9\",\"endedAt\":\"2026-11-20T10:15:30.123Z\",\"checkedBytes\":2048,"
                                + "\"damages\":1,\"lostKeys\":2,\"missingKeys\":0},\"lastRepair\":null,"
                                + "\"volumes\":{\"open\":1,\"sealed\":0},\"jobs\":[],\"health\":{\"healthy\":true,\"problems\":[]}}");
            case "/api/volumes" -> json(exchange, 200, "{\"volumes\":[" + volume + "],\"next\":null}");
            case "/api/volumes/0-17" -> json(exchange, 200, volume);
            case "/api/jobs" -> {
                boolean post = exchange.getRequestMethod().equals("POST");
                json(exchange, post ? 202 : 200, post ? job("queued") : "{\"jobs\":[" + job("done") + "]}");
            }
            case "/api/jobs/42" -> json(exchange, 200, job(jobPolls.incrementAndGet() < 2 ? "running" : "done"));
            case "/api/jobs/42/pause" -> json(exchange, 202, job("paused"));
            case "/api/jobs/42/resume" -> json(exchange, 202, job("running"));
            default -> problem(exchange, 404, path.startsWith("/api/volumes") ? "no-such-volume" : "no-such-job", path);
        }
    }

    private static String job(String state) {
        return "{\"id\":\"42\",\"kind\":\"rebuild-index\",\"state\":\"" + state
                + "\",\"progress\":0.5,\"detail\":\"half\","
                + "\"bytesDone\":1,\"bytesTotal\":2,\"createdAt\":\"" + TIME
                + "\",\"startedAt\":null,\"finishedAt\":null,"
                + "\"result\":null,\"error\":null}";
    }

    private static void problem(HttpExchange exchange, int status, String code, String detail) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            send(
                    exchange,
                    status,
                    ("{\"type\":\"urn:hayloft:problem:" + code + "\",\"title\":\"A problem\",\"status\":" + status
                                    + ",\"detail\":" + quoted(detail) + ",\"instance\":\"request\"}")
                            .getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        StringBuilder target = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                target.append('\\').append(c);
            } else if (c < ' ') {
                target.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                target.append(c);
            }
        }
        return target.append('"').toString();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
