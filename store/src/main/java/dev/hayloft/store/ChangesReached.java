package dev.hayloft.store;

/**
 * How far a stretch of a bucket's changes went.
 *
 * @param cursor where to go on, also when there was no change
 * @param atEnd whether nothing was behind it at the time
 */
public record ChangesReached(String cursor, boolean atEnd) {}
