package dev.hayloft.compactor;

/**
 * A sealed volume as the choice of victims sees it.
 *
 * @param volume its number
 * @param bytes of its file
 * @param liveBytes of needles that would move
 * @param deadBytes of needles that would go
 * @param sealedAtMillis when it was closed
 */
public record VolumeLoad(int volume, long bytes, long liveBytes, long deadBytes, long sealedAtMillis) {
    /** The share of the needles that is dead, 0 to 1. */
    public double deadRatio() {
        long all = liveBytes + deadBytes;
        return all == 0 ? 1 : (double) deadBytes / all;
    }
}
