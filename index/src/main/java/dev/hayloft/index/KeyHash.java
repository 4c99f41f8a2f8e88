package dev.hayloft.index;

/**
 * A keyed hash of 128 bits: what the index knows instead of a key. Made by {@link KeyHasher}.
 *
 * @param high the first 8 bytes of the digest, read as little-endian; its top bits choose the map
 * @param low the last 8 bytes of the digest, read as little-endian
 */
public record KeyHash(long high, long low) {
    /** Bytes of a hash on disk. */
    public static final int SIZE = 16;

    @Override
    public int hashCode() {
        return (int) high; // Already uniform.
    }
}
