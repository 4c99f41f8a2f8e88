package dev.hayloft.store.content;

/**
 * Who looks after the dictionaries of all buckets together: bounds what they hold in memory, and does in the background
 * what would hold up those who read and write.
 *
 * <p><i>Threads:</i> any; nothing blocks.
 */
public interface DictionaryWatch {
    /** The bucket takes samples from now on; or content waits for a dictionary that was not loaded yet. */
    void look(BucketDictionaries bucket);

    /** Whether there is room for one more sample. */
    boolean admitSample(int sizeBytes);

    /** Samples are gone. */
    void releaseSamples(long sizeBytes);

    /** A dictionary was loaded. */
    void loaded(BucketDictionaries bucket);

    /** Of content that has no bucket. */
    static DictionaryWatch nobody() {
        return new DictionaryWatch() {
            @Override
            public void look(BucketDictionaries bucket) {}

            @Override
            public boolean admitSample(int sizeBytes) {
                return false;
            }

            @Override
            public void releaseSamples(long sizeBytes) {}

            @Override
            public void loaded(BucketDictionaries bucket) {}
        };
    }
}
