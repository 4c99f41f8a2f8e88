package dev.hayloft.store;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.store.VolumeStatus.Shard;
import dev.hayloft.store.VolumeStatus.ShardState;
import dev.hayloft.store.parity.ParityKeeper;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Where a volume's bytes stand and how they are, as far as that is known without reading them. Pure functions. */
final class ShardFigures {
    private ShardFigures() {}

    /** The shards of a volume; its one copy when it is not encoded. */
    static List<Shard> shards(ParityKeeper parity, VolumeInfo volume) {
        Optional<ShardSet> set = parity.find(volume.id());
        if (set.isEmpty()) {
            ShardState state = !Files.exists(volume.path())
                    ? ShardState.MISSING
                    : parity.isDamaged(volume.id()) ? ShardState.CORRUPT : ShardState.OK;
            return List.of(new Shard(0, false, volume.path(), 0, volume.dataEndBytes(), state));
        }
        return set.get().places().stream()
                .map(place -> new Shard(
                        place.shard(),
                        set.get().layout().isParity(place.shard()),
                        place.path(),
                        place.offset(),
                        place.length(),
                        ShardState.valueOf(set.get().state(place.shard()).name())))
                .toList();
    }

    static VolumeStatus.State state(ParityKeeper parity, VolumeInfo volume, List<Shard> shards) {
        boolean isWhole = shards.stream().allMatch(shard -> shard.state() == ShardState.OK);
        if (parity.isDamaged(volume.id()) || !isWhole) {
            return VolumeStatus.State.DAMAGED;
        }
        if (volume.state() == VolumeInfo.State.OPEN) {
            return VolumeStatus.State.OPEN;
        }
        return shards.size() > 1 ? VolumeStatus.State.ENCODED : VolumeStatus.State.SEALED;
    }
}
