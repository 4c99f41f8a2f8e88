package dev.hayloft.index;

/**
 * One needle of a sealed volume. A tombstone has {@link Location#TOMBSTONE} among its flags.
 *
 * @param hash under which the index keeps it
 * @param sequence its place in the feed
 * @param location where it stands, always in the hint file's volume
 */
public record HintEntry(KeyHash hash, long sequence, Location location) {}
