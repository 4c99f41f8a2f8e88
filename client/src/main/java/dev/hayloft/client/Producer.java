package dev.hayloft.client;

import dev.hayloft.client.RecordRequest.End;
import dev.hayloft.client.Wire.Call;
import dev.hayloft.client.http.HttpBody;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Stores records at a high rate: gathers them into batches, sends these without waiting for answers, and tells of each
 * record when it is durable and readable. After a lost answer, a refusal for now or a lost connection it sends again
 * what was not acknowledged, under the same numbers, so that the server stores nothing twice.
 *
 * <p><i>Order:</i> records are stored in the order in which they were given.
 *
 * <p><i>Threads:</i> any may give records; who does waits while {@link ProducerOptions#inFlightBytes} are not
 * acknowledged. One thread sends; another, for as long as a request lasts, runs acknowledgements.
 */
public final class Producer implements Closeable {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BACKOFF_FIRST_MILLIS = 50;
    private static final long BACKOFF_MAX_MILLIS = 2_000;
    private static final int RETRY_AFTER_SECONDS_MAX = 30;

    /** Codes behind which the next try may succeed; what was sent twice is stored once. */
    private static final Set<String> PASSING = Set.of(
            "too-many-requests",
            "unavailable",
            "conflict",
            "entity-timeout",
            "internal",
            HayloftClientException.NO_CONNECTION,
            HayloftClientException.NO_ANSWER,
            HayloftClientException.CUT_BODY);

    private final Wire wire;
    private final String bucket;
    private final ProducerOptions options;
    private final ProducerQueue queue;
    private final Thread sender;

    // The sending thread's.
    private int failuresInRow;
    private long progressSeen;
    private long troubleSinceNanos;

    private Producer(Wire wire, String bucket, ProducerOptions options) {
        this.wire = wire;
        this.bucket = bucket;
        this.options = options;
        this.queue = new ProducerQueue(options);
        this.sender = new Thread(this::run, "hayloft-producer-" + options.name());
    }

    static Producer start(Wire wire, String bucket, ProducerOptions options) {
        Producer producer = new Producer(wire, bucket, options);
        producer.sender.setDaemon(true);
        producer.sender.start();
        return producer;
    }

    /** As {@link #send(ProducerRecord)}, for a put. */
    public CompletableFuture<Long> put(String key, byte[] value) {
        return send(ProducerRecord.put(key, value));
    }

    /** As {@link #send(ProducerRecord)}, for a delete. */
    public CompletableFuture<Long> delete(String key) {
        return send(ProducerRecord.delete(key));
    }

    /**
     * Gives a record.
     *
     * @return completed with the record's number when it is durable and readable, or with a
     *     {@link HayloftClientException}, by the thread that {@link Acknowledgement} speaks of
     * @throws IllegalArgumentException when the record cannot be one
     * @throws HayloftClientException when the producer has given up; nothing is sent any more
     * @throws IllegalStateException when it is closed
     */
    public CompletableFuture<Long> send(ProducerRecord record) {
        CompletableFuture<Long> future = new CompletableFuture<>();
        send(record, (number, failure) -> {
            if (failure.isPresent()) {
                future.completeExceptionally(failure.get());
            } else {
                future.complete(number);
            }
        });
        return future;
    }

    /** As {@link #send(ProducerRecord)}, without a future. */
    public void send(ProducerRecord record, Acknowledgement acknowledgement) {
        if (options.encoding() != ProducerOptions.Encoding.RECORDS) {
            throw new IllegalStateException("a producer of lines takes encoded records only");
        }
        queue.add(record.encoded(), acknowledgement);
    }

    /**
     * Gives one record that is encoded already, as the options say: its frame, or a line that is not blank with its
     * newline. What is no record is found out by the server.
     *
     * @param record read from position to limit before the method returns
     */
    public void sendEncoded(ByteBuffer record, Acknowledgement acknowledgement) {
        queue.add(EncodedRecord.of(record), acknowledgement);
    }

    /**
     * Waits until every record given so far is settled, without lingering. Not for an {@link Acknowledgement}.
     *
     * @throws HayloftClientException when the producer has given up
     */
    public void flush() {
        queue.flush();
    }

    /**
     * Takes no more records, waits until those given are settled and ends. Closing twice is closing once.
     *
     * @throws HayloftClientException when the producer had given up
     */
    @Override
    public void close() {
        queue.beginClose();
        boolean interrupted = false;
        while (sender.isAlive()) {
            try {
                sender.join();
            } catch (InterruptedException e) {
                interrupted = true; // What was accepted is sent first; the delivery timeout bounds it.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        queue.failure().ifPresent(reason -> {
            throw reason.again();
        });
    }

    private void run() {
        try {
            while (queue.awaitWork()) {
                runRequest();
            }
        } catch (RuntimeException | Error defect) { // The thread's boundary: nobody may wait for it in vain.
            queue.fail(HayloftClientException.local(
                    HayloftClientException.NO_ANSWER, "the producer has a defect: " + defect, defect));
            throw defect;
        }
    }

    /** One request, from what is not acknowledged until it ends or nothing has come for a while. */
    private void runRequest() {
        long first = queue.rewind();
        End end;
        try {
            RecordRequest request = RecordRequest.open(wire, call(first), first, queue);
            boolean isSent = true;
            Optional<ProducerBatch> next = queue.next(request::isOver, IDLE_NANOS);
            while (next.isPresent() && isSent) {
                isSent = request.send(next.get());
                next = isSent ? queue.next(request::isOver, IDLE_NANOS) : next;
            }
            end = isSent ? request.finish() : request.broken();
        } catch (HayloftClientException e) {
            end = End.of(e);
        }
        judge(end);
        queue.rewind();
    }

    private Call call(long first) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", options.encoding().mediaType());
        headers.put("X-Hayloft-Producer", options.name());
        headers.put("X-Hayloft-Sequence", Long.toString(first));
        options.durability()
                .ifPresent(durability ->
                        headers.put("X-Hayloft-Durability", durability.name().toLowerCase(Locale.ROOT)));
        return new Call("POST", Targets.bucket(bucket) + "/records", headers, HttpBody.IN_PIECES);
    }

    private void judge(End end) {
        long progress = queue.progress();
        if (end.failure().isEmpty()) {
            failuresInRow = 0;
            return;
        }
        HayloftClientException reason = end.failure().get();
        if (end.refused().isPresent()) {
            failuresInRow = 0;
            if (options.stopAtBadRecord()) {
                queue.fail(reason); // The refused one too: whoever hears of it finds the producer ended.
            } else {
                queue.refused(end.refused().getAsLong(), reason);
            }
            return;
        }
        long now = System.nanoTime();
        if (failuresInRow == 0 || progress != progressSeen) {
            troubleSinceNanos = now;
            failuresInRow = 0;
        }
        progressSeen = progress;
        failuresInRow++;
        boolean isTimeUp = now - troubleSinceNanos >= options.deliveryTimeout().toNanos();
        if (isTimeUp || !PASSING.contains(reason.code())) {
            queue.fail(reason);
            return;
        }
        queue.pause(TimeUnit.MILLISECONDS.toNanos(pauseMillis(end.retryAfterSeconds())));
    }

    /** Twice as long each time, and not the same for all who wait. */
    private long pauseMillis(int retryAfterSeconds) {
        long doubled = BACKOFF_FIRST_MILLIS << Math.min(failuresInRow - 1, 10);
        long millis = Math.min(BACKOFF_MAX_MILLIS, doubled);
        millis = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        return Math.max(millis, TimeUnit.SECONDS.toMillis(Math.min(retryAfterSeconds, RETRY_AFTER_SECONDS_MAX)));
    }
}
