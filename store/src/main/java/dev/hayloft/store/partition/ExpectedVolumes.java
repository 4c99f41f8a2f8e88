package dev.hayloft.store.partition;

import dev.hayloft.index.HintFile;
import dev.hayloft.index.HintHeader;
import dev.hayloft.log.ExpectedVolume;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The sealed volumes that must be there, by what else knows of them: shard sets, and hint files, which are removed
 * before their volume is. So a volume whose file vanished is listed, and its keys are answered as damaged and not as
 * absent.
 */
final class ExpectedVolumes {
    private static final Logger LOG = System.getLogger(ExpectedVolumes.class.getName());

    private ExpectedVolumes() {}

    static List<ExpectedVolume> of(PartitionConfig config, PartitionFolder folder, ParityKeeper parity) {
        List<ExpectedVolume> expected = new ArrayList<>(parity.expected());
        Set<Integer> known = new HashSet<>();
        expected.forEach(volume -> known.add(volume.id()));
        for (ExpectedVolume volume : expected) {
            if (!volume.isElsewhere() && !Files.exists(folder.volume(volume.id()))) {
                parity.markAbsent(volume.id());
            }
        }
        for (int volume : folder.hinted()) {
            if (!known.contains(volume) && !Files.exists(folder.volume(volume))) {
                addByHint(config, folder, volume, parity, expected);
            }
        }
        return expected;
    }

    private static void addByHint(
            PartitionConfig config,
            PartitionFolder folder,
            int volume,
            ParityKeeper parity,
            List<ExpectedVolume> expected) {
        try {
            long modified = Files.getLastModifiedTime(folder.hint(volume)).toMillis();
            HintHeader header = HintFile.read(folder.hint(volume), entry -> {});
            if (header.storeId().equals(config.storeId()) && header.volume() == volume) {
                expected.add(
                        new ExpectedVolume(volume, header.dataEndBytes(), modified, OptionalLong.of(modified), false));
                parity.markAbsent(volume);
            }
        } catch (CorruptionException | IOException | UncheckedIOException unreadable) {
            LOG.log(Level.WARNING, "Volume " + volume + " is gone and so is its hint file.", unreadable);
        }
    }
}
