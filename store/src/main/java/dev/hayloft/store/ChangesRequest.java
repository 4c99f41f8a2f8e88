package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.Check;

/**
 * Asks for a stretch of a bucket's changes.
 *
 * @param bucket must exist
 * @param after a cursor, {@link #EARLIEST} or {@link #LATEST}
 * @param prefix of the keys that count; may be empty
 * @param limit most changes, 1..10000
 * @param withValues whether to read the contents too
 */
public record ChangesRequest(BucketName bucket, String after, String prefix, int limit, boolean withValues) {
    public static final String EARLIEST = "earliest";
    public static final String LATEST = "latest";
    public static final int LIMIT_MAX = 10_000;

    public ChangesRequest {
        Check.argument(limit >= 1 && limit <= LIMIT_MAX, "limit is 1 to 10000");
    }

    /** The same behind another cursor. */
    public ChangesRequest after(String cursor) {
        return new ChangesRequest(bucket, cursor, prefix, limit, withValues);
    }
}
