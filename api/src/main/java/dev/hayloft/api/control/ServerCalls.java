package dev.hayloft.api.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;

/** The operations API on the process itself: settings in force, levels of the log, threads, diagnostics, recordings. */
public final class ServerCalls {
    private static final Set<String> LEVEL_FIELDS = Set.of("logger", "level");

    private final Front front;
    private final Diagnostics diagnostics;
    private final Recordings recordings;

    public ServerCalls(Front front, Operations operations) {
        this.front = front;
        this.diagnostics = new Diagnostics(front, operations);
        this.recordings = new Recordings(front.clock());
    }

    /** {@code GET /api/config}: every setting, its value in force and its default. */
    public void config(Exchange exchange) {
        begin(exchange);
        exchange.answerJson(200, json -> diagnostics.writeConfig(json));
    }

    /** {@code GET /api/threads}: what every thread does right now, as text. */
    public void threads(Exchange exchange) {
        begin(exchange);
        exchange.block(() -> answer(exchange, "text/plain; charset=utf-8", utf8(Diagnostics.threads())));
    }

    /** {@code GET /api/diagnostics}: a zip of all that somebody who helps would ask for; no secrets, no content. */
    public void diagnostics(Exchange exchange) {
        begin(exchange);
        exchange.block(() -> {
            exchange.headers().put(HttpHeader.CONTENT_DISPOSITION, "attachment; filename=\"hayloft-diagnostics.zip\"");
            answer(exchange, "application/zip", diagnostics.bundle());
        });
    }

    /** {@code GET} and {@code PUT /api/log-levels}. */
    public void logLevels(Exchange exchange) {
        begin(exchange);
        if (!exchange.request().getMethod().equals("PUT")) {
            exchange.answerJson(200, LogLevels::write);
            return;
        }
        BodyCollector.requireJson(exchange, Set.of("application/json"));
        BodyCollector.collect(exchange, front.settings().size(Setting.LIMITS_JSON_BODY), body -> {
            JsonNode document = fields(body, LEVEL_FIELDS);
            JsonNode level = document.path("level");
            LogLevels.set(
                    document.path("logger").asText(LogLevels.ROOT),
                    level.isTextual() ? Optional.of(level.asText()) : Optional.empty());
            exchange.answerJson(200, LogLevels::write);
        });
    }

    /** {@code GET} and {@code POST /api/recordings}: recordings of the JVM's flight recorder. */
    public void recordings(Exchange exchange) {
        begin(exchange);
        if (!exchange.request().getMethod().equals("POST")) {
            exchange.answerJson(200, recordings::write);
            return;
        }
        BodyCollector.requireJson(exchange, Set.of("application/json"));
        BodyCollector.collect(exchange, front.settings().size(Setting.LIMITS_JSON_BODY), body -> {
            JsonNode seconds = fields(body, Set.of("seconds")).path("seconds");
            if (!seconds.isMissingNode() && !seconds.isInt()) {
                throw bad("A recording takes a whole number of seconds.", "seconds");
            }
            String id = recordings.start(seconds.asInt(Recordings.SECONDS_DEFAULT));
            exchange.headers().put(HttpHeader.LOCATION, "/api/recordings/" + id);
            exchange.answerJson(202, json -> recordings.writeOne(json, id));
        });
    }

    /** {@code GET} and {@code DELETE /api/recordings/ID}. */
    public void recording(Exchange exchange, String id) {
        begin(exchange);
        exchange.block(() -> {
            if (exchange.request().getMethod().equals("DELETE")) {
                recordings.delete(id);
                exchange.answer(204);
                return;
            }
            exchange.headers().put(HttpHeader.CONTENT_DISPOSITION, "attachment; filename=\"hayloft-" + id + ".jfr\"");
            exchange.headers().put(HttpHeader.CONTENT_TYPE, "application/octet-stream");
            exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
            send(exchange, recordings.content(id));
        });
    }

    private static void send(Exchange exchange, FileChannel content) {
        boolean isHandedOn = false;
        try {
            exchange.headers().put(HttpHeader.CONTENT_LENGTH, content.size());
            if (exchange.isHead()) {
                exchange.answer(200);
            } else {
                isHandedOn = true;
                new FileAnswer(exchange, content, content.size()).start(200);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!isHandedOn) {
                FileAnswer.close(content);
            }
        }
    }

    /** Lets go of recordings. */
    public void close() {
        recordings.close();
    }

    private static void begin(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
    }

    private static JsonNode fields(ByteBuffer body, Set<String> known) {
        JsonNode document = Json.parse(body);
        if (!document.isObject()) {
            throw bad("The body must be a JSON object.", "body");
        }
        for (Map.Entry<String, JsonNode> field : document.properties()) {
            if (!known.contains(field.getKey())) {
                throw bad("This call has no such field.", field.getKey());
            }
        }
        return document;
    }

    private static RequestException bad(String sentence, String name) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("parameter", name);
    }

    private static void answer(Exchange exchange, String type, ByteBuffer body) {
        exchange.headers().put(HttpHeader.CONTENT_TYPE, type);
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, body.remaining());
        exchange.answer(200, exchange.isHead() ? null : body, Callback.NOOP);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
