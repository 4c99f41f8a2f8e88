package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.HayloftException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A mutation on its way through the partition: accepted, judged, appended, published, acknowledged.
 *
 * <p><i>Threads:</i> owned by the writer until the group is handed over, by the publisher from then on.
 */
final class Pending {
    private final Mutation mutation;
    private final CompletableFuture<Mutation.Outcome> future = new CompletableFuture<>();

    // Written by the writer as it goes; read after the hand-over, which is the happens-before edge.
    private List<Pending> steps = List.of();
    private Optional<HayloftException> failure = Optional.empty();
    private Optional<Mutation.Outcome> outcome = Optional.empty();
    private Optional<KeyHash> hash = Optional.empty();
    private Optional<Long> overlaidBefore = Optional.empty();
    private int needleOffset = -1;
    private int needleSize;
    private long sequence;
    private long version;
    private long timeMillis;
    private long framePosition = -1;
    private List<MoveWriter.Place> places = List.of();

    Pending(Mutation mutation) {
        this.mutation = mutation;
    }

    Mutation mutation() {
        return mutation;
    }

    CompletableFuture<Mutation.Outcome> future() {
        return future;
    }

    /** The writer decided without writing anything. */
    void decide(Mutation.Outcome decided) {
        outcome = Optional.of(decided);
    }

    void fail(HayloftException reason) {
        failure = Optional.of(reason);
    }

    void encoded(
            KeyHash keyHash, int offsetInFrame, int sizeBytes, long needleSequence, long needleVersion, long time) {
        hash = Optional.of(keyHash);
        needleOffset = offsetInFrame;
        needleSize = sizeBytes;
        sequence = needleSequence;
        version = needleVersion;
        timeMillis = time;
    }

    /** A group's steps, once they are encoded. */
    void steps(List<Pending> encoded) {
        steps = List.copyOf(encoded);
    }

    /** The mutations that stand for this one in the log: a group's steps, or itself. */
    List<Pending> parts() {
        return steps.isEmpty() ? List.of(this) : steps;
    }

    boolean isGroup() {
        return !steps.isEmpty();
    }

    Mutation.Outcome.Applied applied() {
        return (Mutation.Outcome.Applied) outcome.orElseThrow();
    }

    Optional<HayloftException> failure() {
        return failure;
    }

    /** Where the needles of a move stand in its frame. */
    void moved(List<MoveWriter.Place> placesInFrame) {
        places = List.copyOf(placesInFrame);
    }

    List<MoveWriter.Place> places() {
        return places;
    }

    void appendedAt(long position) {
        framePosition = position;
    }

    /** A group of records stands in the log. */
    void appendedAs(RecordGroup group) {
        framePosition = group.position();
        sequence = group.sequence(group.count() - 1);
        version = group.version(0);
    }

    void overlaid(Optional<Long> before) {
        overlaidBefore = before;
    }

    Optional<Long> overlaidBefore() {
        return overlaidBefore;
    }

    boolean isFailed() {
        return failure.isPresent();
    }

    /** Whether a needle of this mutation stands in the log. */
    boolean isAppended() {
        return framePosition >= 0 && failure.isEmpty();
    }

    KeyHash hash() {
        return hash.orElseThrow();
    }

    long sequence() {
        return sequence;
    }

    long version() {
        return version;
    }

    long timeMillis() {
        return timeMillis;
    }

    int needleSize() {
        return needleSize;
    }

    long framePosition() {
        return framePosition;
    }

    int needleOffset() {
        return needleOffset;
    }

    /** What the index will say of it. */
    Location location(int bucketId, long contentSizeBytes, int flags) {
        Check.invariant(isAppended(), "only an appended needle has a location");
        return new Location(
                framePosition, needleOffset, needleSize, version, contentSizeBytes, flags, bucketId, timeMillis);
    }

    /** Tells whoever waits; publisher only, after everything else. */
    void complete() {
        if (failure.isPresent()) {
            future.completeExceptionally(failure.get());
        } else {
            future.complete(outcome.orElseThrow());
        }
    }
}
