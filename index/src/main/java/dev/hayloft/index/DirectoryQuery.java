package dev.hayloft.index;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A question for one page. Buffers hold UTF-8 from position to limit.
 *
 * @param bucketId the bucket
 * @param prefix only keys that begin so; may be empty
 * @param delimiter keys that have it behind the prefix are answered as one prefix, up to and with its first occurrence;
 *     not empty
 * @param after only keys and prefixes that sort after this; may be empty
 * @param limit keys and prefixes together, 1..10,000
 * @param markers whether keys whose newest version is a delete marker are answered too
 */
public record DirectoryQuery(
        int bucketId, ByteBuffer prefix, Optional<ByteBuffer> delimiter, ByteBuffer after, int limit, boolean markers) {
    public static final int LIMIT_MAX = 10_000;

    /** Of objects alone. */
    public DirectoryQuery(
            int bucketId, ByteBuffer prefix, Optional<ByteBuffer> delimiter, ByteBuffer after, int limit) {
        this(bucketId, prefix, delimiter, after, limit, false);
    }

    public DirectoryQuery {
        Check.argument(limit >= 1 && limit <= LIMIT_MAX, "limit out of range");
        Check.argument(delimiter.map(ByteBuffer::hasRemaining).orElse(true), "an empty delimiter divides nothing");
    }
}
