package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.BlockTable;
import dev.hayloft.erasure.shard.ShardCheck;
import dev.hayloft.erasure.shard.ShardRepair;
import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mends one volume by what is left of its shards; the volume keeps its id and its places.
 *
 * <p><i>Threads:</i> any; under the volume's lock.
 */
final class VolumeRepair {
    private final VolumeEncoding encoding;
    private final Progress watcher;

    VolumeRepair(VolumeEncoding encoding, Progress watcher) {
        this.encoding = encoding;
        this.watcher = watcher;
    }

    /**
     * What became of it.
     *
     * @param repaired shards that were damaged and are whole now
     * @param lost what stays damaged
     */
    record Result(int repaired, List<VolumeCheck.Finding> lost) {
        Result {
            lost = List.copyOf(lost);
        }
    }

    Result repair(VolumeName volume) {
        ParityKeeper parity = volume.partition().parity();
        VolumeCheck.Result before = VolumeCheck.check(volume, watcher);
        Optional<ShardSet> set = parity.find(volume.id());
        if (before.findings().isEmpty() || set.isEmpty()) {
            return new Result(0, before.findings());
        }
        watcher.more(volume, 3 * Progress.checked(volume)); // Checked and made again, then checked once more.
        long damagedBefore = damagedShards(before);
        try (VolumeLease lease = volume.partition().log().lease(volume.id())) {
            mend(volume, set.get(), before);
            boolean isElsewhere = !set.get().layout().inPlace();
            volume.partition().log().reopen(lease.volume(), isElsewhere);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        VolumeCheck.Result after = VolumeCheck.check(volume, watcher);
        return new Result((int) Math.max(0, damagedBefore - damagedShards(after)), after.findings());
    }

    private static long damagedShards(VolumeCheck.Result result) {
        return result.findings().stream()
                .map(VolumeCheck.Finding::shard)
                .distinct()
                .count();
    }

    private void mend(VolumeName volume, ShardSet set, VolumeCheck.Result before) throws IOException {
        Optional<BlockTable> table = set.table();
        if (table.isPresent()) {
            ShardCheck.Result checked = ShardCheck.check(set, watcher);
            ShardRepair.repair(set, table.get(), checked.damagedShards(), watcher);
            return;
        }
        List<VolumeCheck.Finding> inData = new ArrayList<>(before.findings());
        inData.removeIf(finding -> !finding.hitsData());
        if (inData.isEmpty() && set.layout().inPlace()) {
            encoding.encode(volume); // No parity file is left, and every frame is right: parity is made anew.
        }
    }
}
