package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import java.util.Optional;

/**
 * What to list: keys in the order of their UTF-8 bytes.
 *
 * @param bucket must exist
 * @param prefix keys must begin with it; may be empty
 * @param delimiter rolls keys up that hold it after the prefix; never empty text
 * @param after only what sorts after it; a prefix given here does not come again
 * @param limit most entries, objects and prefixes together, 1..10,000
 */
public record ListRequest(
        BucketName bucket, String prefix, Optional<String> delimiter, Optional<String> after, int limit) {}
