package dev.hayloft.compactor;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.Location;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The stretches of a volume that nobody can read any more, and that nobody needs: its hint file tells what stood there.
 * Once the keys that were lost with them are written anew or deleted, the volume can go.
 *
 * <p><i>Threads:</i> confined to one.
 */
final class VolumeLosses {
    /** Bits of a needle's place for its offset in the frame; frames are smaller. */
    private static final int OFFSET_BITS = 24;

    private final NavigableMap<Long, Long> ends = new TreeMap<>();
    private final long[] places;
    private long lastDroppedDeletion;

    /** Of a volume that is whole. */
    VolumeLosses() {
        this(List.of());
    }

    private VolumeLosses(List<HintEntry> hinted) {
        places = hinted.stream().mapToLong(VolumeLosses::place).sorted().toArray();
    }

    private static long place(HintEntry entry) {
        return LogPosition.offset(entry.location().position()) << OFFSET_BITS
                | entry.location().needleOffset();
    }

    /**
     * Looks whether anything that is lost in a volume is needed.
     *
     * @param deletionsKeptFromMillis deletions of this time or later are
     * @param pace may end the work
     * @throws CorruptionException when something is, or nobody knows
     */
    static VolumeLosses accept(
            NeedleMover mover,
            NeededDeletions deletions,
            int volume,
            long deletionsKeptFromMillis,
            VolumeCompaction.Pace pace) {
        List<HintEntry> hinted = mover.hinted(volume).orElseThrow(() -> refusal(volume, "hint", "none"));
        VolumeLosses losses = new VolumeLosses(hinted);
        Set<Long> readable = losses.scan(mover, volume, pace);
        List<HintEntry> doubtful = new ArrayList<>();
        long needed = 0;
        long extents = 0;
        for (HintEntry entry : hinted) {
            if (losses.isLost(LogPosition.offset(entry.location().position())) && !readable.contains(place(entry))) {
                NeedleMover.Fate fate = mover.judge(entry);
                boolean isKept = entry.location().timeMillis() >= deletionsKeptFromMillis;
                if (fate == NeedleMover.Fate.LIVE || (fate == NeedleMover.Fate.DELETION && isKept)) {
                    needed++;
                    extents += entry.location().has(Location.EXTENT) ? 1 : 0;
                } else if (fate == NeedleMover.Fate.DELETION) {
                    doubtful.add(entry);
                    losses.lastDroppedDeletion = Math.max(losses.lastDroppedDeletion, entry.sequence());
                }
            }
        }
        needed += deletions.of(doubtful, volume).size();
        if (needed > 0) {
            throw refusal(volume, "needed", Long.toString(needed)).with("ofThemPartsOfObjects", extents);
        }
        return losses;
    }

    /** Finds the stretches; answers the places of needles that are whole in them. */
    private Set<Long> scan(NeedleMover mover, int volume, VolumeCompaction.Pace pace) {
        Set<Long> readable = new HashSet<>();
        ScanReport report = mover.scan(volume, 0, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                pace.read(0);
            }

            @Override
            public void damaged(DamagedRange range) {
                ends.put(range.fromOffset(), range.toOffset());
            }

            @Override
            public void remains(FrameView frame) {
                mover.judgeRemains(frame, (entry, fate, needle) -> readable.add(place(entry)));
            }
        });
        ends.merge(LogPosition.offset(report.end()), Long.MAX_VALUE, Math::max); // It may have been cut.
        return readable;
    }

    private static CorruptionException refusal(int volume, String what, String value) {
        return new CorruptionException(
                        "What is lost in a damaged volume may be needed: write the keys that are lost anew"
                                + " or delete them, or put the volume back from a backup.")
                .with("volume", volume)
                .with(what, value);
    }

    private boolean isLost(long offset) {
        var before = ends.floorEntry(offset);
        return before != null && offset < before.getValue();
    }

    /** Whether all of a stretch was looked at. */
    boolean cover(DamagedRange range) {
        var before = ends.floorEntry(range.fromOffset());
        return before != null && range.toOffset() <= before.getValue();
    }

    /** Whether a needle is one of the volume's, and not one inside of an object that a damaged header laid bare. */
    boolean knows(HintEntry entry) {
        return ends.isEmpty() || Arrays.binarySearch(places, place(entry)) >= 0;
    }

    /** Highest sequence of a deletion that is lost, 0 for none. */
    long lastDroppedDeletion() {
        return lastDroppedDeletion;
    }
}
