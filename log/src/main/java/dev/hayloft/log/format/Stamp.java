package dev.hayloft.log.format;

/**
 * When a mutation became true, of a needle that was moved from its first frame and keeps what it got there.
 *
 * @param sequence place in the partition's feed
 * @param version the store-wide version number
 * @param timeMillis milliseconds since 1970 UTC
 */
public record Stamp(long sequence, long version, long timeMillis) {}
