package dev.hayloft.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One bucket of S3 over the JDK's own HTTP server, with objects in memory: listing in small pages, GET, HEAD, PUT,
 * DELETE and uploads in parts, path style. Signatures and Content-MD5 are checked. Its ETags look like SHA-256 and are
 * none, for whoever would take them for one.
 *
 * <p><i>Threads:</i> any.
 */
public final class FakeS3 implements AutoCloseable {
    public static final String BUCKET = "hay";
    public static final String ACCESS_KEY = "FAKES3ACCESSKEY00001";
    public static final String SECRET_KEY = "fake-s3-secret";

    private static final int PAGE_SIZE = 3;
    private static final int THREADS = 8;
    private static final String ETAG = "\"" + "0".repeat(64) + "\"";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>(
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final AtomicLong uploadIds = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();

    private FakeS3(HttpServer server) {
        this.server = server;
    }

    private record Stored(ByteBuffer content, Map<String, String> headers) {}

    private record Upload(String key, Map<String, String> headers, NavigableMap<Integer, ByteBuffer> parts) {}

    /** A refusal, as S3 words it. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;

        Refused(int status, String code) {
            super(code);
            this.status = status;
            this.code = code;
        }
    }

    /** Starts one on a free port of the loopback. */
    public static FakeS3 start() {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
            FakeS3 s3 = new FakeS3(http);
            http.createContext("/", s3::handle);
            http.setExecutor(s3.threads);
            http.start();
            return s3;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** {@code http://127.0.0.1:PORT}. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What an environment says of it: endpoint and key. */
    public Map<String, String> variables() {
        return Map.of(
                "AWS_ENDPOINT_URL", url().toString(),
                "AWS_ACCESS_KEY_ID", ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    }

    /** Changes what is stored under a key and leaves its headers, as a program that knows nothing of digests might. */
    public void overwrite(String key, byte[] content) {
        Stored before = stored(key);
        objects.put(key, new Stored(ByteBuffer.wrap(content.clone()), before.headers()));
    }

    /** A header of an object, by its name in lower case. */
    public Optional<String> header(String key, String name) {
        return Optional.ofNullable(stored(key).headers().get(name));
    }

    /** Uploads that were begun, and neither completed nor aborted. */
    public int openUploads() {
        return uploads.size();
    }

    /** How many objects' contents were asked for so far. */
    public long reads() {
        return reads.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private Stored stored(String key) {
        return Optional.ofNullable(objects.get(key)).orElseThrow(() -> new Refused(404, "NoSuchKey"));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
                check(exchange, body);
                answer(exchange, body);
            } catch (Refused refused) {
                send(
                        exchange,
                        refused.status,
                        xml("Error", tag("Code", refused.code) + tag("Message", "It is said so.")));
            }
        }
    }

    private static void check(HttpExchange exchange, byte[] body) {
        Optional<String> accessKey = AwsSignature.accessKey(exchange);
        if (accessKey.isEmpty()) {
            throw new Refused(403, "AccessDenied");
        }
        if (!accessKey.get().equals(ACCESS_KEY)) {
            throw new Refused(403, "InvalidAccessKeyId");
        }
        if (!AwsSignature.isRight(exchange, SECRET_KEY, body)) {
            throw new Refused(403, "SignatureDoesNotMatch");
        }
        String md5 = exchange.getRequestHeaders().getFirst("Content-MD5");
        if (md5 != null && !md5.equals(md5(body))) {
            throw new Refused(400, "BadDigest");
        }
    }

    private void answer(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        int slash = path.indexOf('/', 1);
        String bucket = slash < 0 ? path.substring(1) : path.substring(1, slash);
        if (!bucket.equals(BUCKET)) {
            throw new Refused(404, "NoSuchBucket");
        }
        Map<String, String> query = query(exchange);
        String key = slash < 0 ? "" : decode(path.substring(slash + 1).replace("+", "%2B"));
        switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> {
                if (key.isEmpty()) {
                    send(exchange, 200, page(query));
                } else {
                    read(exchange, stored(key));
                }
            }
            case "PUT" -> put(exchange, key, query, body);
            case "POST" -> post(exchange, key, query);
            case "DELETE" -> {
                if (query.containsKey("uploadId")) {
                    uploads.remove(query.get("uploadId"));
                } else {
                    objects.remove(key);
                }
                exchange.sendResponseHeaders(204, -1);
            }
            default -> throw new Refused(405, "MethodNotAllowed");
        }
    }

    private String page(Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        int limit = Math.min(PAGE_SIZE, Integer.parseInt(query.getOrDefault("max-keys", "1000")));
        byte[] token = HexFormat.of().parseHex(query.getOrDefault("continuation-token", ""));
        String after = new String(token, StandardCharsets.UTF_8);
        StringBuilder entries = new StringBuilder();
        String last = "";
        int count = 0;
        boolean more = false;
        for (Map.Entry<String, Stored> object : objects.tailMap(after, false).entrySet()) {
            if (object.getKey().startsWith(prefix)) {
                more = count == limit;
                if (more) {
                    break;
                }
                count++;
                last = object.getKey();
                String name = URLEncoder.encode(last, StandardCharsets.UTF_8);
                int size = object.getValue().content().remaining();
                entries.append(
                        tag("Contents", tag("Key", name) + tag("Size", Integer.toString(size)) + tag("ETag", ETAG)));
            }
        }
        String next = more
                ? tag("NextContinuationToken", HexFormat.of().formatHex(last.getBytes(StandardCharsets.UTF_8)))
                : "";
        return xml(
                "ListBucketResult",
                tag("IsTruncated", Boolean.toString(more)) + tag("EncodingType", "url") + next + entries);
    }

    private void read(HttpExchange exchange, Stored stored) throws IOException {
        stored.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("ETag", ETAG);
        int size = stored.content().remaining();
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(size));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        reads.incrementAndGet();
        exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
        exchange.getResponseBody().write(stored.content().array());
    }

    private void put(HttpExchange exchange, String key, Map<String, String> query, byte[] body) throws IOException {
        if (query.containsKey("uploadId")) {
            upload(query).parts().put(Integer.parseInt(query.getOrDefault("partNumber", "0")), ByteBuffer.wrap(body));
        } else {
            objects.put(key, new Stored(ByteBuffer.wrap(body), kept(exchange)));
        }
        exchange.getResponseHeaders().set("ETag", ETAG);
        exchange.sendResponseHeaders(200, -1);
    }

    private void post(HttpExchange exchange, String key, Map<String, String> query) throws IOException {
        if (query.containsKey("uploads")) {
            String id = Long.toString(uploadIds.incrementAndGet());
            uploads.put(id, new Upload(key, kept(exchange), new TreeMap<>()));
            send(exchange, 200, xml("InitiateMultipartUploadResult", tag("UploadId", id)));
            return;
        }
        Upload upload = upload(query);
        int size =
                upload.parts().values().stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer content = ByteBuffer.allocate(size);
        upload.parts().values().forEach(part -> content.put(part.duplicate()));
        objects.put(upload.key(), new Stored(content.flip(), upload.headers()));
        uploads.remove(query.get("uploadId"));
        send(exchange, 200, xml("CompleteMultipartUploadResult", tag("ETag", ETAG)));
    }

    private Upload upload(Map<String, String> query) {
        return Optional.ofNullable(uploads.get(query.getOrDefault("uploadId", "")))
                .orElseThrow(() -> new Refused(404, "NoSuchUpload"));
    }

    private static Map<String, String> kept(HttpExchange exchange) {
        Map<String, String> kept = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-meta-") || lower.equals("content-type")) {
                kept.put(lower, values.get(0));
            }
        });
        return kept;
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            query.put(
                    equals < 0 ? pair : pair.substring(0, equals),
                    equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String tag(String name, String content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    private static String xml(String name, String content) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + tag(name, content);
    }

    private static void send(HttpExchange exchange, int status, String xml) throws IOException {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
