package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.Producer;
import dev.hayloft.client.ProducerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * A load of records through producers. The latency of a record counts from when it was due, or, without a rate, from
 * when it was about to be given, to its acknowledgement: waiting for room in flight is part of it.
 *
 * <p><i>Threads:</i> one per producer; each producer acknowledges on one thread at a time.
 */
final class IngestLoad {
    private final Load.Bounds bounds;
    private final LongFunction<ProducerRecord> records;

    /**
     * A load.
     *
     * @param records by their number in the whole load
     */
    IngestLoad(Load.Bounds bounds, LongFunction<ProducerRecord> records) {
        this.bounds = bounds;
        this.records = records;
    }

    Load.Result run(Supplier<Producer> producers) {
        AtomicLong numbers = new AtomicLong();
        long startNanos = System.nanoTime();
        List<Giver> givers = new ArrayList<>();
        for (int i = 0; i < bounds.connections(); i++) {
            Giver giver = new Giver(producers.get(), numbers, startNanos);
            giver.setName("hayloft-load-" + i);
            giver.setDaemon(true);
            givers.add(giver);
        }
        givers.forEach(Thread::start);
        Histogram micros = Load.histogram();
        long bytes = 0;
        long errors = 0;
        Optional<String> firstError = Optional.empty();
        for (Giver giver : givers) {
            try {
                giver.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailure("interrupted before the load was over", e);
            }
            micros.add(giver.micros);
            bytes += giver.bytes;
            errors += giver.errors;
            firstError = firstError.or(() -> giver.firstError);
        }
        return new Load.Result(micros, bytes, errors, firstError, (System.nanoTime() - startNanos) / 1e9);
    }

    /** Its fields are written by its producer's acknowledgements and read by others after its end. */
    private final class Giver extends Thread {
        private final Producer producer;
        private final AtomicLong numbers;
        private final long startNanos;
        private final Histogram micros = Load.histogram();
        private long bytes;
        private long errors;
        private Optional<String> firstError = Optional.empty();

        Giver(Producer producer, AtomicLong numbers, long startNanos) {
            this.producer = producer;
            this.numbers = numbers;
            this.startNanos = startNanos;
        }

        @Override
        public void run() {
            try (producer) {
                bounds.forEach(numbers, startNanos, (number, dueNanos) -> give(records.apply(number), dueNanos));
            } catch (HayloftClientException e) {
                firstError = firstError.or(() -> Optional.ofNullable(e.getMessage()));
            }
        }

        private void give(ProducerRecord record, long dueNanos) {
            int size = record.value().map(value -> value.remaining()).orElse(0);
            producer.send(record, (number, failure) -> {
                if (failure.isPresent()) {
                    errors++;
                    firstError = firstError.or(
                            () -> Optional.ofNullable(failure.get().getMessage()));
                } else {
                    bytes += size;
                    micros.recordValue(Load.micros(System.nanoTime() - dueNanos));
                }
            });
        }
    }
}
