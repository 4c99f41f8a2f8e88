package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the table of producers in a log that is being recovered: it stands in one frame of most volumes, and the newest
 * one with all that follows it says how far each producer has come.
 *
 * <p><i>Threads:</i> one.
 */
final class ProducerSearch {
    private final ProducerTable producers;
    private final Map<Integer, Boolean> hasTable = new HashMap<>(); // Of each volume that was read.

    ProducerSearch(ProducerTable producers) {
        this.producers = producers;
    }

    /** A frame was read. */
    void note(FrameView frame) {
        hasTable.merge(LogPosition.volume(frame.position()), producers.note(frame), Boolean::logicalOr);
    }

    /**
     * Reads volumes of which nothing was read, the last one first, down to one with a table.
     *
     * @param end of the log: what stands behind it was never acknowledged, and goes
     */
    void run(VolumeLog log, long end) {
        boolean isFound = false;
        List<VolumeInfo> volumes = log.volumes();
        for (int i = volumes.size() - 1; i >= 0 && !isFound; i--) {
            int volume = volumes.get(i).id();
            if (volume <= LogPosition.volume(end)) {
                if (!hasTable.containsKey(volume)) {
                    log.scanVolume(volume, 0, this::note);
                }
                isFound = hasTable.getOrDefault(volume, false);
            }
        }
    }
}
