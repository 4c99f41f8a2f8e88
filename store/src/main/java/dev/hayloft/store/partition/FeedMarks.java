package dev.hayloft.store.partition;

import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where in the log some of the sequences stand, so that a reader of changes begins near its place: the beginning of
 * each volume, and a mark per MiB or so that was published or read.
 *
 * <p><i>Threads:</i> any.
 */
final class FeedMarks {
    private static final long STEP_BYTES = 1 << 20;
    private static final int MARKS_MAX = 200_000;

    private final VolumeLog log;
    private final ConcurrentSkipListMap<Long, Long> positions = new ConcurrentSkipListMap<>();
    private final AtomicInteger count = new AtomicInteger(); // Of the map, which counts slowly.
    private final Set<Integer> knownVolumes = new HashSet<>(); // Guarded by this.

    FeedMarks(VolumeLog log) {
        this.log = log;
    }

    /** A frame whose first needle, not a moved one, has this sequence stands here. */
    void note(long sequence, long position) {
        Map.Entry<Long, Long> before = positions.floorEntry(sequence);
        boolean isFar = before == null
                || LogPosition.volume(before.getValue()) != LogPosition.volume(position)
                || LogPosition.offset(position) - LogPosition.offset(before.getValue()) >= STEP_BYTES;
        if (isFar && count.get() < MARKS_MAX) {
            positions.put(sequence, position);
            count.incrementAndGet();
        }
    }

    /** A place at or before which no needle from this sequence on was written for the first time. */
    long before(long sequence) {
        markVolumes();
        Map.Entry<Long, Long> mark = positions.floorEntry(sequence);
        return mark == null ? LogPosition.START : mark.getValue();
    }

    private synchronized void markVolumes() {
        for (VolumeInfo volume : log.volumes()) {
            if (knownVolumes.add(volume.id())) {
                log.scanBriefly(LogPosition.of(volume.id(), 0), new FirstOfVolume(volume.id()));
            }
        }
    }

    private final class FirstOfVolume implements FrameVisitor {
        private final int volume;
        private boolean isEnough;

        FirstOfVolume(int volume) {
            this.volume = volume;
        }

        @Override
        public void frame(FrameView frame) {
            if (LogPosition.volume(frame.position()) != volume) {
                isEnough = true; // This one has none.
            } else if (frame.isNumbered()) {
                positions.put(frame.firstSequence(), frame.position());
                isEnough = true;
            }
        }

        @Override
        public boolean isEnough() {
            return isEnough;
        }
    }
}
