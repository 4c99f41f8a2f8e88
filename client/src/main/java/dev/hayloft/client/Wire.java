package dev.hayloft.client;

import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.client.http.HttpBody;
import dev.hayloft.client.http.HttpConnectionPool;
import dev.hayloft.client.http.HttpFailure;
import dev.hayloft.client.http.HttpOrigin;
import dev.hayloft.client.http.HttpRequest;
import dev.hayloft.client.http.HttpStream;
import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Requests to one port with the caller's identity; problems become exceptions here and nowhere else.
 *
 * <p><i>Retries:</i> a refusal that says when to come back (429, 503 with {@code Retry-After}) is repeated a few times,
 * since the server has done nothing; a read also when its idle connection was closed. A write whose answer did not come
 * is never repeated: it may have happened.
 */
final class Wire implements Closeable {
    private static final int ATTEMPTS_MAX = 4;
    private static final int RETRY_AFTER_SECONDS_MAX = 5;
    private static final int PROBLEM_SIZE_MAX = 64 << 10;
    private static final int JSON_SIZE_MAX = 64 << 20;

    private final HttpConnectionPool connections;
    private final Credentials credentials;

    Wire(URI url, ClientConfig config) {
        this.connections = new HttpConnectionPool(HttpOrigin.of(url), config.connectTimeout(), config.readTimeout());
        this.credentials = config.credentials();
    }

    /** A call: what goes out, and whether the server may see it twice without harm. */
    record Call(String method, String target, Map<String, String> headers, HttpBody body) {
        static Call of(String method, String target) {
            return new Call(method, target, Map.of(), HttpBody.NONE);
        }

        Call withJson(JsonValue json, String mediaType) {
            Map<String, String> copy = new LinkedHashMap<>(headers);
            copy.put("Content-Type", mediaType);
            return new Call(method, target, copy, HttpBody.of(json.toString().getBytes(StandardCharsets.UTF_8)));
        }

        Call withHeaders(Map<String, String> more) {
            Map<String, String> copy = new LinkedHashMap<>(headers);
            copy.putAll(more);
            return new Call(method, target, copy, body);
        }

        boolean isRead() {
            return method.equals("GET") || method.equals("HEAD");
        }
    }

    /**
     * Sends a call; the answer's status is 2xx or 304, and the caller closes it.
     *
     * @throws HayloftClientException for every other end
     */
    HttpAnswer send(Call call) {
        Map<String, String> headers = new LinkedHashMap<>(call.headers());
        credentials.header().ifPresent(value -> headers.put("Authorization", value));
        HttpRequest request = new HttpRequest(call.method(), call.target(), headers, call.body());
        for (int attempt = 1; ; attempt++) {
            HttpAnswer answer = exchange(request, call.isRead());
            if (answer.status() / 100 == 2 || answer.status() == 304) {
                return answer;
            }
            boolean mayRepeat = attempt < ATTEMPTS_MAX && call.body().isRepeatable();
            if (!mayRepeat || !waitAsAsked(answer)) {
                throw problem(call, answer);
            }
            answer.close();
        }
    }

    /**
     * Begins a call whose body follows in pieces. It is not repeated: that is for who has the pieces.
     *
     * @throws HayloftClientException when the server was not reached or broke off
     */
    HttpStream stream(Call call) {
        Map<String, String> headers = new LinkedHashMap<>(call.headers());
        credentials.header().ifPresent(value -> headers.put("Authorization", value));
        try {
            return connections.stream(new HttpRequest(call.method(), call.target(), headers, call.body()));
        } catch (HttpFailure e) {
            throw failure(e);
        }
    }

    /** Sends a call and reads its JSON answer. */
    <T> T json(Call call, Function<JsonObject, T> shape) {
        try (HttpAnswer answer = send(call)) {
            byte[] body = answer.body().readNBytes(JSON_SIZE_MAX + 1);
            if (body.length > JSON_SIZE_MAX) {
                throw HayloftClientException.local(HayloftClientException.BAD_ANSWER, "a JSON answer is over 64 MiB");
            }
            return shape.apply(
                    JsonValue.parse(new String(body, StandardCharsets.UTF_8)).asObject());
        } catch (JsonException e) {
            throw notHayloft(call, e);
        } catch (IOException e) {
            throw cut(e);
        }
    }

    /** Sends a call whose answer has nothing to say. */
    void run(Call call) {
        send(call).close();
    }

    HayloftClientException notHayloft(Call call, JsonException cause) {
        String what = call.method() + " " + connections.origin() + call.target();
        return HayloftClientException.local(
                HayloftClientException.BAD_ANSWER,
                "the answer to " + what + " is not one of Hayloft (" + cause.getMessage()
                        + "); is this the right port?",
                cause);
    }

    static HayloftClientException cut(IOException cause) {
        return HayloftClientException.local(
                HayloftClientException.CUT_BODY, "the answer was cut off: " + cause.getMessage(), cause);
    }

    private HttpAnswer exchange(HttpRequest request, boolean mayRepeat) {
        try {
            return connections.exchange(request, mayRepeat);
        } catch (HttpFailure e) {
            throw failure(e);
        }
    }

    static HayloftClientException failure(HttpFailure e) {
        String code =
                switch (e.kind()) {
                    case NOT_CONNECTED -> HayloftClientException.NO_CONNECTION;
                    case STALE, TIMED_OUT, BROKEN -> HayloftClientException.NO_ANSWER;
                    case SOURCE -> HayloftClientException.BAD_SOURCE;
                    case NOT_HTTP -> HayloftClientException.BAD_ANSWER;
                };
        return HayloftClientException.local(code, String.valueOf(e.getMessage()), e);
    }

    private static boolean waitAsAsked(HttpAnswer answer) {
        String seconds = answer.headers().find("retry-after").orElse("");
        boolean refused = answer.status() == 429 || answer.status() == 503;
        if (!refused || !seconds.matches("[0-9]") || Integer.parseInt(seconds) > RETRY_AFTER_SECONDS_MAX) {
            return false;
        }
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.parseInt(seconds));
        for (long left = untilNanos - System.nanoTime(); left > 0; left = untilNanos - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(left);
        }
        return true;
    }

    HayloftClientException problem(Call call, HttpAnswer answer) {
        String what = call.method() + " " + connections.origin() + call.target();
        String fallback = what + " was answered with status " + answer.status() + " and no problem document";
        String requestId = answer.headers().find("x-request-id").orElse("");
        try (answer) {
            String body = new String(answer.body().readNBytes(PROBLEM_SIZE_MAX), StandardCharsets.UTF_8);
            if (body.isEmpty() && call.method().equals("HEAD")) {
                return HayloftClientException.ofHead(answer.status(), call.target(), requestId);
            }
            return HayloftClientException.ofProblem(answer.status(), body, requestId, fallback);
        } catch (IOException e) {
            HayloftClientException cut = HayloftClientException.ofProblem(answer.status(), "", requestId, fallback);
            cut.addSuppressed(e);
            return cut;
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
