package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import java.util.List;
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

    private static void write(Partition partition, int volume) {
        boolean sealed = partition.log().volumes().stream()
                .anyMatch(info -> info.id() == volume && info.state() == VolumeInfo.State.SEALED);
        if (!partition.isStopping() && sealed) {
            partition.parts().hints().write(partition.log(), volume);
            partition.directory().flush();
        }
    }
}
