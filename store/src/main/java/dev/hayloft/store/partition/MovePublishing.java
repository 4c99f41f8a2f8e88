package dev.hayloft.store.partition;

import dev.hayloft.compactor.MovedNeedle;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import java.util.List;
import java.util.Optional;

/**
 * Sends readers from a needle's old place to its copy, if the index still points at the old one: whatever became of the
 * key meanwhile wins, and the copy is dead from its birth.
 *
 * <p><i>Threads:</i> whoever publishes, one at a time.
 */
final class MovePublishing {
    private final PointIndex index;
    private final Tallies tallies;
    private final Liveness liveness;

    MovePublishing(PointIndex index, Tallies tallies, Liveness liveness) {
        this.index = index;
        this.tallies = tallies;
        this.liveness = liveness;
    }

    void apply(Pending pending, Mutation.Move move) {
        List<MoveWriter.Place> places = pending.places();
        int volume = LogPosition.volume(pending.framePosition());
        for (int i = 0; i < places.size(); i++) {
            MovedNeedle needle = move.needles().get(i);
            MoveWriter.Place place = places.get(i);
            tallies.appended(volume, move.bucketId(), 1, place.size());
            Optional<Liveness.Entry> entry = liveness.find(
                    move.bucketId(), needle.hash(), needle.stamp().version(), needle.position(), needle.offset());
            if (entry.isPresent()) {
                Location from = entry.get().location();
                Location to = from.movedTo(pending.framePosition(), place.offset(), place.size());
                index.move(needle.hash(), entry.get().hash(), to);
                tallies.moved(from, to);
            } else if (needle.isDeletion()) {
                tallies.addDeletion(volume, move.bucketId(), place.size());
            }
        }
    }
}
