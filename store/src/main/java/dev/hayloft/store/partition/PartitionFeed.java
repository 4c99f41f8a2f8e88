package dev.hayloft.store.partition;

import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.log.format.Stamp;
import dev.hayloft.model.LogPosition;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The mutations of a partition's buckets in the order in which they became true: a walk along the log. Where volumes
 * are missing, because compaction has moved what was alive of them, the moved needles are shown in their old place;
 * where they stand now they are passed over. So each is seen once.
 *
 * <p><i>Threads:</i> any; reading blocks on the disk.
 */
public final class PartitionFeed {
    /** Is shown needles of objects and tombstones. */
    public interface Visitor {
        /**
         * A mutation; the view is valid until this returns.
         *
         * @param place where a reader may go on that has seen this one
         */
        void mutation(NeedleView needle, Place place);

        /** Whether the walk may end here. */
        boolean isEnough();
    }

    /**
     * A place between two mutations.
     *
     * @param sequence of the last one before it
     * @param position a hint: no later mutation was first written before this {@link LogPosition}; 0 for no hint
     */
    public record Place(long sequence, long position) {
        /** Before everything. */
        public static final Place START = new Place(0, LogPosition.START);
    }

    /** Bytes of the log that one read walks, and a frame more: who asks for little must not hold a thread for long. */
    private static final long WALK_BYTES = 64L << 20;

    private final PartitionParts parts;
    private final NeedleReader reader;
    private final FeedMarks marks;
    private final FeedWaiters waiters;
    private final Partition partition;

    PartitionFeed(Partition partition, PartitionParts parts, NeedleReader reader) {
        this.partition = partition;
        this.parts = parts;
        this.reader = reader;
        this.marks = new FeedMarks(parts.log());
        this.waiters = new FeedWaiters(partition::publishedSequence);
    }

    /** The place behind all that is readable. */
    public Place end() {
        long position = partition.publishedPosition(); // First: it must not be behind the sequence.
        return new Place(partition.publishedSequence(), position);
    }

    /** The highest sequence of a deletion that compaction has dropped for good; 0 for none. */
    public long lastDroppedDeletion() {
        return parts.ledger().record().lastDroppedDeletion();
    }

    /**
     * Shows the mutations of a bucket behind a place, until the visitor has enough or a good stretch of the log was
     * walked; returns the place that was reached, which is {@link #end()} or before it.
     */
    public Place read(int bucketId, Place after, Visitor visitor) {
        Place end = end();
        if (after.sequence() >= end.sequence()) {
            return after.sequence() == end.sequence() ? after : end; // A power cut took what was not forced.
        }
        boolean isHinted = isThere(after.position());
        long from = isHinted ? after.position() : marks.before(after.sequence() + 1);
        Walk walk = new Walk(bucketId, after, end.sequence(), visitor, new Bounds(from, !isHinted));
        parts.log().scanBriefly(from, walk);
        return !walk.isOver() && walk.showMoved(end.sequence() + 1) ? end : walk.place;
    }

    private boolean isThere(long hint) {
        return hint != LogPosition.START
                && parts.log().volumes().stream().anyMatch(volume -> volume.id() == LogPosition.volume(hint));
    }

    /** Completes when the bucket has something behind a place; see {@link #forget}. */
    public CompletableFuture<Boolean> await(int bucketId, Place seen) {
        return waiters.await(bucketId, seen.sequence());
    }

    /** Whoever asked waits no longer. */
    public void forget(int bucketId, CompletableFuture<Boolean> future) {
        waiters.forget(bucketId, future);
    }

    /** The publisher's: a frame of first-hand needles is readable. */
    void note(long firstSequence, long position) {
        marks.note(firstSequence, position);
    }

    /** The publisher's: these buckets have something new. */
    void published(Set<Integer> bucketIds, long sequence) {
        waiters.published(bucketIds, sequence);
    }

    /** Ends all waiting, now and from now on. */
    public void close() {
        waiters.close();
    }

    /**
     * How a walk goes.
     *
     * @param from where in the log it begins
     * @param isMarking whether it notes where sequences stand; not behind a hint: the log may be another since, after a
     *     power cut
     */
    private record Bounds(long from, boolean isMarking) {}

    private final class Walk implements FrameVisitor {
        private final int bucketId;
        private final long last;
        private final Visitor visitor;
        private final Bounds bounds;
        private Place place;
        private long walkedTo;
        private long walked;
        private long expected;
        private boolean isBehind;

        Walk(int bucketId, Place after, long last, Visitor visitor, Bounds bounds) {
            this.bucketId = bucketId;
            this.place = after;
            this.expected = after.sequence() + 1;
            this.last = last;
            this.visitor = visitor;
            this.bounds = bounds;
            this.walkedTo = bounds.from();
        }

        boolean isOver() {
            return visitor.isEnough() || walked >= WALK_BYTES;
        }

        @Override
        public boolean isEnough() {
            return isBehind || isOver();
        }

        @Override
        public void frame(FrameView frame) {
            if (!frame.isNumbered()) {
                place = new Place(place.sequence(), frame.position()); // Nothing of later sequences is before it.
                walkTo(frame.position());
                return;
            }
            long first = frame.firstSequence();
            if (first > last) {
                isBehind = true;
                return;
            }
            if (bounds.isMarking()) {
                marks.note(first, frame.position());
            }
            if (!showMoved(first)) {
                return;
            }
            if (frame.bucketId() == bucketId) {
                frame.forEachNeedle(needle -> {
                    if (needle.sequence() >= expected && needle.sequence() <= last && !visitor.isEnough()) {
                        show(needle, frame.position());
                    }
                });
            }
            if (!visitor.isEnough()) {
                expected = Math.max(expected, first + frame.needleCount());
                place = new Place(expected - 1, frame.position());
            }
            walkTo(frame.position());
        }

        /** Counts the way here from the frame before: the first of a walk costs nothing, so that each walk gets on. */
        private void walkTo(long position) {
            boolean isSameVolume = LogPosition.volume(position) == LogPosition.volume(walkedTo);
            long from = isSameVolume ? LogPosition.offset(walkedTo) : 0;
            walked += Math.max(0, LogPosition.offset(position) - from);
            walkedTo = position;
        }

        private void show(NeedleView needle, long position) {
            expected = needle.sequence() + 1;
            place = new Place(needle.sequence(), position);
            if (needle.type() == NeedleType.OBJECT || needle.type() == NeedleType.TOMBSTONE) {
                visitor.mutation(needle, place);
            }
        }

        /**
         * Shows what is left of the sequences from the next one to another: it was moved, or stands in frames that the
         * scan has passed over, because they are damaged and only parity can tell them. True when all of it was shown.
         */
        boolean showMoved(long to) {
            MovedNeedles moved = new MovedNeedles(parts, bucketId);
            boolean isMore = expected < to;
            while (isMore && !isOver()) {
                NavigableMap<Long, Location> found = moved.find(expected, to);
                isMore = found.size() == MovedNeedles.COUNT_MAX;
                for (Map.Entry<Long, Location> entry : found.entrySet()) {
                    if (!isOver() && !isShownAt(entry.getKey(), entry.getValue())) {
                        isMore = true; // It was moved once more meanwhile.
                        break;
                    }
                }
            }
            if (isOver()) {
                return false;
            }
            expected = Math.max(expected, to);
            walked += moved.readBytes(); // Last: whoever comes again must not have to search in vain again.
            return true;
        }

        private boolean isShownAt(long sequence, Location location) {
            Stamp numbers = new Stamp(sequence, location.version(), location.timeMillis());
            walked += location.needleSize();
            Optional<OpenNeedle> needle = reader.readAt(location);
            needle.ifPresent(open -> {
                try (open) {
                    show(NeedleView.parse(open.view().bytes(), 0, numbers), LogPosition.START);
                }
            });
            return needle.isPresent();
        }
    }
}
