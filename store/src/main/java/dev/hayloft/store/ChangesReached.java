package dev.hayloft.store;

/**
 * How far a stretch of a bucket's changes went.
 *
 * @param cursor where to go on, also when there was no change
 * @param atEnd whether nothing was behind it at the time
 * @param isPart whether something was behind it when the stretch was asked for already: without a change in it, others
 *     may follow
 */
public record ChangesReached(String cursor, boolean atEnd, boolean isPart) {}
