package dev.hayloft.log.format;

/**
 * What the last frame of a sealed volume says.
 *
 * @param volume the volume's id
 * @param offset where this frame starts, bytes in the file
 * @param sealedAtMillis milliseconds since 1970 UTC
 */
public record VolumeEnd(int volume, long offset, long sealedAtMillis) {}
