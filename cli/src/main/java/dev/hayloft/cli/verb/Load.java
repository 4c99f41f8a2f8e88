package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A closed load of so many threads, or an open one of a rate. With a rate each operation has a time at which it is due,
 * and its latency counts from then: a server that stalls is charged for every request that had to wait (coordinated
 * omission, Gil Tene, "How NOT to measure latency", 2013).
 */
final class Load {
    private static final long LATENCY_MICROS_MAX = TimeUnit.HOURS.toMicros(1);

    private final Bounds bounds;

    Load(Bounds bounds) {
        this.bounds = bounds;
    }

    /** What is done with each number, and when it was due. */
    interface Step {
        void run(long number, long dueNanos);
    }

    /**
     * How much, how fast, for how long.
     *
     * @param connections threads
     * @param count operations in all
     * @param rate operations a second in all; 0: as fast as it goes
     * @param seconds after which nothing more is begun
     */
    record Bounds(int connections, long count, double rate, double seconds) {
        /** Takes number after number, each when it is due, until a bound is met. */
        void forEach(AtomicLong numbers, long startNanos, Step step) {
            long lastNanos = (long) (seconds * 1e9);
            for (long number = numbers.getAndIncrement(); number < count; number = numbers.getAndIncrement()) {
                long dueNanos = rate > 0 ? startNanos + (long) (number * 1e9 / rate) : System.nanoTime();
                if (dueNanos - startNanos >= lastNanos) {
                    return;
                }
                for (long left = dueNanos - System.nanoTime(); left > 0; left = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                step.run(number, dueNanos);
            }
        }
    }

    static Histogram histogram() {
        return new Histogram(LATENCY_MICROS_MAX, 3);
    }

    static long micros(long nanos) {
        return Math.min(LATENCY_MICROS_MAX, nanos / 1_000);
    }

    /** One operation. */
    interface Operation {
        /** Answers the bytes of content that were moved. */
        long run(long number);
    }

    /** What was measured. */
    record Result(Histogram micros, long bytes, long errors, Optional<String> firstError, double seconds) {
        JsonObject json() {
            return JsonObject.of("opsPerSecond", JsonValue.of(opsPerSecond()))
                    .with("bytesPerSecond", JsonValue.of(bytes / seconds))
                    .with("p50Micros", JsonValue.of(micros.getValueAtPercentile(50)))
                    .with("p99Micros", JsonValue.of(micros.getValueAtPercentile(99)))
                    .with("p999Micros", JsonValue.of(micros.getValueAtPercentile(99.9)))
                    .with("errors", JsonValue.of(errors))
                    .with("seconds", JsonValue.of(seconds));
        }

        private double opsPerSecond() {
            return micros.getTotalCount() / seconds;
        }

        private String latency(double percentile) {
            return Figures.micros((double) micros.getValueAtPercentile(percentile));
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%s operations in %s: %s a second, %s; latency p50 %s, p99 %s, p99.9 %s; %s errors",
                    Figures.count(micros.getTotalCount()),
                    Figures.seconds(seconds),
                    Figures.count(Math.round(opsPerSecond())),
                    Figures.rate(bytes, seconds),
                    latency(50),
                    latency(99),
                    latency(99.9),
                    Figures.count(errors));
        }
    }

    Result run(Operation operation) {
        long startNanos = System.nanoTime();
        AtomicLong numbers = new AtomicLong();
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < bounds.connections(); i++) {
            Worker worker = new Worker(operation, numbers, startNanos);
            worker.setName("hayloft-load-" + i);
            worker.setDaemon(true);
            workers.add(worker);
        }
        workers.forEach(Thread::start);
        Histogram micros = histogram();
        long bytes = 0;
        long errors = 0;
        Optional<String> firstError = Optional.empty();
        for (Worker worker : workers) {
            join(worker);
            micros.add(worker.micros);
            bytes += worker.bytes;
            errors += worker.errors;
            firstError = firstError.or(() -> worker.firstError);
        }
        return new Result(micros, bytes, errors, firstError, (System.nanoTime() - startNanos) / 1e9);
    }

    private static void join(Worker worker) {
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted before the load was over", e);
        }
    }

    /** Its fields are read by others only after its end. */
    private final class Worker extends Thread {
        private final Operation operation;
        private final AtomicLong numbers;
        private final long startNanos;
        private final Histogram micros = histogram();
        private long bytes;
        private long errors;
        private Optional<String> firstError = Optional.empty();

        Worker(Operation operation, AtomicLong numbers, long startNanos) {
            this.operation = operation;
            this.numbers = numbers;
            this.startNanos = startNanos;
        }

        @Override
        public void run() {
            bounds.forEach(numbers, startNanos, this::step);
        }

        private void step(long number, long dueNanos) {
            try {
                bytes += operation.run(number);
                micros.recordValue(Load.micros(System.nanoTime() - dueNanos));
            } catch (HayloftClientException | CommandFailure e) {
                errors++;
                firstError = firstError.or(() -> Optional.ofNullable(e.getMessage()));
            }
        }
    }
}
