package dev.hayloft.store.partition;

import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes a group of records true for readers. The index is filled in the order of the hashes, so that its pages are
 * touched one after the other, and figures are counted once per group.
 *
 * <p><i>Threads:</i> as {@link Publisher}.
 */
final class RecordPublishing {
    private static final int PLACE_BITS = 16;
    private static final int NEAR = 32; // What the processor's first cache holds of slots and entries at once.
    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;

    private final PointIndex index;
    private final Tallies tallies;
    private final Consumer<Location> onDead;
    private final KeyHash[] near = new KeyHash[NEAR];
    private long[] order = new long[0];

    RecordPublishing(PointIndex index, Tallies tallies, Consumer<Location> onDead) {
        this.index = index;
        this.tallies = tallies;
        this.onDead = onDead;
    }

    /** Publishes a group; what the directory must hear is added to the changes, in the order of the log. */
    void publish(RecordGroup group, List<DirectoryChange> changes) {
        int count = group.count();
        int volume = LogPosition.volume(group.position());
        tallies.appended(volume, group.bucketId(), count, group.needleBytes());
        Tallies.Live live = new Tallies.Live(volume, group.bucketId());
        sort(group);
        for (int n = 0; n < count; n++) {
            if (n % NEAR == 0) {
                touch(group, n, Math.min(NEAR, count - n));
            }
            int i = (int) (order[n] & PLACE_MASK);
            Location location = group.location(i);
            Optional<Location> previous;
            if (group.isPut(i)) {
                previous = index.put(group.hash(i), location);
                live.add(location);
            } else {
                previous = index.bury(group.hash(i), location);
            }
            previous.ifPresent(onDead);
        }
        tallies.live(live);
        for (int i = 0; i < count; i++) {
            changes.add(
                    group.isPut(i)
                            ? new DirectoryChange.Put(group.entry(i), group.sequence(i))
                            : new DirectoryChange.Delete(group.bucketId(), group.key(i), group.sequence(i)));
        }
    }

    /** The index's memory for the next ones is fetched at once instead of one after the other. */
    private void touch(RecordGroup group, int from, int count) {
        for (int n = 0; n < count; n++) {
            near[n] = group.hash((int) (order[from + n] & PLACE_MASK));
        }
        index.touch(near, count);
    }

    /** The upper bits of the hash, then the place: of one key the later record stays the later one. */
    private void sort(RecordGroup group) {
        int count = group.count();
        if (order.length < count) {
            order = new long[Math.max(count, RecordGroup.RECORDS_MAX)];
        }
        for (int i = 0; i < count; i++) {
            order[i] = (index.order(group.hash(i)) & ~PLACE_MASK) | i;
        }
        Arrays.sort(order, 0, count);
    }
}
