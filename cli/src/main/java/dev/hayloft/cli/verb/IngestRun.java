package dev.hayloft.cli.verb;

import dev.hayloft.cli.records.RecordSink;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.client.Acknowledgement;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.Producer;
import dev.hayloft.client.ProducerOptions;
import dev.hayloft.client.ProducerOptions.Encoding;
import dev.hayloft.client.ProducerRecord;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The records of all inputs of one {@code ingest} as one sequence of one producer, over several {@link Producer}s where
 * the encoding changes.
 *
 * <p><i>Threads:</i> one gives; acknowledgements come from the producer's.
 */
final class IngestRun implements Closeable {
    private final HayloftClient client;
    private final String bucket;
    private final Progress progress;
    private final ProducerOptions options;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<@Nullable CommandFailure> refusal = new AtomicReference<>();
    private Optional<Producer> producer = Optional.empty();
    private Encoding encoding = Encoding.RECORDS;
    private long given;
    private long bytes;

    /**
     * Nothing yet.
     *
     * @throws IllegalArgumentException when the name cannot be a producer's
     */
    IngestRun(HayloftClient client, String bucket, String name, Optional<Durability> durability, Progress progress) {
        ProducerOptions plain = ProducerOptions.named(name).withStopAtBadRecord();
        this.options = durability.map(plain::withDurability).orElse(plain);
        this.client = client;
        this.bucket = bucket;
        this.progress = progress;
    }

    /** A name that nobody else has. */
    static String newName() {
        return "ingest-" + UUID.randomUUID();
    }

    /** The name that these files have as long as they are the same: a changed file is another one. */
    static String nameOf(List<Path> files, List<String> ways) throws IOException {
        StringBuilder identity = new StringBuilder();
        ways.forEach(way -> identity.append(way).append('\n'));
        for (Path file : files) {
            identity.append(file.toRealPath()).append('\n');
            identity.append(Files.size(file))
                    .append(' ')
                    .append(Files.getLastModifiedTime(file))
                    .append('\n');
        }
        Sha256 digest = Sha256.of(ByteBuffer.wrap(identity.toString().getBytes(StandardCharsets.UTF_8)));
        return "ingest-" + digest.hex().substring(0, 40);
    }

    /** What takes the records of an input. */
    RecordSink from(String input, String unit, Encoding its) {
        if (its != encoding) {
            closeProducer();
            encoding = its;
        }
        Producer open = producer.orElseGet(
                () -> client.producer(bucket, options.withEncoding(encoding).startingAt(given)));
        producer = Optional.of(open);
        return new RecordSink() {
            @Override
            public void encoded(ByteBuffer record, long place) {
                open.sendEncoded(record, settling(input, unit, place));
                given++;
                bytes += record.remaining();
            }

            @Override
            public void record(ProducerRecord record, long place) {
                open.send(record, settling(input, unit, place));
                given++;
                bytes += record.value().map(ByteBuffer::remaining).orElse(0);
            }
        };
    }

    private Acknowledgement settling(String input, String unit, long at) {
        return (number, failure) -> {
            if (failure.isEmpty()) {
                acknowledged.incrementAndGet();
                progress.addItem();
            } else if (failure.get().status() == 400 || failure.get().status() == 413) {
                // The first is the one that was refused; those behind it fail with it.
                refusal.compareAndSet(null, refused(input + ", " + unit + " " + at, number, failure.get()));
            }
        };
    }

    private static CommandFailure refused(String place, long number, HayloftClientException failure) {
        return new CommandFailure(
                failure.code() + ": " + place + ": " + failure.detail() + " The " + number
                        + " records before it are stored, none after it.",
                failure);
    }

    /** Why the server refused a record, if it did. */
    Optional<RuntimeException> refusal() {
        return Optional.ofNullable(refusal.get());
    }

    long records() {
        return acknowledged.get();
    }

    /** Bytes of records given, as they stood in their inputs. */
    long bytes() {
        return bytes;
    }

    String name() {
        return options.name();
    }

    Progress progress() {
        return progress;
    }

    private void closeProducer() {
        Optional<Producer> open = producer;
        producer = Optional.empty();
        open.ifPresent(Producer::close);
    }

    /** Waits until all is settled. */
    @Override
    public void close() {
        closeProducer();
    }
}
