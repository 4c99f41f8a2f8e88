package dev.hayloft.client;

import java.util.Optional;

/**
 * Told once what became of a record. Called by the producer's thread, which acknowledges nothing else meanwhile: be
 * quick, and do not wait for the producer.
 */
@FunctionalInterface
public interface Acknowledgement {
    /** For who does not want to know. */
    Acknowledgement IGNORED = (number, failure) -> {};

    /**
     * A record is settled.
     *
     * @param number counted by the producer
     * @param failure empty: the record is durable and readable
     */
    void settled(long number, Optional<HayloftClientException> failure);
}
