package dev.hayloft.api.http;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/** Gathers a small body without holding a thread, counted against the memory of all bodies. */
public final class BodyCollector {
    /** Of each body, and not counted: an operator's call finds room in the worst hour. */
    private static final int FREE_BYTES = 16 << 10;

    /** As it grows and is handed over, a body stands in memory twice. */
    private static final long HELD_FACTOR = 2;

    private final Exchange exchange;
    private final long maxBytes;
    private final Consumer<ByteBuffer> consumer;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long taken; // Of the budget.

    private BodyCollector(Exchange exchange, long maxBytes, Consumer<ByteBuffer> consumer) {
        this.exchange = exchange;
        this.maxBytes = maxBytes;
        this.consumer = consumer;
    }

    /**
     * Reads the body to its end, then hands it over on a thread that may block. A body over the bound is answered with
     * {@code too-large}, one for which there is no memory with {@code too-many-requests}; what the consumer throws
     * becomes the answer.
     */
    public static void collect(Exchange exchange, long maxBytes, Consumer<ByteBuffer> consumer) {
        if (exchange.request().getLength() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        new BodyCollector(exchange, maxBytes, consumer).read();
    }

    /** A body must say that it is JSON, or say nothing. */
    public static void requireJson(Exchange exchange, Set<String> types) {
        String type = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (type == null || exchange.request().getLength() == 0) {
            return;
        }
        int end = type.indexOf(';');
        String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (!types.contains(media)) {
            throw new RequestException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body of this call must be JSON.")
                    .with("contentType", media)
                    .with("expected", String.join(", ", types.stream().sorted().toList()));
        }
    }

    private static RequestException tooLarge(long maxBytes) {
        return new RequestException(ErrorCode.TOO_LARGE, "The body of this call is too large.")
                .with("maxBytes", maxBytes);
    }

    private void read() {
        try {
            gather();
        } catch (Throwable failure) { // Passed on: only the budget goes back.
            giveBack();
            throw failure;
        }
    }

    private void gather() {
        while (true) {
            Content.Chunk chunk = exchange.request().read();
            if (chunk == null) {
                exchange.request().demand(() -> exchange.run(this::read));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                giveBack();
                exchange.fail(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            try {
                take(chunk);
            } finally {
                chunk.release();
            }
            if (last) {
                exchange.bodyRead();
                hand();
                return;
            }
        }
    }

    private void take(Content.Chunk chunk) {
        int size = chunk.remaining();
        if (bytes.size() + size > maxBytes) {
            throw tooLarge(maxBytes);
        }
        long more = HELD_FACTOR * Math.max(0, bytes.size() + size - FREE_BYTES) - taken;
        if (more > 0) {
            exchange.front().budget().take(more);
            taken += more;
        }
        byte[] piece = new byte[size];
        chunk.getByteBuffer().get(piece);
        bytes.writeBytes(piece);
    }

    /** As {@link Exchange#block}; the budget goes back whether the step comes to run or not. */
    private void hand() {
        try {
            exchange.front().blocking().execute(() -> {
                try {
                    exchange.run(() -> consumer.accept(ByteBuffer.wrap(bytes.toByteArray())));
                } finally {
                    giveBack();
                }
            });
        } catch (RejectedExecutionException e) {
            giveBack();
            exchange.fail(e);
        }
    }

    private void giveBack() {
        exchange.front().budget().giveBack(taken);
        taken = 0;
    }
}
