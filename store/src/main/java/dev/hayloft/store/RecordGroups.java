package dev.hayloft.store;

import dev.hayloft.index.KeyHasher;
import dev.hayloft.store.partition.RecordGroup;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Groups to be filled again: their memory lies outside the heap and is dear to get.
 *
 * <p><i>Threads:</i> any.
 */
final class RecordGroups {
    private static final int IDLE_MAX = 64;

    /** A group that grew beyond this for one large record is not kept. */
    private static final int CAPACITY_MAX = 1 << 20;

    private final KeyHasher hasher;
    private final ArrayBlockingQueue<RecordGroup> idle = new ArrayBlockingQueue<>(IDLE_MAX);

    RecordGroups(KeyHasher hasher) {
        this.hasher = hasher;
    }

    RecordGroup take() {
        RecordGroup group = idle.poll();
        return group == null ? new RecordGroup(hasher) : group;
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    void give(RecordGroup group) {
        if (group.capacityBytes() <= CAPACITY_MAX) {
            idle.offer(group); // When there are enough of them, it is garbage.
        }
    }
}
