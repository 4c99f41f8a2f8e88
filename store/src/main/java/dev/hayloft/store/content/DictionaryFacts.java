package dev.hayloft.store.content;

import dev.hayloft.model.error.Check;

/**
 * What is known of a dictionary without its bytes.
 *
 * @param number which of its bucket's dictionaries, from 1
 * @param trainedAtMillis since 1970 UTC
 * @param sealed whether its bytes are encrypted, since samples were
 * @param sizeBytes of the dictionary
 * @param sampleBytes of the content that it was made of
 * @param trial how it did with content that it was not made of
 */
public record DictionaryFacts(
        int number, long trainedAtMillis, boolean sealed, int sizeBytes, long sampleBytes, Trial trial) {
    /** As many as one bucket may have; with the last one training ends. */
    public static final int NUMBER_MAX = 16;

    public DictionaryFacts {
        Check.argument(number >= 1 && number <= NUMBER_MAX, "a dictionary's number is out of range");
    }

    /**
     * The same objects stored in three ways.
     *
     * @param rawBytes as they are
     * @param plainBytes each compressed by itself
     * @param storedBytes compressed with the dictionary, and its number
     */
    public record Trial(long rawBytes, long plainBytes, long storedBytes) {
        /** How much smaller objects become than without a dictionary. */
        public double gain() {
            return (double) plainBytes / Math.max(1, storedBytes);
        }

        /** Stored bytes per byte of content. */
        double ratio() {
            return (double) storedBytes / Math.max(1, rawBytes);
        }
    }
}
