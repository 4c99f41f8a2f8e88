package dev.hayloft.log.format;

/**
 * Records of one producer that a frame settles: their needles are in it, but for those that left none, such as the
 * deletion of a key that was absent.
 *
 * @param producer its name, ASCII
 * @param firstRecord number of the run's first record, counted by the producer from 0
 * @param count records in the run
 */
public record ProducerRun(String producer, long firstRecord, int count) {}
