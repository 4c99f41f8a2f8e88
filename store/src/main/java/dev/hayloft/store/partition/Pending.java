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
    private List<Pending> needles = List.of();
    private Optional<HayloftException> failure = Optional.empty();
    private Optional<Mutation.Outcome> outcome = Optional.empty();
    private Optional<KeyHash> hash = Optional.empty();
    private Optional<VersionStep> step = Optional.empty();
    private List<Overlay.Touch> touches = List.of();
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
        if (mutation instanceof Mutation.Cut cut) {
            cut.gate().fail(); // At once: the writers of all other partitions wait there.
        }
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

    /** A group's steps, and what stands for them in the log, in its order, once it is encoded. */
    void steps(List<Pending> taken, List<Pending> encoded) {
        steps = List.copyOf(taken);
        needles = List.copyOf(encoded);
    }

    /** A group's steps, whether they needed a needle or not. */
    List<Pending> steps() {
        return steps;
    }

    /** The mutations that stand for this one in the log: those of a group, or itself. */
    List<Pending> parts() {
        return isGroup() ? needles : List.of(this);
    }

    boolean isMismatch() {
        return outcome.filter(Mutation.Outcome.Mismatch.class::isInstance).isPresent();
    }

    long actualVersion() {
        return ((Mutation.Outcome.Mismatch) outcome.orElseThrow()).actualVersion();
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

    /** What its needle does to the versions of its key, and what the writer knows of it ahead of the index. */
    void stepped(VersionStep done, List<Overlay.Touch> changes) {
        step = Optional.of(done);
        touches = changes;
    }

    /** Empty for what has no key: extents. */
    Optional<VersionStep> step() {
        return step;
    }

    List<Overlay.Touch> touches() {
        return touches;
    }

    /** Whether a needle of it was put into a frame. */
    boolean isEncoded() {
        return needleOffset >= 0;
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
        return location(bucketId, contentSizeBytes, flags, 0, 0);
    }

    /** The same of a needle that names a version, or expires. */
    Location location(int bucketId, long contentSizeBytes, int flags, long named, long expiresAtMillis) {
        Check.invariant(isAppended(), "only an appended needle has a location");
        return new Location(
                framePosition,
                needleOffset,
                needleSize,
                version,
                contentSizeBytes,
                flags,
                bucketId,
                timeMillis,
                named,
                expiresAtMillis);
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
