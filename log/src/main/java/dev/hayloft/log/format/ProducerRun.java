package dev.hayloft.log.format;

/**
 * Records of one producer in a frame: the first {@code count} of its needles after the earlier runs'.
 *
 * @param producer its name, ASCII
 * @param firstRecord number of the run's first record, counted by the producer from 0
 * @param count records in the run
 */
public record ProducerRun(String producer, long firstRecord, int count) {}
