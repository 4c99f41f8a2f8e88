package dev.hayloft.api.data;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.records.InRecord;
import dev.hayloft.api.records.RecordParser;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.BatchResult;
import dev.hayloft.store.BatchStep;
import dev.hayloft.store.ObjectVerbs;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A batch on its way in: gathered whole, since nothing of it may be stored before all of it is known to be right, then
 * taken apart and stored at once.
 *
 * <p><i>Threads:</i> gathering the network's, the rest on a thread that may block; one at a time.
 */
final class BatchIntake {
    static final long BODY_MAX = 64L << 20;

    private final Exchange exchange;
    private final BucketName bucket;
    private final Optional<Durability> durability;
    private final RecordParser parser;
    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
    private final List<BatchStep> steps = new ArrayList<>();
    private long takenBytes;
    private long contentBytes;

    BatchIntake(Exchange exchange, BucketName bucket, Optional<Durability> durability, RecordParser parser) {
        this.exchange = exchange;
        this.bucket = bucket;
        this.durability = durability;
        this.parser = parser;
    }

    void start() {
        if (exchange.request().getLength() > BODY_MAX) {
            throw tooLarge();
        }
        read();
    }

    private static RequestException tooLarge() {
        return new RequestException(ErrorCode.TOO_LARGE, "A batch has at most 64 MiB; split it, or send a stream.")
                .with("maxBytes", BODY_MAX);
    }

    private void read() {
        try {
            while (true) {
                Content.Chunk chunk = exchange.request().read();
                if (chunk == null) {
                    exchange.request().demand(this::read);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    fail(chunk.getFailure());
                    return;
                }
                boolean last = chunk.isLast();
                take(chunk);
                if (last) {
                    exchange.bodyRead();
                    exchange.front().blocking().execute(this::store);
                    return;
                }
            }
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            fail(failure);
        }
    }

    private void take(Content.Chunk chunk) {
        try {
            int size = chunk.remaining();
            if (takenBytes + size > BODY_MAX) {
                throw tooLarge();
            }
            exchange.front().budget().take(size);
            takenBytes += size;
            if (size > 0) {
                pieces.add(ByteBuffer.allocate(size).put(chunk.getByteBuffer()).flip());
            }
            exchange.front().metrics().bytesIn(size);
        } finally {
            chunk.release();
        }
    }

    private void fail(Throwable failure) {
        giveBack();
        exchange.fail(failure);
    }

    private void giveBack() {
        exchange.front().budget().giveBack(takenBytes);
        takenBytes = 0;
    }

    private void store() {
        try {
            parse();
            exchange.front().store().verbs().batch(bucket, steps, durability).whenComplete((result, failure) -> {
                giveBack();
                exchange.respond(() -> answer(result, failure));
            });
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            fail(failure);
        }
    }

    private void parse() {
        try {
            for (ByteBuffer piece = pieces.poll(); piece != null; piece = pieces.poll()) {
                for (Optional<InRecord> next = parser.next(piece); next.isPresent(); next = parser.next(piece)) {
                    add(next.get());
                }
            }
            parser.end().ifPresent(this::add);
        } catch (RequestException e) {
            throw e.with("record", steps.size());
        }
    }

    private void add(InRecord record) {
        if (steps.size() == ObjectVerbs.BATCH_STEPS_MAX) {
            throw new RequestException(ErrorCode.TOO_LARGE, "A batch has at most 10000 records; split it.");
        }
        contentBytes += record.contentBytes();
        if (record.isPut()) {
            ByteBuffer value = ByteBuffer.allocate(record.value().remaining())
                    .put(record.value().duplicate())
                    .flip();
            steps.add(new BatchStep.Put(record.key(), record.attributes(), record.ifVersion(), value));
        } else {
            steps.add(new BatchStep.Delete(record.key(), record.ifVersion()));
        }
    }

    private void answer(@Nullable BatchResult result, @Nullable Throwable failure) {
        if (failure != null || result == null) {
            exchange.fail(failure == null ? new AssertionError("a batch completes with a result") : failure);
            return;
        }
        exchange.answerJson(200, json -> {
            json.writeStartObject();
            json.writeNumberField("records", steps.size());
            json.writeNumberField("bytes", contentBytes);
            json.writeStringField("version", Long.toString(result.version()));
            json.writeEndObject();
        });
    }
}
