package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Sees to it that every sealed volume gets its hint file. Threads: any; the work is done on the executor. */
final class HintKeeping {
    private HintKeeping() {}

    /** Writes hint files from now on: of these volumes, and of each that is sealed. */
    static void start(Partition partition, Executor background, List<Integer> missing) {
        partition.log().setSealListener(volume -> {
            if (!partition.isStopping()) { // The next start writes what is missing.
                background.execute(() -> write(partition, volume));
            }
        });
        missing.forEach(volume -> background.execute(() -> write(partition, volume)));
    }

    /** Unless the volume went while its hint file was written. */
    private static void noteDeletions(Partition partition, int volume, Map<Integer, Long> deletions) {
        if (partition.tallies().volumes().containsKey(volume)) {
            partition.tallies().deletions(volume, deletions);
        }
    }

    private static void write(Partition partition, int volume) {
        if (!partition.isStopping() && isSealed(partition, volume)) {
            partition
                    .parts()
                    .hints()
                    .write(partition.log(), volume)
                    .ifPresent(deletions -> partition.exclusively(() -> noteDeletions(partition, volume, deletions)));
            partition.directory().flush();
        }
    }

    private static boolean isSealed(Partition partition, int volume) {
        return partition.log().volumes().stream()
                .anyMatch(info -> info.id() == volume && info.state() == VolumeInfo.State.SEALED);
    }
}
