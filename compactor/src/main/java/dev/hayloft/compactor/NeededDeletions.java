package dev.hayloft.compactor;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Tells which deletions are still needed: those of keys of which another volume may hold a needle that they end, and
 * that would come back to life in a rebuild. Filters over the keys of each volume answer most questions; a volume whose
 * filter says "maybe" is asked again by its hint file, exactly.
 *
 * <p>The open volume has no hint file. All that was written to it is younger than any deletion in a sealed one, but for
 * what compaction moved there: those keys are remembered as they are handed over, until the volume that was open when
 * all of them had been appended is among the sealed ones; a volume that is full is in neither list until it has been
 * forced. What an earlier run moved there is looked for once. While a volume cannot tell all that stands in it, every
 * deletion is needed.
 *
 * <p><i>Threads:</i> confined to the thread of the compaction.
 */
public final class NeededDeletions {
    private static final long FILTERS_BYTES_MAX = 64L << 20;

    private final NeedleMover mover;
    private final LinkedHashMap<Integer, KeyFilter> filters = new LinkedHashMap<>(16, 0.75f, true);

    /** Keys moved by earlier compactions: they stand in this volume, or before it. */
    private KeyCollection settled = new KeyCollection();

    private OptionalInt settledVolume = OptionalInt.empty();

    /** Keys moved by the compaction that runs. */
    private KeyCollection recent = new KeyCollection();

    /** Volumes that are damaged and have no hint file: their filters, of this compaction alone, say too little. */
    private final Set<Integer> untold = new HashSet<>();

    /** What an earlier run moved stands before this position; {@link LogPosition#START} when nobody need look. */
    private long earlierEnd = LogPosition.START;

    private boolean isBegun;

    /** Of one partition; worth keeping from one compaction to the next. */
    public NeededDeletions(NeedleMover mover) {
        this.mover = mover;
    }

    /** A compaction begins, and whatever was handed over before has been appended. */
    void begin() {
        if (!isBegun) {
            earlierEnd = mover.end();
            isBegun = true;
        }
        OptionalInt volume = mover.openVolume(); // Asked first: it may be put away between the two questions.
        int lastSealed = mover.sealedVolumes().stream().mapToInt(id -> id).max().orElse(-1);
        if (settledVolume.isPresent() && settledVolume.getAsInt() <= lastSealed) {
            settled = recent;
        } else { // It is full perhaps, and not put away yet: then nothing else tells of it.
            settled.addAll(recent);
        }
        settledVolume = volume;
        if (LogPosition.volume(earlierEnd) <= lastSealed) {
            earlierEnd = LogPosition.START;
        }
        recent = new KeyCollection();
        filters.keySet().removeAll(untold);
        untold.clear();
    }

    /** These needles are handed over to be appended. */
    void moving(List<MovedNeedle> needles) {
        for (MovedNeedle needle : needles) {
            if (!needle.isDeletion()) {
                recent.add(needle.hash());
            }
        }
    }

    /**
     * The sequences of those deletions that are needed.
     *
     * @param victim the volume that goes, which does not count
     */
    Set<Long> of(Collection<HintEntry> deletions, int victim) {
        Set<Long> needed = new HashSet<>();
        Map<KeyHash, List<HintEntry>> byKey = new HashMap<>(2 * deletions.size());
        for (HintEntry deletion : deletions) {
            byKey.computeIfAbsent(deletion.hash(), unused -> new ArrayList<>(1)).add(deletion);
        }
        lookForEarlierRun();
        List<Integer> volumes = mover.sealedVolumes();
        filters.keySet().retainAll(new HashSet<>(volumes));
        for (int volume : volumes) {
            if (volume == victim) {
                continue;
            }
            KeyFilter filter = filter(volume);
            if (untold.contains(volume)) { // What cannot be read of it may come back, and be what any of them ends.
                deletions.forEach(deletion -> needed.add(deletion.sequence()));
            } else if (byKey.keySet().stream().anyMatch(filter::mayContain)) {
                mover.entries(volume, entry -> {
                    for (HintEntry deletion : byKey.getOrDefault(entry.hash(), List.of())) {
                        if (ends(deletion.location(), entry.location())) {
                            needed.add(deletion.sequence());
                        }
                    }
                });
            }
        }
        byKey.forEach((hash, all) -> {
            if (settled.mayContain(hash) || recent.mayContain(hash)) {
                all.forEach(deletion -> needed.add(deletion.sequence()));
            }
        });
        return needed;
    }

    /** Whether a needle is a version of its key, and this deletion says that it is gone. */
    private static boolean ends(Location deletion, Location needle) {
        if (!isVersion(needle)) {
            return false;
        }
        long named = deletion.link();
        if (named == 0) {
            return needle.version() < deletion.version();
        }
        boolean endsOlder = deletion.has(Location.UP_TO) || !deletion.has(Location.KEPT); // Of what is not kept, all.
        return endsOlder ? needle.version() <= named : needle.version() == named;
    }

    private static boolean isVersion(Location needle) {
        return !needle.has(Location.TOMBSTONE) || needle.has(Location.MARKER);
    }

    private KeyFilter filter(int volume) {
        KeyFilter known = filters.get(volume);
        if (known != null) {
            return known;
        }
        List<KeyHash> keys = new ArrayList<>();
        boolean isAll = mover.entries(volume, entry -> {
            if (isVersion(entry.location())) {
                keys.add(entry.hash());
            }
        });
        if (!isAll) {
            untold.add(volume);
        }
        KeyFilter filter = new KeyFilter(keys.size());
        keys.forEach(filter::add);
        filters.put(volume, filter);
        long sizeBytes =
                filters.values().stream().mapToLong(KeyFilter::sizeBytes).sum();
        var eldest = filters.entrySet().iterator();
        while (sizeBytes > FILTERS_BYTES_MAX && filters.size() > 1) {
            sizeBytes -= eldest.next().getValue().sizeBytes();
            eldest.remove();
        }
        return filter;
    }

    private void lookForEarlierRun() {
        long end = earlierEnd;
        earlierEnd = LogPosition.START;
        if (end == LogPosition.START) {
            return; // It was put away since, or nothing was there: see above.
        }
        mover.scan(LogPosition.volume(end), 0, new FrameVisitor() {
            private boolean isEnough;

            @Override
            public void frame(FrameView frame) {
                isEnough = frame.position() >= end;
                mover.moved(frame, entry -> {
                    if (isVersion(entry.location())) {
                        settled.add(entry.hash());
                    }
                });
            }

            @Override
            public boolean isEnough() {
                return isEnough;
            }
        });
    }
}
