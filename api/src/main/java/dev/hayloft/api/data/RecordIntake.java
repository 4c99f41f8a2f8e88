package dev.hayloft.api.data;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Problem;
import dev.hayloft.api.metrics.LiveStreams;
import dev.hayloft.api.records.InRecord;
import dev.hayloft.api.records.RecordParser;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.RecordStream;
import dev.hayloft.store.RecordsRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * One request of records: read at the pace at which the store takes them, acknowledged in lines while it goes on.
 * Reading and acknowledging do not wait for each other: acknowledgements that the network does not take yet become one.
 *
 * <p><i>Threads:</i> reading is one at a time, on the blocking executor; acknowledgements come from the store. They
 * meet in the fields guarded by {@code lock}.
 */
final class RecordIntake implements RecordStream.Listener {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final Exchange exchange;
    private final RecordParser parser;
    private final RecordStream stream;
    private final RecordsRequest request;
    private final StreamShare share;

    // Reading only.
    private long received;
    private long receivedBytes;

    private final Object lock = new Object();
    private long acknowledged; // Guarded by lock, as all below.
    private long written;
    private boolean writing;
    private boolean stalled;
    private boolean headSent;
    private boolean reading = true;
    private boolean waiting; // For the network, which has nothing more at the moment.
    private boolean stopping;
    private boolean lastWritten;
    private long total = -1; // Records, once no more will come.
    private @Nullable Throwable failure; // Told in the last line.
    private boolean ended;
    private boolean closed;

    RecordIntake(Exchange exchange, RecordsRequest request, RecordParser parser) {
        this.exchange = exchange;
        this.parser = parser;
        this.stream = exchange.front().store().startRecords(request, this);
        this.request = request;
        this.share = new StreamShare(exchange.front().budget());
    }

    /** Takes the exchange over. */
    void start() {
        boolean isTaken = false;
        try {
            share.hold(0);
            isTaken = true;
            if (!exchange.startAnswer()) {
                closeStream();
                return;
            }
        } finally {
            if (!isTaken) {
                stream.close();
            }
        }
        Instant now = exchange.front().clock().instant();
        exchange.response().setStatus(200);
        exchange.headers().put(Headers.NDJSON);
        exchange.front().metrics().streams().began(this, () -> figures(now), this::stop);
        readSoon();
    }

    /** The server stops: what has come is stored and acknowledged, the rest is refused. Any thread. */
    private void stop() {
        synchronized (lock) {
            stopping = true;
            if (!waiting) {
                return; // Whoever reads sees it.
            }
            endBecauseOfStop();
        }
        answer();
    }

    /** Under the lock; nobody reads meanwhile. */
    private void endBecauseOfStop() {
        if (total < 0) {
            failure = new CapacityException(
                    ErrorCode.UNAVAILABLE, "The server is stopping; send the rest again when it is back.");
            total = received;
        }
    }

    private LiveStreams.Ingest figures(Instant startedAt) {
        synchronized (lock) {
            return new LiveStreams.Ingest(
                    exchange.id(),
                    request.bucket().toString(),
                    exchange.identity().accessKey(),
                    request.producer(),
                    startedAt,
                    acknowledged);
        }
    }

    private void readSoon() {
        try {
            exchange.front().blocking().execute(this::read);
        } catch (RejectedExecutionException e) {
            fail(e, received);
            leaveReading();
        }
    }

    private void read() {
        try {
            if (!readSome()) {
                leaveReading();
            }
        } catch (HayloftException e) {
            stream.flush();
            fail(e, received);
            leaveReading();
        } catch (Throwable unexpected) { // A thread boundary: the client must hear of it.
            leaveReading();
            breakOff(unexpected);
        }
    }

    /** Reads until nothing has come, or the store takes no more for now: it goes on by itself. False at the end. */
    private boolean readSome() {
        while (!isOver()) {
            if (isStopped()) {
                stream.flush();
                answer();
                return false;
            }
            if (stream.isSaturated() && stall()) {
                return true;
            }
            Content.Chunk chunk = exchange.request().read();
            sendHead();
            if (chunk == null) {
                stream.pause();
                if (await()) {
                    exchange.request().demand(this::readable);
                    return true;
                }
                continue;
            }
            if (Content.Chunk.isFailure(chunk)) {
                breakOff(chunk.getFailure());
                return false;
            }
            if (isLast(chunk)) {
                endOfBody();
                return false;
            }
        }
        return false;
    }

    private boolean isStopped() {
        synchronized (lock) {
            if (stopping) {
                endBecauseOfStop();
            }
            return stopping;
        }
    }

    /** False when the server stops: there is nothing to wait for. */
    private boolean await() {
        synchronized (lock) {
            waiting = !stopping;
            return waiting;
        }
    }

    private void readable() {
        synchronized (lock) {
            if (!waiting) {
                return; // The connection was cut off instead.
            }
            waiting = false;
        }
        readSoon();
    }

    /** The head goes out before the first record is in, but after a client that waits for 100 has got it. */
    private void sendHead() {
        synchronized (lock) {
            if (headSent || ended || writing) {
                return;
            }
            headSent = true;
            writing = true;
        }
        exchange.response().write(false, NOTHING, then(this::wrote, this::breakOff));
    }

    /** Reading has ended, or waits for the store; whoever wrote the last line meanwhile left the rest to us. */
    private void leaveReading() {
        boolean finish;
        synchronized (lock) {
            reading = false;
            finish = lastWritten;
        }
        if (finish) {
            finish();
        }
    }

    /** True when the store will call once it takes more; not when all is over meanwhile: nobody would end it then. */
    private boolean stall() {
        synchronized (lock) {
            stalled = total < 0 && !ended && stream.isSaturated();
            reading = !stalled;
            return stalled;
        }
    }

    private boolean isLast(Content.Chunk chunk) {
        try {
            exchange.front().metrics().bytesIn(chunk.remaining());
            ByteBuffer bytes = chunk.getByteBuffer();
            for (Optional<InRecord> next = parser.next(bytes); next.isPresent(); next = parser.next(bytes)) {
                take(next.get());
            }
            share.hold(parser.heldBytes());
            return chunk.isLast();
        } finally {
            if (chunk.isLast()) {
                exchange.bodyRead();
            }
            chunk.release();
        }
    }

    private void take(InRecord record) {
        if (record.isPut()) {
            stream.put(record.key(), record.attributes(), record.value());
        } else {
            stream.delete(record.key());
        }
        received++;
        receivedBytes += record.contentBytes();
    }

    private void endOfBody() {
        parser.end().ifPresent(this::take);
        stream.flush();
        synchronized (lock) {
            total = total < 0 ? received : total; // The store may have failed meanwhile, and said behind how many.
        }
        answer();
    }

    /** Ends the stream with a failure, told once the records before it are acknowledged. */
    private void fail(Throwable reason, long records) {
        synchronized (lock) {
            if (total >= 0) {
                return;
            }
            failure = reason;
            total = records;
        }
        answer();
    }

    private void breakOff(Throwable reason) {
        if (Problem.unwrap(reason) instanceof TimeoutException) {
            stream.flush();
            fail(reason, received);
            return;
        }
        synchronized (lock) {
            if (ended) {
                return;
            }
            ended = true;
        }
        giveUp(reason);
    }

    private boolean isOver() {
        synchronized (lock) {
            return total >= 0 || ended;
        }
    }

    @Override
    public void acknowledged(long records) {
        boolean resume;
        long more;
        synchronized (lock) {
            more = records - acknowledged;
            acknowledged = records;
            resume = stalled && total < 0 && !ended && !stream.isSaturated();
            stalled = stalled && !resume;
            reading |= resume;
        }
        exchange.front().metrics().records(more);
        if (resume) {
            readSoon();
        }
        answer();
    }

    @Override
    public void failed(HayloftException reason, long records) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            failure = reason;
            total = records;
            acknowledged = records;
        }
        answer();
    }

    /** Writes what there is to say, unless a write is under way: then that one's end does. */
    private void answer() {
        synchronized (lock) {
            boolean nothing = acknowledged == written && !isComplete();
            if (writing || ended || nothing) {
                return;
            }
            writing = true;
        }
        exchange.respond(this::write);
    }

    private boolean isComplete() {
        return total >= 0 && acknowledged >= total;
    }

    private void write() {
        StringBuilder lines = new StringBuilder(128);
        boolean last;
        @Nullable Throwable reason;
        synchronized (lock) {
            last = isComplete();
            reason = failure;
            if (acknowledged > written) {
                written = acknowledged;
                lines.append("{\"acked\":").append(written).append("}\n");
            }
            ended |= last;
        }
        if (last && reason != null) {
            lines.append(errorLine(reason));
        } else if (last) {
            lines.append("{\"done\":true,\"records\":").append(total).append(",\"bytes\":");
            lines.append(receivedBytes).append("}\n");
        }
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        exchange.response()
                .write(last, bytes, last ? then(this::wroteLast, this::giveUp) : then(this::wrote, this::breakOff));
    }

    private static Callback then(Runnable success, Consumer<Throwable> failure) {
        return Callback.from(Invocable.InvocationType.NON_BLOCKING, success, failure);
    }

    private String errorLine(Throwable reason) {
        if (!Problem.isOurs(reason)) {
            exchange.log(reason);
        }
        String problem = StandardCharsets.UTF_8
                .decode(Problem.of(reason).document(exchange.id()))
                .toString();
        return "{\"error\":" + problem + ",\"record\":" + total + ",\"acked\":" + total + "}\n";
    }

    private void closeStream() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        exchange.front().metrics().streams().ended(this);
        stream.close();
        share.close();
    }

    private void finish() {
        closeStream();
        exchange.endAnswer();
    }

    private void wrote() {
        synchronized (lock) {
            writing = false;
        }
        answer();
    }

    private void wroteLast() {
        boolean finish;
        boolean cut;
        synchronized (lock) {
            lastWritten = true;
            finish = !reading;
            cut = stopping && waiting;
            waiting &= !cut;
        }
        if (finish) {
            finish();
        } else if (cut) { // The client need not send anything more, and a stop does not wait for it.
            giveUp(new IOException("the server stops"));
        }
    }

    private void giveUp(Throwable cause) {
        closeStream();
        exchange.breakOff(cause);
    }
}
