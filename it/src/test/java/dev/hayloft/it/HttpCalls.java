package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/**
 * Plain HTTP calls with one key, on the JDK's client and nothing of ours, so that client and server cannot be wrong
 * together.
 *
 * <p><i>Threads:</i> any.
 */
final class HttpCalls {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final String base;
    private final String authorization;

    HttpCalls(String base, String accessKey, String secretKey) {
        this(base, basic(accessKey + ":" + secretKey));
    }

    private HttpCalls(String base, String authorization) {
        this.base = base;
        this.authorization = authorization;
    }

    /** Calls with a token. */
    static HttpCalls bearer(String base, String token) {
        return new HttpCalls(base, "Bearer " + token);
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** The value of the Authorization header, for requests written by hand. */
    String authorization() {
        return authorization;
    }

    /** The path of an object, every byte that needs it percent-encoded. */
    static String object(String bucket, String key) {
        return object(bucket, key.getBytes(StandardCharsets.UTF_8));
    }

    static String object(String bucket, byte[] key) {
        StringBuilder path = new StringBuilder("/v1/buckets/").append(bucket).append("/objects/");
        for (byte each : key) {
            char character = (char) (each & 0xFF);
            if (character < 128 && (Character.isLetterOrDigit(character) || "-._~/".indexOf(character) >= 0)) {
                path.append(character);
            } else {
                path.append('%')
                        .append(Character.forDigit(character >> 4, 16))
                        .append(Character.forDigit(character & 15, 16));
            }
        }
        return path.toString();
    }

    HttpResponse<byte[]> get(String path, String... headers) throws IOException {
        return send("GET", path, new byte[0], headers);
    }

    HttpResponse<byte[]> put(String path, byte[] body, String... headers) throws IOException {
        return send("PUT", path, body, headers);
    }

    HttpResponse<byte[]> post(String path, String json) throws IOException {
        return send("POST", path, json.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
    }

    HttpResponse<byte[]> delete(String path, String... headers) throws IOException {
        return send("DELETE", path, new byte[0], headers);
    }

    /** Makes a bucket, and fails when it is not made. */
    void makeBucket(String bucket) {
        try {
            HttpResponse<byte[]> answer = put("/v1/buckets/" + bucket, new byte[0]);
            assertThat(answer.statusCode()).as(text(answer)).isIn(200, 201);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** One exchange; a failure of the connection is an IOException, every answer a response. */
    HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Authorization", authorization)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
