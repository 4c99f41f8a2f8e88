package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Makes appended mutations true for readers: index, figures, directory, in the order of the log. Applying reads no
 * clock and no random source: whatever it needs was stamped by the writer.
 *
 * <p><i>Threads:</i> one at a time, under the partition's publication lock; {@link #publishedSequence} any.
 */
final class Publisher {
    private final PointIndex index;
    private final Directory directory;
    private final Tallies tallies;
    private final PartitionWriter writer;
    private final MovePublishing moves;
    private final Consumer<Location> onReplacedManifest;
    private final RecordPublishing records;
    private final List<DirectoryChange> changes = new ArrayList<>();

    private volatile long publishedSequence; // Written last in publish; whoever reads it sees all that came before.
    private volatile long publishedPosition; // Likewise.

    /**
     * A publisher that goes on after what recovery applied.
     *
     * @param moves publishes what compaction moved
     * @param onReplacedManifest told of each manifest that no key points at any more; must not block
     */
    Publisher(
            PointIndex index,
            Directory directory,
            Tallies tallies,
            PartitionWriter writer,
            MovePublishing moves,
            Consumer<Location> onReplacedManifest,
            long lastSequence,
            long position) {
        this.index = index;
        this.directory = directory;
        this.tallies = tallies;
        this.writer = writer;
        this.moves = moves;
        this.onReplacedManifest = onReplacedManifest;
        this.records = new RecordPublishing(index, tallies, this::retire);
        this.publishedSequence = lastSequence;
        this.publishedPosition = position;
    }

    /** Publishes a group; everything in it is as durable as it was asked to be. */
    void publish(List<Pending> group) {
        long lastSequence = publishedSequence;
        long position = publishedPosition;
        for (Pending pending : group) {
            if (pending.isGroup() && !pending.isFailed()) {
                index.together(() -> pending.parts().forEach(this::applyIfAppended));
                pending.decide(new Mutation.Outcome.GroupApplied(
                        pending.parts().stream().map(Pending::applied).toList()));
            } else {
                applyIfAppended(pending);
            }
            for (Pending part : pending.parts()) {
                lastSequence = part.isAppended() ? Math.max(lastSequence, part.sequence()) : lastSequence;
                position = part.isAppended() ? part.framePosition() : position;
            }
        }
        if (lastSequence > publishedSequence) { // Also without a change: listings wait for the sequence.
            directory.submit(List.copyOf(changes), lastSequence, position);
            changes.clear();
        }
        publishedPosition = position;
        publishedSequence = lastSequence;
    }

    private void applyIfAppended(Pending pending) {
        if (pending.isAppended()) {
            apply(pending);
        }
    }

    private void apply(Pending pending) {
        Mutation mutation = pending.mutation();
        int volume = LogPosition.volume(pending.framePosition());
        if (mutation instanceof Mutation.Put put) {
            int bucketId = put.gate().bucketId();
            int flags = put.content().manifest() ? Location.MANIFEST : 0;
            Location location = pending.location(bucketId, put.content().contentSizeBytes(), flags);
            tallies.appended(volume, bucketId, 1, pending.needleSize());
            Optional<Location> previous = index.put(pending.hash(), location);
            tallies.live(location);
            previous.ifPresent(this::retire);
            pending.decide(new Mutation.Outcome.Applied(pending.version(), previous.isPresent()));
            changes.add(new DirectoryChange.Put(entry(put, location), pending.sequence()));
            writer.forget(pending);
        } else if (mutation instanceof Mutation.Delete delete) {
            int bucketId = delete.gate().bucketId();
            tallies.appended(volume, bucketId, 1, pending.needleSize());
            Optional<Location> previous = index.bury(pending.hash(), pending.location(bucketId, 0, Location.TOMBSTONE));
            previous.ifPresent(this::retire);
            pending.decide(new Mutation.Outcome.Applied(pending.version(), previous.isPresent()));
            changes.add(new DirectoryChange.Delete(bucketId, delete.key(), pending.sequence()));
            writer.forget(pending);
        } else if (mutation instanceof Mutation.Move move) {
            moves.apply(pending, move);
        } else if (mutation instanceof Mutation.Extent extent) {
            int bucketId = extent.gate().bucketId();
            Location location = pending.location(bucketId, extent.payload().remaining(), Location.EXTENT);
            tallies.appended(volume, bucketId, 1, pending.needleSize());
            index.put(pending.hash(), location);
            tallies.live(location);
        } else if (mutation instanceof Mutation.Records group) {
            records.publish(group.group(), changes);
            writer.forget(group.group());
        }
    }

    private void retire(Location previous) {
        tallies.dead(previous);
        if ((previous.flags() & Location.MANIFEST) != 0) {
            onReplacedManifest.accept(previous);
        }
    }

    private static DirectoryEntry entry(Mutation.Put put, Location location) {
        return new DirectoryEntry(
                location.bucketId(),
                put.key(),
                location.version(),
                location.contentSize(),
                location.timeMillis(),
                put.content().sha256().orElseThrow(),
                OptionalLong.empty(),
                put.content().attributes());
    }

    /** Every mutation up to this one is readable. */
    long publishedSequence() {
        return publishedSequence;
    }

    /** The frame of that mutation. */
    long publishedPosition() {
        return publishedPosition;
    }
}
