package dev.hayloft.store;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The idempotent producers that are sending just now: of each there is one stream at most, since two would have the
 * same numbers for different records.
 *
 * <p><i>Threads:</i> any.
 */
final class LiveProducers {
    private record Producer(int bucketId, String name) {}

    private final Set<Producer> sending = ConcurrentHashMap.newKeySet();

    /**
     * Lets a producer begin.
     *
     * @throws RequestException {@code conflict} while it sends already
     */
    void begin(int bucketId, String name) {
        if (!sending.add(new Producer(bucketId, name))) {
            throw new RequestException(
                            ErrorCode.CONFLICT,
                            "Another request of this producer is still going on; wait for its end, or use another name.")
                    .with("producer", name);
        }
    }

    void end(int bucketId, String name) {
        sending.remove(new Producer(bucketId, name));
    }
}
