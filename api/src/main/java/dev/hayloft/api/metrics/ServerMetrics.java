package dev.hayloft.api.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the front counts since the start.
 *
 * <p><i>Threads:</i> any, except {@link #tick}: one thread, once a second.
 */
public final class ServerMetrics {
    /** Seconds that rates look back. */
    public static final int WINDOW = 5;

    /** Seconds that recent latencies look back. */
    public static final int LATENCY_WINDOW = 60;

    /** Seconds that the history looks back. */
    public static final int HISTORY = 600;

    private static final int STATUS_CLASSES = 6;
    private static final List<Operation> RECENT = List.of(Operation.PUT, Operation.GET);

    private final Map<Operation, LongAdder[]> requests = new EnumMap<>(Operation.class);
    private final Map<Operation, LatencyHistogram> latencies = new EnumMap<>(Operation.class);
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder records = new LongAdder();
    private final LongAdder underway = new LongAdder();
    private final LiveStreams streams = new LiveStreams();
    private final Map<Operation, long[][]> latencyWindows = new EnumMap<>(Operation.class);
    private final long[][] window = new long[WINDOW + 1][];
    private final Deque<Moment> history = new ArrayDeque<>(); // Guarded by itself.
    private int ticks;
    private volatile Rates rates = new Rates(0, 0, 0, 0, 0); // Written by tick, read by any.
    private volatile Map<Operation, Latency> recent = Map.of(); // Written by tick, read by any.

    public ServerMetrics() {
        for (Operation operation : Operation.values()) {
            LongAdder[] classes = new LongAdder[STATUS_CLASSES];
            for (int i = 0; i < STATUS_CLASSES; i++) {
                classes[i] = new LongAdder();
            }
            requests.put(operation, classes);
            latencies.put(operation, new LatencyHistogram());
        }
        for (Operation operation : RECENT) {
            latencyWindows.put(operation, new long[LATENCY_WINDOW][]);
        }
    }

    /** A request begins. */
    public void begin() {
        underway.increment();
    }

    /** A request has ended, well or not; status 0 for a broken connection. */
    public void end(Operation operation, int status, long nanos) {
        underway.decrement();
        classes(operation)[Math.min(STATUS_CLASSES - 1, status / 100)].increment();
        latency(operation).record(nanos);
    }

    /** Content taken in. */
    public void bytesIn(long bytes) {
        bytesIn.add(bytes);
    }

    /** Records acknowledged. */
    public void records(long count) {
        records.add(count);
    }

    /** Records acknowledged since the start. */
    public long records() {
        return records.sum();
    }

    /** Content given out. */
    public void bytesOut(long bytes) {
        bytesOut.add(bytes);
    }

    /** Answers of one operation in a class of status: 2 for 2xx, 0 for broken connections. */
    public long requests(Operation operation, int statusClass) {
        return classes(operation)[statusClass].sum();
    }

    /** Latencies of one operation, from head to the last byte given to the network. */
    public LatencyHistogram latency(Operation operation) {
        LatencyHistogram histogram = latencies.get(operation);
        if (histogram == null) {
            throw new AssertionError("every operation has a histogram");
        }
        return histogram;
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    /** Requests that have begun and not ended. */
    public long underway() {
        return underway.sum();
    }

    /** Requests of records and readers of changes. */
    public LiveStreams streams() {
        return streams;
    }

    /** Rates over the last seconds. */
    public Rates rates() {
        return rates;
    }

    /** Moves the window of rates on by a second. */
    public void tick() {
        tickLatencies();
        long[] now = {
            classes(Operation.PUT)[2].sum(),
            classes(Operation.GET)[2].sum(),
            bytesIn.sum(),
            bytesOut.sum(),
            records.sum()
        };
        window[ticks % window.length] = now;
        int back = Math.min(ticks, WINDOW);
        ticks++;
        if (back > 0) {
            long[] then = window[(ticks - 1 - back) % window.length];
            rates = new Rates(
                    (now[0] - then[0]) / (double) back,
                    (now[1] - then[1]) / (double) back,
                    (now[2] - then[2]) / (double) back,
                    (now[3] - then[3]) / (double) back,
                    (now[4] - then[4]) / (double) back);
        }
        synchronized (history) {
            if (history.size() == HISTORY) {
                history.removeFirst();
            }
            history.addLast(new Moment(rates, recent));
        }
    }

    /** What {@link #tick} saw, the oldest first, at most {@link #HISTORY} of them. */
    public List<Moment> history() {
        synchronized (history) {
            return List.copyOf(history);
        }
    }

    /** Latencies of the last minute; none before the first tick. */
    public Optional<Latency> recentLatency(Operation operation) {
        return Optional.ofNullable(recent.get(operation));
    }

    private void tickLatencies() {
        Map<Operation, Latency> next = new EnumMap<>(Operation.class);
        latencyWindows.forEach((operation, copies) -> {
            LatencyHistogram histogram = latency(operation);
            int slot = ticks % LATENCY_WINDOW;
            long[] then = ticks < LATENCY_WINDOW ? copies[0] : copies[slot];
            if (then != null) {
                next.put(
                        operation,
                        new Latency(
                                histogram.countSince(then),
                                histogram.quantileNanos(0.5, then) / 1000,
                                histogram.quantileNanos(0.99, then) / 1000));
            }
            copies[slot] = histogram.copy();
        });
        recent = Map.copyOf(next);
    }

    private LongAdder[] classes(Operation operation) {
        LongAdder[] classes = requests.get(operation);
        if (classes == null) {
            throw new AssertionError("every operation has counters");
        }
        return classes;
    }

    /**
     * What happens a second.
     *
     * @param puts successful writes of objects
     * @param gets successful reads of objects
     * @param bytesIn content taken in
     * @param bytesOut content given out
     * @param records records acknowledged
     */
    public record Rates(double puts, double gets, double bytesIn, double bytesOut, double records) {}

    /**
     * A second of the past.
     *
     * @param rates over the last seconds before it
     * @param latencies of the minute before it
     */
    public record Moment(Rates rates, Map<Operation, Latency> latencies) {
        /** What 99 of 100 requests took at most, in microseconds; 0 if there were none. */
        public long p99Micros(Operation operation) {
            Latency latency = latencies.get(operation);
            return latency == null || latency.count() == 0 ? 0 : latency.p99Micros();
        }
    }

    /**
     * How long requests took.
     *
     * @param count how many
     * @param p50Micros half of them took at most this long
     * @param p99Micros 99 of 100 did
     */
    public record Latency(long count, long p50Micros, long p99Micros) {}
}
