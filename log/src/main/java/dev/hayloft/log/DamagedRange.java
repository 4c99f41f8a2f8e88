package dev.hayloft.log;

/**
 * A stretch of a volume that held forced data and can no longer be read.
 *
 * @param volume the volume's id
 * @param fromOffset first bad byte in its file
 * @param toOffset first byte behind it that is good again, or the end of the data
 * @param reason what was seen there, a constant sentence
 */
public record DamagedRange(int volume, long fromOffset, long toOffset, String reason) {}
