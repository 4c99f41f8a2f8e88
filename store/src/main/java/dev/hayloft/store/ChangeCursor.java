package dev.hayloft.store;

import dev.hayloft.store.partition.PartitionFeed.Place;
import java.util.UUID;

/**
 * A place in a bucket's changes; {@link ChangeCursors} writes it for clients.
 *
 * @param incarnation of the store that gave it
 * @param bucketId of the bucket that it belongs to
 * @param place in its partition
 * @param known deletions up to this sequence may have been dropped without harm: the reader began after that
 */
record ChangeCursor(UUID incarnation, int bucketId, Place place, long known) {
    /** The same of another place. */
    ChangeCursor at(Place other) {
        return new ChangeCursor(incarnation, bucketId, other, known);
    }
}
