package dev.hayloft.store;

import dev.hayloft.store.content.DictionaryFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What small objects of a bucket are compressed with.
 *
 * @param version which of the bucket's dictionaries, from 1; earlier ones are kept for the objects that need them
 * @param sizeBytes of it
 * @param trainedAt when it was made
 * @param gain how many times smaller than without it objects became that it was not made of
 */
public record DictionaryStatistics(int version, int sizeBytes, Instant trainedAt, double gain) {
    static Optional<DictionaryStatistics> of(List<DictionaryFacts> all) {
        if (all.isEmpty()) {
            return Optional.empty();
        }
        DictionaryFacts newest = all.get(all.size() - 1);
        return Optional.of(new DictionaryStatistics(
                newest.number(),
                newest.sizeBytes(),
                Instant.ofEpochMilli(newest.trainedAtMillis()),
                newest.trial().gain()));
    }
}
