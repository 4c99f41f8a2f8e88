package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.FileDamage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A volume's own file stands beside the shards that took its place, because of a stop or of somebody's hand. */
@Timeout(120)
final class VolumePutBackTest extends UpkeepCase {
    private static byte[] ownFile(VolumeStatus volume) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (VolumeStatus.Shard shard : volume.shards().subList(0, DATA_SHARDS)) {
            byte[] file = Files.readAllBytes(shard.path());
            all.write(file, (int) shard.offset(), (int) shard.length());
        }
        return all.toByteArray();
    }

    private static Path aside(VolumeStatus volume) {
        return volume.path().resolveSibling(volume.path().getFileName() + ".aside");
    }

    private static VolumeStatus.State state(HayloftStore store, VolumeStatus volume) {
        return store.volumes().stream()
                .filter(each -> each.id().equals(volume.id()))
                .findAny()
                .orElseThrow()
                .state();
    }

    @Test
    void start_withAFileBesideItsShards_deletesWhatIsThereOnceMoreAndNothingElse() throws IOException {
        onSixDisks();
        List<VolumeStatus> volumes;
        try (HayloftStore store = open(data())) {
            fill(store);
            volumes = encoded(store);
        }
        VolumeStatus same = volumes.get(0);
        VolumeStatus right = volumes.get(1); // A copy from a backup, over shards that are damaged beyond repair.
        VolumeStatus other = volumes.get(2);
        Files.write(same.path(), ownFile(same));
        Files.write(right.path(), ownFile(right));
        for (VolumeStatus.Shard shard : right.shards().subList(0, PARITY_SHARDS + 1)) {
            FileDamage.hole(shard.path(), shard.offset(), shard.length());
        }
        byte[] changed = ownFile(other);
        Arrays.fill(changed, changed.length / 2, changed.length / 2 + 100, (byte) 0x55);
        Files.write(other.path(), changed);
        try (HayloftStore store = open(data())) {
            assertAllReadable(store);
            assertThat(same.path()).doesNotExist();
            assertThat(aside(same)).doesNotExist();
            assertThat(state(store, same)).isEqualTo(VolumeStatus.State.ENCODED);
            assertThat(right.path()).exists();
            assertThat(state(store, right)).isEqualTo(VolumeStatus.State.SEALED);
            assertThat(other.path()).doesNotExist();
            assertThat(aside(other)).hasBinaryContent(changed);
            assertThat(state(store, other)).isEqualTo(VolumeStatus.State.ENCODED);
        }
    }
}
