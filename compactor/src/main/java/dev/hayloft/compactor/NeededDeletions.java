package dev.hayloft.compactor;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
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
 * what compaction moved there: those needles alone are looked at, as they are appended.
 *
 * <p><i>Threads:</i> confined to the thread of the compaction.
 */
public final class NeededDeletions {
    private static final long FILTERS_BYTES_MAX = 64L << 20;
    private static final int OPEN_KEYS_MIN = 1 << 16;

    private final NeedleMover mover;
    private final LinkedHashMap<Integer, KeyFilter> filters = new LinkedHashMap<>(16, 0.75f, true);
    private final List<KeyHash> openKeys = new ArrayList<>(); // For a filter twice as large.
    private KeyFilter open = new KeyFilter(OPEN_KEYS_MIN);
    private OptionalInt openVolume = OptionalInt.empty();
    private long openScannedTo;

    /** Of one partition; worth keeping from one compaction to the next. */
    public NeededDeletions(NeedleMover mover) {
        this.mover = mover;
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
        List<Integer> volumes = mover.sealedVolumes();
        filters.keySet().retainAll(new HashSet<>(volumes));
        for (int volume : volumes) {
            if (volume != victim && byKey.keySet().stream().anyMatch(filter(volume)::mayContain)) {
                mover.entries(volume, entry -> {
                    for (HintEntry deletion : byKey.getOrDefault(entry.hash(), List.of())) {
                        if (ends(deletion.location(), entry.location())) {
                            needed.add(deletion.sequence());
                        }
                    }
                });
            }
        }
        scanOpenVolume();
        byKey.forEach((hash, all) -> {
            if (open.mayContain(hash)) {
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
        mover.entries(volume, entry -> {
            if (isVersion(entry.location())) {
                keys.add(entry.hash());
            }
        });
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

    private void scanOpenVolume() {
        OptionalInt volume = mover.openVolume();
        if (volume.isEmpty()) {
            return;
        }
        if (!volume.equals(openVolume)) {
            openVolume = volume;
            openScannedTo = 0;
            openKeys.clear();
            open = new KeyFilter(OPEN_KEYS_MIN);
        }
        long end = mover.scan(
                        volume.getAsInt(),
                        openScannedTo,
                        frame -> mover.moved(frame, entry -> {
                            if (isVersion(entry.location())) {
                                addOpen(entry.hash());
                            }
                        }))
                .end();
        openScannedTo = LogPosition.offset(end);
    }

    private void addOpen(KeyHash hash) {
        openKeys.add(hash);
        open.add(hash);
        if (open.isFull()) {
            open = new KeyFilter(2L * openKeys.size());
            openKeys.forEach(open::add);
        }
    }
}
