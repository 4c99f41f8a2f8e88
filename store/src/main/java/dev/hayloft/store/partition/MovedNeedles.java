package dev.hayloft.store.partition;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintFile;
import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Finds the needles of a stretch of sequences whose own volumes are gone: compaction has moved what was alive of them
 * to other volumes, anywhere. Hint files tell, or the volumes themselves.
 *
 * <p><i>Threads:</i> any, each on its own.
 */
final class MovedNeedles {
    /** Needles that are kept in memory at one time. */
    static final int COUNT_MAX = 1 << 15;

    private final PartitionParts parts;
    private final int bucketId;
    private long readBytes;

    MovedNeedles(PartitionParts parts, int bucketId) {
        this.parts = parts;
        this.bucketId = bucketId;
    }

    /**
     * Those of the bucket, by sequence; when there are more than {@value #COUNT_MAX}, the first of them.
     *
     * @param from the first sequence
     * @param to the first that is not meant
     */
    NavigableMap<Long, Location> find(long from, long to) {
        TreeMap<Long, Location> found = new TreeMap<>();
        for (VolumeInfo volume : parts.log().volumes()) {
            if (!findByHint(volume, from, to, found)) {
                parts.log().scanBriefly(LogPosition.of(volume.id(), 0), new InVolume(volume.id(), from, to, found));
            }
        }
        return found;
    }

    /** Bytes that were looked at so far. */
    long readBytes() {
        return readBytes;
    }

    private boolean findByHint(VolumeInfo volume, long from, long to, TreeMap<Long, Location> found) {
        Path hint = parts.folder().hint(volume.id());
        if (volume.state() != VolumeInfo.State.SEALED || !Files.exists(hint)) {
            return false;
        }
        try {
            HintFile.read(hint, entry -> offer(entry, from, to, found));
            readBytes += Files.size(hint);
            return true;
        } catch (CorruptionException | UncheckedIOException | IOException e) {
            return false; // The volume itself tells.
        }
    }

    private void offer(HintEntry entry, long from, long to, TreeMap<Long, Location> found) {
        boolean isMeant = entry.location().bucketId() == bucketId
                && entry.sequence() >= from
                && entry.sequence() < to
                && !entry.location().has(Location.EXTENT);
        if (isMeant) {
            found.put(entry.sequence(), entry.location());
            if (found.size() > COUNT_MAX) {
                found.pollLastEntry();
            }
        }
    }

    private final class InVolume implements FrameVisitor {
        private final int volume;
        private final long from;
        private final long to;
        private final TreeMap<Long, Location> found;
        private long reached;
        private boolean isEnough;

        InVolume(int volume, long from, long to, TreeMap<Long, Location> found) {
            this.volume = volume;
            this.from = from;
            this.to = to;
            this.found = found;
        }

        @Override
        public void frame(FrameView frame) {
            if (LogPosition.volume(frame.position()) != volume) {
                isEnough = true;
                return;
            }
            readBytes += LogPosition.offset(frame.position()) - reached;
            reached = LogPosition.offset(frame.position());
            if (!frame.isNumbered() && frame.bucketId() == bucketId) {
                parts.hints().entries(frame, entry -> offer(entry, from, to, found));
            }
        }

        @Override
        public boolean isEnough() {
            return isEnough;
        }
    }
}
