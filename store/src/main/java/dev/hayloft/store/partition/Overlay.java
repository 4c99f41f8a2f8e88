package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The index as it will be when everything appended is published: the entries that frames on their way change, over the
 * index as it is. Where its locations stand in the log is not known yet; all else is.
 *
 * <p><i>Threads:</i> the writer, except {@link #forget}, which the publisher calls once the index has the change.
 */
final class Overlay implements VersionChain.Slots {
    /** A change ahead of the index. Compared by identity. */
    private static final class Ahead {
        private final Optional<Location> location;
        private final long owner;

        Ahead(Optional<Location> location, long owner) {
            this.location = location;
            this.owner = owner;
        }
    }

    /** What a mutation changed, and what stood there. */
    static final class Touch {
        private final KeyHash hash;
        private final Ahead now;
        private final Optional<Ahead> before;

        private Touch(KeyHash hash, Ahead now, Optional<Ahead> before) {
            this.hash = hash;
            this.now = now;
            this.before = before;
        }
    }

    /** The owner of what no record did. */
    private static final long NOT_A_RECORD = 0;

    private final PointIndex index;
    private final RecordWriting records;
    private final ConcurrentHashMap<KeyHash, Ahead> ahead = new ConcurrentHashMap<>();
    private List<Touch> touches = new ArrayList<>();

    Overlay(PointIndex index, RecordWriting records) {
        this.index = index;
        this.records = records;
    }

    @Override
    public Optional<Location> find(KeyHash hash) {
        Ahead change = ahead.get(hash);
        if (change != null) {
            return change.location;
        }
        Optional<Optional<Location>> inGroup = records.newest(hash);
        return inGroup.orElseGet(() -> index.find(hash));
    }

    @Override
    public void put(KeyHash hash, Location location) {
        set(hash, Optional.of(location));
    }

    @Override
    public void remove(KeyHash hash) {
        set(hash, Optional.empty());
    }

    private void set(KeyHash hash, Optional<Location> location) {
        Ahead now = new Ahead(location, NOT_A_RECORD);
        touches.add(new Touch(hash, now, Optional.ofNullable(ahead.put(hash, now))));
    }

    /** What was noted of single mutations is older than a group that was appended just now. */
    void overtake(RecordGroup group) {
        if (!ahead.isEmpty()) {
            for (int i = 0; i < group.count(); i++) {
                Ahead now = new Ahead(group.newest(i), group.version(i));
                ahead.computeIfPresent(group.hash(i), (hash, before) -> now);
            }
        }
    }

    /** The index has the group now. Publisher only. */
    void forget(RecordGroup group) {
        if (!ahead.isEmpty()) {
            for (int i = 0; i < group.count(); i++) {
                long version = group.version(i);
                ahead.computeIfPresent(group.hash(i), (hash, known) -> known.owner == version ? null : known);
            }
        }
    }

    /** Whether the index does not have this entry yet as it will be. */
    boolean isAhead(KeyHash hash) {
        return ahead.containsKey(hash);
    }

    /** What was changed since the last call. */
    List<Touch> takeTouches() {
        List<Touch> taken = touches;
        touches = new ArrayList<>(2);
        return taken;
    }

    /** Takes changes back that will not be published; the latest first. */
    void revert(List<Touch> changes) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            Touch touch = changes.get(i);
            touch.before.ifPresentOrElse(before -> ahead.put(touch.hash, before), () -> ahead.remove(touch.hash));
        }
    }

    /** The index has these changes now. Publisher only. */
    void forget(List<Touch> changes) {
        for (Touch touch : changes) {
            ahead.remove(touch.hash, touch.now);
        }
    }
}
