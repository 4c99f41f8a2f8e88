package dev.hayloft.api.http;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/** Gathers a small body without holding a thread. */
public final class BodyCollector {
    private final Exchange exchange;
    private final long maxBytes;
    private final Consumer<ByteBuffer> consumer;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private BodyCollector(Exchange exchange, long maxBytes, Consumer<ByteBuffer> consumer) {
        this.exchange = exchange;
        this.maxBytes = maxBytes;
        this.consumer = consumer;
    }

    /**
     * Reads the body to its end, then hands it over on a thread that may block. A body over the bound is answered with
     * {@code too-large}; what the consumer throws becomes the answer.
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
        while (true) {
            Content.Chunk chunk = exchange.request().read();
            if (chunk == null) {
                exchange.request().demand(() -> exchange.run(this::read));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                exchange.fail(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            try {
                if (bytes.size() + chunk.remaining() > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                byte[] piece = new byte[chunk.remaining()];
                chunk.getByteBuffer().get(piece);
                bytes.writeBytes(piece);
            } finally {
                chunk.release();
            }
            if (last) {
                exchange.bodyRead();
                exchange.block(() -> consumer.accept(ByteBuffer.wrap(bytes.toByteArray())));
                return;
            }
        }
    }
}
