package dev.hayloft.client;

import dev.hayloft.model.Durability;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * How a {@link Producer} works.
 *
 * @param name what the server knows it by: 1 to 64 of {@code A-Za-z0-9_.-}, for one live producer at a time
 * @param firstNumber number of its first record; records below what the server has of the name are not stored again
 * @param encoding of the records on the wire
 * @param durability else as the bucket says
 * @param batchBytes a batch goes when it has so many bytes, 1 KiB to 8 MiB
 * @param linger or when its first record is so old, 0 to 1 minute
 * @param inFlightBytes memory for batches that are not acknowledged, at least two batches, at most 1 GiB; who adds to
 *     it waits
 * @param deliveryTimeout how long it goes on trying without any progress, 1 ms to 1 day
 * @param stopAtBadRecord whether the first record that the server refuses ends the producer, so that none after it is
 *     stored; otherwise that record alone fails
 */
public record ProducerOptions(
        String name,
        long firstNumber,
        Encoding encoding,
        Optional<Durability> durability,
        int batchBytes,
        Duration linger,
        int inFlightBytes,
        Duration deliveryTimeout,
        boolean stopAtBadRecord) {
    static final int BATCH_BYTES_MIN = 1 << 10;
    static final int BATCH_BYTES_MAX = 8 << 20;
    static final int IN_FLIGHT_BYTES_MAX = 1 << 30;

    private static final Duration LINGER_MAX = Duration.ofMinutes(1);
    private static final Duration DELIVERY_TIMEOUT_MAX = Duration.ofDays(1);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** How records go over the wire. */
    public enum Encoding {
        /** {@code application/vnd.hayloft.records}. */
        RECORDS("application/vnd.hayloft.records"),
        /** {@code application/x-ndjson}: for {@link Producer#sendEncoded} alone. */
        LINES("application/x-ndjson");

        private final String mediaType;

        Encoding(String mediaType) {
            this.mediaType = mediaType;
        }

        String mediaType() {
            return mediaType;
        }
    }

    public ProducerOptions {
        require(NAME.matcher(name).matches(), "a producer's name has 1 to 64 of A-Z a-z 0-9 _ . -");
        require(firstNumber >= 0, "records are numbered from 0");
        require(batchBytes >= BATCH_BYTES_MIN && batchBytes <= BATCH_BYTES_MAX, "a batch has 1 KiB to 8 MiB");
        require(!linger.isNegative() && linger.compareTo(LINGER_MAX) <= 0, "linger is 0 to 1 minute");
        require(
                inFlightBytes >= 2 * batchBytes && inFlightBytes <= IN_FLIGHT_BYTES_MAX,
                "in flight may be two batches to 1 GiB");
        require(
                deliveryTimeout.toMillis() >= 1 && deliveryTimeout.compareTo(DELIVERY_TIMEOUT_MAX) <= 0,
                "the delivery timeout is 1 ms to 1 day");
    }

    private static void require(boolean isTrue, String sentence) {
        if (!isTrue) {
            throw new IllegalArgumentException(sentence);
        }
    }

    /** A producer of a name that nobody else has, counting from 0. */
    public static ProducerOptions unnamed() {
        return named("p-" + UUID.randomUUID());
    }

    /**
     * A producer of that name, counting from 0, with batches of 128 KiB, 5 ms of linger, 16 MiB in flight and 2 minutes
     * of trying.
     */
    public static ProducerOptions named(String name) {
        return new ProducerOptions(
                name,
                0,
                Encoding.RECORDS,
                Optional.empty(),
                128 << 10,
                Duration.ofMillis(5),
                16 << 20,
                Duration.ofMinutes(2),
                false);
    }

    /** Goes on where an earlier producer of the name ended. */
    public ProducerOptions startingAt(long number) {
        return new ProducerOptions(
                name,
                number,
                encoding,
                durability,
                batchBytes,
                linger,
                inFlightBytes,
                deliveryTimeout,
                stopAtBadRecord);
    }

    /** The same under another name. */
    public ProducerOptions withName(String other) {
        return new ProducerOptions(
                other,
                firstNumber,
                encoding,
                durability,
                batchBytes,
                linger,
                inFlightBytes,
                deliveryTimeout,
                stopAtBadRecord);
    }

    public ProducerOptions withEncoding(Encoding other) {
        return new ProducerOptions(
                name,
                firstNumber,
                other,
                durability,
                batchBytes,
                linger,
                inFlightBytes,
                deliveryTimeout,
                stopAtBadRecord);
    }

    public ProducerOptions withDurability(Durability other) {
        return new ProducerOptions(
                name,
                firstNumber,
                encoding,
                Optional.of(other),
                batchBytes,
                linger,
                inFlightBytes,
                deliveryTimeout,
                stopAtBadRecord);
    }

    /** Both bounds of a batch. */
    public ProducerOptions withBatches(int bytes, Duration longest) {
        return new ProducerOptions(
                name,
                firstNumber,
                encoding,
                durability,
                bytes,
                longest,
                inFlightBytes,
                deliveryTimeout,
                stopAtBadRecord);
    }

    public ProducerOptions withInFlightBytes(int bytes) {
        return new ProducerOptions(
                name, firstNumber, encoding, durability, batchBytes, linger, bytes, deliveryTimeout, stopAtBadRecord);
    }

    public ProducerOptions withDeliveryTimeout(Duration timeout) {
        return new ProducerOptions(
                name, firstNumber, encoding, durability, batchBytes, linger, inFlightBytes, timeout, stopAtBadRecord);
    }

    public ProducerOptions withStopAtBadRecord() {
        return new ProducerOptions(
                name, firstNumber, encoding, durability, batchBytes, linger, inFlightBytes, deliveryTimeout, true);
    }
}
