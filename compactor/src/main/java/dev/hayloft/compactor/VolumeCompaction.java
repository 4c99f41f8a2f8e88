package dev.hayloft.compactor;

import dev.hayloft.index.HintEntry;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.log.format.Stamp;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compacts one sealed volume: walks it, moves what lives and what is still needed, then drops it. Killed at any byte it
 * leaves copies that nobody points at, and is simply done again.
 *
 * <p><i>Order:</i> move, force, make durable that the volume is gone, delete.
 *
 * <p><i>Threads:</i> confined to one background thread, which waits for the partition's writer.
 */
public final class VolumeCompaction {
    private static final int BATCH_BYTES_MAX = 1 << 20;
    private static final int BATCH_NEEDLES_MAX = 1024;
    private static final long GATHERED_BYTES_MAX = 8L << 20;
    private static final long UNDER_WAY_BYTES_MAX = 8L << 20;
    private static final int DELETIONS_MAX = 1 << 16;

    private final NeedleMover mover;
    private final NeededDeletions deletions;
    private final int volume;
    private final long deletionsKeptFromMillis;
    private final Pace pace;

    private final Map<Integer, Batch> batches = new LinkedHashMap<>();
    private final List<Doubtful> doubtful = new ArrayList<>();
    private final Deque<Way> underWay = new ArrayDeque<>();
    private long gatheredBytes;
    private long underWayBytes;
    private long movedBytes;
    private long lastDroppedDeletion;
    private VolumeLosses losses = new VolumeLosses();

    /** Slows the walk down, and ends it. */
    public interface Pace {
        /**
         * So many bytes were read from the volume.
         *
         * @throws java.util.concurrent.CancellationException to end the work here
         */
        void read(long bytes);

        /** So many bytes are appended; may wait before more are. */
        void moved(long bytes);

        /** What was appended took so long until readers saw it. Any thread; must not block. */
        default void waited(long nanos) {}
    }

    private static final class Batch {
        private final List<MovedNeedle> needles = new ArrayList<>();
        private long bytes;
    }

    private record Way(CompletableFuture<Long> moved, long bytes) {}

    /** A deletion that may be needed no more. */
    private record Doubtful(HintEntry entry, MovedNeedle needle) {}

    /**
     * A compaction of one volume.
     *
     * @param deletionsKeptFromMillis deletions of this time or later are kept for those who follow the changes
     */
    public VolumeCompaction(
            NeedleMover mover, NeededDeletions deletions, int volume, long deletionsKeptFromMillis, Pace pace) {
        this.mover = mover;
        this.deletions = deletions;
        this.volume = volume;
        this.deletionsKeptFromMillis = deletionsKeptFromMillis;
        this.pace = pace;
    }

    /**
     * Does it all.
     *
     * @return bytes that were moved
     * @throws CorruptionException when the volume is damaged, and what is lost of it may be needed: it stays as it is
     */
    public long run() {
        deletions.begin();
        if (mover.isLost(volume)) {
            losses = VolumeLosses.accept(mover, deletions, volume, deletionsKeptFromMillis, pace);
            lastDroppedDeletion = losses.lastDroppedDeletion();
        }
        try {
            moveAll();
        } finally {
            // What was handed over when a cancel or damage ended the walk: the next compaction takes it for appended.
            underWay.forEach(way -> way.moved().exceptionally(failed -> 0L).join());
        }
        mover.drop(volume, lastDroppedDeletion);
        return movedBytes;
    }

    private void moveAll() {
        mover.scan(volume, 0, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                mover.judge(frame, (entry, fate, needle) -> take(frame, entry, fate, needle));
                taken(frame);
            }

            @Override
            public void remains(FrameView frame) {
                mover.judgeRemains(frame, (entry, fate, needle) -> take(frame, entry, fate, needle));
                taken(frame);
            }

            @Override
            public void damaged(DamagedRange range) {
                if (losses.cover(range)) {
                    return;
                }
                throw new CorruptionException("A damaged volume is not compacted; repair it first.")
                        .with("volume", volume)
                        .with("offset", range.fromOffset())
                        .with("reason", range.reason());
            }
        });
        judgeDoubtful();
        List.copyOf(batches.keySet()).forEach(this::flush);
        while (!underWay.isEmpty()) {
            await(underWay.remove());
        }
    }

    private void take(FrameView frame, HintEntry entry, NeedleMover.Fate fate, NeedleView needle) {
        if (!losses.knows(entry)) {
            return;
        }
        if (fate == NeedleMover.Fate.LIVE) {
            ByteBuffer bytes = mover.shorter(frame.bucketId(), needle).orElseGet(() -> copy(needle));
            gather(frame.bucketId(), moved(entry, fate, needle, bytes));
        } else if (fate == NeedleMover.Fate.DELETION) {
            if (needle.timeMillis() >= deletionsKeptFromMillis) {
                gather(frame.bucketId(), moved(entry, fate, needle, copy(needle)));
            } else {
                doubtful.add(new Doubtful(entry, moved(entry, fate, needle, copy(needle))));
            }
        }
    }

    private void taken(FrameView frame) {
        if (doubtful.size() >= DELETIONS_MAX) {
            judgeDoubtful();
        }
        pace.read(frame.sizeBytes());
    }

    private static ByteBuffer copy(NeedleView needle) {
        ByteBuffer bytes = needle.bytes();
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private static MovedNeedle moved(HintEntry entry, NeedleMover.Fate fate, NeedleView needle, ByteBuffer bytes) {
        Stamp stamp = new Stamp(needle.sequence(), needle.version(), needle.timeMillis());
        return new MovedNeedle(
                entry.hash(),
                entry.location().position(),
                entry.location().needleOffset(),
                stamp,
                fate == NeedleMover.Fate.DELETION,
                bytes);
    }

    private void judgeDoubtful() {
        if (doubtful.isEmpty()) {
            return;
        }
        Set<Long> needed = deletions.of(doubtful.stream().map(Doubtful::entry).toList(), volume);
        for (Doubtful deletion : doubtful) {
            HintEntry entry = deletion.entry();
            if (needed.contains(entry.sequence())) {
                gather(entry.location().bucketId(), deletion.needle());
            } else {
                lastDroppedDeletion = Math.max(lastDroppedDeletion, entry.sequence());
            }
        }
        doubtful.clear();
    }

    private void gather(int bucketId, MovedNeedle needle) {
        int size = needle.bytes().remaining();
        Batch batch = batches.computeIfAbsent(bucketId, unused -> new Batch());
        if (!batch.needles.isEmpty()
                && (batch.bytes + size > BATCH_BYTES_MAX || batch.needles.size() == BATCH_NEEDLES_MAX)) {
            flush(bucketId);
            batch = batches.computeIfAbsent(bucketId, unused -> new Batch());
        }
        batch.needles.add(needle);
        batch.bytes += size;
        gatheredBytes += size;
        if (gatheredBytes > GATHERED_BYTES_MAX) {
            List.copyOf(batches.keySet()).forEach(this::flush);
        }
    }

    private void flush(int bucketId) {
        Batch batch = batches.remove(bucketId);
        if (batch == null) {
            return;
        }
        gatheredBytes -= batch.bytes;
        while (!underWay.isEmpty() && underWayBytes + batch.bytes > UNDER_WAY_BYTES_MAX) {
            await(underWay.remove());
        }
        deletions.moving(batch.needles);
        long startNanos = System.nanoTime();
        CompletableFuture<Long> moved = mover.move(bucketId, batch.needles)
                .whenComplete((bytes, failure) -> pace.waited(System.nanoTime() - startNanos))
                .toCompletableFuture();
        underWay.add(new Way(moved, batch.bytes));
        underWayBytes += batch.bytes;
        pace.moved(batch.bytes);
    }

    private void await(Way way) {
        try {
            movedBytes += way.moved().join();
            underWayBytes -= way.bytes();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HayloftException cause ? cause : e;
        }
    }
}
