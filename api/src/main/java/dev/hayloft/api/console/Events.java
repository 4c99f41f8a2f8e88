package dev.hayloft.api.console;

import dev.hayloft.api.http.EventAnswer;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.metrics.Operation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * {@code GET /api/events}: the status every second, and jobs as they change, to a newcomer also the figures of the last
 * minutes. Status and jobs are written once for all who listen; a listener that does not keep up loses the connection,
 * and its client asks again.
 *
 * <p><i>Threads:</i> any may listen; {@link #tick} is called by one.
 */
public final class Events {
    private final Front front;
    private final Supplier<ByteBuffer> status;
    private final Supplier<ByteBuffer> history;
    private final Supplier<Map<String, ByteBuffer>> jobs;
    private final Set<EventAnswer> listeners = ConcurrentHashMap.newKeySet();
    private final Map<String, String> seenJobs = new HashMap<>(); // The telling thread's own.
    private final AtomicBoolean telling = new AtomicBoolean();
    private volatile boolean closed; // Written by close, read when a listener comes.

    /**
     * A source of events.
     *
     * @param status writes the document of {@code /api/status}; may block
     * @param history writes the last minutes, for who begins to listen; may block
     * @param jobs writes each job by its id; may block
     */
    public Events(
            Front front,
            Supplier<ByteBuffer> status,
            Supplier<ByteBuffer> history,
            Supplier<Map<String, ByteBuffer>> jobs) {
        this.front = front;
        this.status = status;
        this.history = history;
        this.jobs = jobs;
    }

    /** Takes a listener in. */
    public void listen(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> {
            // Whatever may fail comes first: then the client hears of it, and no permit is held.
            String figures = text(status.get());
            String past = text(history.get());
            List<String> known = jobs.get().values().stream().map(Events::text).toList();
            front.streams().take();
            EventAnswer[] self = new EventAnswer[1];
            EventAnswer answer = EventAnswer.start(exchange, () -> {
                front.streams().giveBack();
                if (self[0] != null) {
                    listeners.remove(self[0]);
                }
            });
            self[0] = answer;
            answer.send("figures", figures);
            answer.send("history", past);
            answer.send("job", known);
            listeners.add(answer);
            if (closed) {
                answer.end();
            }
        });
    }

    /** Tells all listeners, on a thread that may block; nobody listening costs nothing. */
    public void tick() {
        if (listeners.isEmpty() || !telling.compareAndSet(false, true)) {
            return;
        }
        try {
            front.blocking().execute(() -> {
                try {
                    tell();
                } finally {
                    telling.set(false);
                }
            });
        } catch (RejectedExecutionException busy) {
            telling.set(false); // The next second is another chance.
        }
    }

    private void tell() {
        String figures = text(status.get());
        listeners.forEach(listener -> send(listener, "figures", figures));
        Map<String, ByteBuffer> now = jobs.get();
        seenJobs.keySet().retainAll(now.keySet());
        now.forEach((id, document) -> {
            String job = text(document);
            if (!job.equals(seenJobs.put(id, job))) {
                listeners.forEach(listener -> send(listener, "job", job));
            }
        });
    }

    private void send(EventAnswer listener, String event, String data) {
        if (!listener.send(event, data)) {
            listeners.remove(listener);
            listener.end();
        }
    }

    private static String text(ByteBuffer document) {
        return StandardCharsets.UTF_8.decode(document.duplicate()).toString();
    }

    /** Ends all streams, so that a stop need not wait for them. */
    public void close() {
        closed = true;
        listeners.forEach(EventAnswer::end);
    }
}
