package dev.hayloft.api.data;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A body of known length, at most {@link ObjectWrites#INLINE_MAX} bytes. When it came in one piece with its head, as
 * small bodies do, it goes from the network's buffer to the log without a copy.
 */
final class SmallBody {
    private final Exchange exchange;
    private final BodyTarget target;
    private final WriteHeaders headers;
    private final Digests digests;
    private final int length;
    private Content.@Nullable Chunk whole;
    private @Nullable ByteBuffer gathered;

    SmallBody(Exchange exchange, BodyTarget target, WriteHeaders headers, Digests digests) {
        this.exchange = exchange;
        this.target = target;
        this.headers = headers;
        this.digests = digests;
        this.length = (int) exchange.request().getLength();
    }

    void start() {
        exchange.front().budget().take(length);
        read();
    }

    private void read() {
        while (true) {
            Content.Chunk chunk = exchange.request().read();
            if (chunk == null) {
                exchange.request().demand(this::read);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                giveBack();
                exchange.fail(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            take(chunk);
            if (last) {
                exchange.bodyRead();
                store();
                return;
            }
        }
    }

    private void take(Content.Chunk chunk) {
        if (chunk.remaining() == length && length > 0 && gathered == null && whole == null) {
            whole = chunk;
            return;
        }
        if (chunk.hasRemaining()) {
            ByteBuffer target = gathered;
            if (target == null) {
                target = ByteBuffer.allocate(length);
                gathered = target;
            }
            target.put(chunk.getByteBuffer());
        }
        chunk.release();
    }

    private void store() {
        try {
            ByteBuffer content = content();
            Sha256 sha256 = digests.sha256(content);
            Optional<String> md5 = headers.md5().map(ignored -> Digests.md5(content));
            headers.verify(sha256, md5);
            exchange.front().metrics().bytesIn(length);
            this.target
                    .whole(content, sha256)
                    .whenComplete((result, failure) -> exchange.respond(() -> {
                        giveBack();
                        if (failure == null) {
                            ObjectWrites.answer(exchange, result);
                        } else {
                            exchange.fail(failure);
                        }
                    }));
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            giveBack();
            exchange.fail(failure);
        }
    }

    private ByteBuffer content() {
        Content.Chunk chunk = whole;
        if (chunk != null) {
            return chunk.getByteBuffer();
        }
        ByteBuffer bytes = gathered;
        return bytes == null ? ByteBuffer.allocate(0) : bytes.flip();
    }

    private void giveBack() {
        Content.Chunk chunk = whole;
        if (chunk != null) {
            whole = null;
            chunk.release();
        }
        exchange.front().budget().giveBack(length);
    }
}
