package dev.hayloft.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * An answer of server-sent events, open until one side ends it. Events wait in a short queue while the network is busy;
 * when it is full the client is too slow, and {@link #send} says so.
 *
 * <p><i>Threads:</i> any.
 */
public final class EventAnswer implements Callback {
    private static final int QUEUE_MAX = 64;

    private final Exchange exchange;
    private final Runnable afterwards;
    private final Queue<ByteBuffer> queue = new ArrayDeque<>(); // Guarded by this, as all below.
    private boolean writing;
    private boolean ending;
    private boolean lastWritten;
    private boolean ended;

    private EventAnswer(Exchange exchange, Runnable afterwards) {
        this.exchange = exchange;
        this.afterwards = afterwards;
    }

    /**
     * Begins the answer.
     *
     * @param afterwards run once, when the stream is over
     */
    public static EventAnswer start(Exchange exchange, Runnable afterwards) {
        EventAnswer answer = new EventAnswer(exchange, afterwards);
        if (!exchange.takeAnswer()) {
            answer.ended = true;
            afterwards.run();
            return answer;
        }
        exchange.headers().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
        exchange.response().setStatus(200);
        return answer;
    }

    /**
     * Sends an event.
     *
     * @param data without line ends
     * @return false when the stream is over or the client is too slow to take it
     */
    public boolean send(String event, String data) {
        return send(event, List.of(data));
    }

    /** Sends several events of one kind, which count as one in the queue. */
    public boolean send(String event, List<String> data) {
        StringBuilder text = new StringBuilder();
        data.forEach(each -> text.append("event: ")
                .append(event)
                .append("\ndata: ")
                .append(each)
                .append("\n\n"));
        return data.isEmpty() || enqueue(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Ends the stream well. */
    public void end() {
        synchronized (this) {
            if (ending || ended) {
                return;
            }
            ending = true;
        }
        writeNext();
    }

    private boolean enqueue(ByteBuffer event) {
        synchronized (this) {
            if (ending || ended || queue.size() >= QUEUE_MAX) {
                return false;
            }
            queue.add(event);
        }
        writeNext();
        return true;
    }

    private void writeNext() {
        ByteBuffer next;
        boolean last;
        synchronized (this) {
            if (writing || ended) {
                return;
            }
            next = queue.poll();
            last = next == null && ending;
            if (next == null && !last) {
                return;
            }
            writing = true;
            lastWritten = last;
        }
        write(next, last);
    }

    private void write(@Nullable ByteBuffer next, boolean last) {
        if (next == null) {
            exchange.response().write(last, null, this);
        } else {
            SlicedWrite.write(exchange.response(), last, next, this);
        }
    }

    @Override
    public void succeeded() {
        boolean over;
        synchronized (this) {
            writing = false;
            over = lastWritten && !ended;
            ended |= over;
        }
        if (over) {
            afterwards.run();
            exchange.end(null);
        } else {
            writeNext();
        }
    }

    @Override
    public void failed(Throwable cause) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            queue.clear();
        }
        afterwards.run();
        exchange.broken(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
