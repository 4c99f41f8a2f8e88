package dev.hayloft.api.data;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.SlicedWrite;
import dev.hayloft.api.metrics.LiveStreams;
import dev.hayloft.store.ChangesReached;
import dev.hayloft.store.ChangesRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * One answer of the change feed: a page at once or after a wait, or a stream of events without end. Who waits holds a
 * future and a timer, and no thread.
 *
 * <p><i>Threads:</i> one step at a time, on the blocking executor; a step ends by waiting, by writing or by answering,
 * and the end of that begins the next.
 */
final class ChangesAnswer {
    private static final long COMMENT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final ByteBuffer COMMENT =
            ByteBuffer.wrap(new byte[] {':', '\n', '\n'}).asReadOnlyBuffer();

    private final Exchange exchange;
    private final PiecePool pool;
    private final ChangeLines.Form form;
    private final String contentType;
    private final long untilNanos;
    private ChangesRequest request;
    private boolean started;

    /**
     * An answer.
     *
     * @param waitSeconds how long a page may stay empty before it is answered
     */
    ChangesAnswer(
            Exchange exchange,
            PiecePool pool,
            ChangesRequest request,
            ChangeLines.Form form,
            String contentType,
            int waitSeconds) {
        this.exchange = exchange;
        this.pool = pool;
        this.request = request;
        this.form = form;
        this.contentType = contentType;
        this.untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
    }

    /** Takes the exchange over. */
    void start() {
        step();
    }

    private void step() {
        try {
            exchange.front().blocking().execute(this::tryRead);
        } catch (RejectedExecutionException e) {
            fail(e);
        }
    }

    private void tryRead() {
        try {
            read();
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            fail(failure);
        }
    }

    private void fail(Throwable failure) {
        if (started) {
            exchange.breakOff(failure);
        } else {
            exchange.fail(failure);
        }
    }

    private void read() {
        ChangeLines lines = new ChangeLines(form, pool);
        ChangesReached reached = fill(lines);
        request = request.after(reached.cursor());
        boolean isEmpty = lines.changes() == 0;
        if (form == ChangeLines.Form.EVENTS) {
            if (!started) {
                startEvents();
            } else if (isEmpty && reached.atEnd()) {
                await(COMMENT_NANOS);
                return;
            }
            note(lines.changes(), false);
            PagePieces page = lines.end(reached.cursor());
            write(isEmpty ? List.of(COMMENT.duplicate()) : page.toWrite(), page.written());
            return;
        }
        long left = untilNanos - System.nanoTime();
        if (isEmpty && reached.isPart()) {
            step(); // An empty page says that there is nothing more.
        } else if (!isEmpty || left <= 0) {
            answer(lines, reached);
        } else if (reached.atEnd()) {
            await(left);
        } else {
            step();
        }
    }

    private ChangesReached fill(ChangeLines lines) {
        try {
            return exchange.front().store().changes(request, lines);
        } catch (RuntimeException | Error failure) { // Passed on: only the pieces go back.
            lines.abandon();
            throw failure;
        }
    }

    private void answer(ChangeLines lines, ChangesReached reached) {
        note(lines.changes(), false);
        exchange.headers().put(HttpHeader.CONTENT_TYPE, contentType);
        PagePieces page = lines.end(reached.cursor());
        exchange.answerPieces(200, page.toWrite(), page.written());
    }

    /** Operators see who reads, and how far. */
    private void note(int changes, boolean isWaiting) {
        LiveStreams.Reader reader = new LiveStreams.Reader(
                request.bucket().toString(),
                exchange.identity().accessKey(),
                request.prefix(),
                form.name().toLowerCase(Locale.ROOT));
        exchange.front()
                .metrics()
                .streams()
                .read(
                        reader,
                        request.after(),
                        changes,
                        isWaiting,
                        exchange.front().clock().instant());
    }

    /** Goes on when there is news, or the time is over. */
    @SuppressWarnings("FutureReturnValueIgnored") // What follows answers, whatever came.
    private void await(long nanos) {
        note(0, true);
        CompletableFuture<Boolean> changed = exchange.front().store().whenChanged(request.bucket(), request.after());
        Scheduler scheduler =
                exchange.request().getConnectionMetaData().getConnector().getScheduler();
        Scheduler.Task timer = scheduler.schedule(() -> changed.cancel(false), nanos, TimeUnit.NANOSECONDS);
        changed.whenComplete((isNews, timeout) -> {
            timer.cancel();
            if (timeout == null && !isNews) {
                end();
            } else if (timeout != null && form == ChangeLines.Form.EVENTS) {
                write(List.of(COMMENT.duplicate()), Callback.NOOP);
            } else {
                step();
            }
        });
    }

    /** The server is stopping. */
    private void end() {
        if (form == ChangeLines.Form.EVENTS) {
            exchange.response().write(true, null, Callback.from(exchange::endAnswer, exchange::breakOff));
        } else {
            exchange.block(() -> {
                ChangeLines lines = new ChangeLines(form, pool);
                answer(lines, fill(lines));
            });
        }
    }

    private void startEvents() {
        if (!exchange.startAnswer()) {
            throw new IllegalStateException("a request has one answer");
        }
        started = true;
        exchange.response().setStatus(200);
        exchange.headers().put(HttpHeader.CONTENT_TYPE, contentType);
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
        Content.Chunk chunk = exchange.request().read(); // A GET has no body; what there is of one is not looked at.
        if (chunk != null) {
            chunk.release();
        }
    }

    private void write(List<ByteBuffer> bytes, Callback written) {
        exchange.front()
                .metrics()
                .bytesOut(bytes.stream().mapToLong(ByteBuffer::remaining).sum());
        Callback then = Callback.from(this::step, exchange::breakOff);
        SlicedWrite.write(exchange.response(), false, bytes, Callback.from(written, then));
    }
}
