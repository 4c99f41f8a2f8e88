package dev.hayloft.compactor;

import dev.hayloft.index.KeyHash;

/**
 * A Bloom filter over key hashes, which are as good as random, so that their own bits serve as its hash functions: of
 * what was added it says "maybe", of the rest "no" in about 99 of 100 cases. It grows by being made anew, twice as
 * large, by whoever fills it.
 *
 * <p><i>Source:</i> B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13 (1970); two
 * words for k functions: A. Kirsch, M. Mitzenmacher, "Less hashing, same performance", ESA 2006.
 *
 * <p><i>Threads:</i> confined to one thread.
 */
final class KeyFilter {
    private static final int BITS_PER_KEY = 10;
    private static final int FUNCTIONS = 7;

    private final long[] words;
    private long added;

    /** A filter for about so many keys. */
    KeyFilter(long keys) {
        long bits = Math.max(64, Math.min(keys * BITS_PER_KEY, (long) Integer.MAX_VALUE * Long.SIZE / 2));
        words = new long[(int) ((bits + Long.SIZE - 1) / Long.SIZE)];
    }

    void add(KeyHash hash) {
        for (int i = 0; i < FUNCTIONS; i++) {
            long bit = bit(hash, i);
            words[(int) (bit / Long.SIZE)] |= 1L << (bit % Long.SIZE);
        }
        added++;
    }

    boolean mayContain(KeyHash hash) {
        for (int i = 0; i < FUNCTIONS; i++) {
            long bit = bit(hash, i);
            if ((words[(int) (bit / Long.SIZE)] & (1L << (bit % Long.SIZE))) == 0) {
                return false;
            }
        }
        return true;
    }

    private long bit(KeyHash hash, int i) {
        return Long.remainderUnsigned(hash.high() + i * (hash.low() | 1), (long) words.length * Long.SIZE);
    }

    /** Whether it holds so many keys that it says "maybe" too often. */
    boolean isFull() {
        return added > (long) words.length * Long.SIZE / BITS_PER_KEY;
    }

    long sizeBytes() {
        return (long) words.length * Long.BYTES;
    }
}
