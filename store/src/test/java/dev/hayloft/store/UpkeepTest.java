package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Encoding, reading through damage and repair of a real store on real files. */
@Timeout(120)
final class UpkeepTest extends UpkeepCase {
    /** A follower hears of what stands in damaged frames too, as long as parity can tell it. */
    @Test
    void changes_ofDamagedVolumes_areToldAll() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            for (VolumeStatus volume : encoded(store)) {
                VolumeStatus.Shard shard = volume.shards().get(random.nextInt(DATA_SHARDS));
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            }
            Map<String, Long> followed = new TreeMap<>();
            String cursor = ChangesRequest.EARLIEST;
            boolean atEnd = false;
            while (!atEnd) {
                ChangesPage page = store.changes(new ChangesRequest(HAY, cursor, "", 50, false));
                page.changes()
                        .forEach(change -> followed.put(
                                change.key().toString(),
                                change.object().orElseThrow().sizeBytes()));
                cursor = page.cursor();
                atEnd = page.atEnd();
            }
            Map<String, Long> expected = new TreeMap<>();
            model.forEach((key, content) -> expected.put(key, (long) content.length));
            assertThat(followed).isEqualTo(expected);
        }
    }

    @Test
    void encoded_onOneDisk_survivesAnyDamageThatParityCovers() throws IOException {
        survives();
    }

    @Test
    void encoded_onSixDisks_survivesAnyDamageThatParityCovers() throws IOException {
        onSixDisks();
        survives();
    }

    private void survives() throws IOException {
        List<String> ids;
        try (HayloftStore store = open(data())) {
            fill(store);
            ids = encoded(store).stream().map(VolumeStatus::id).toList();
            assertAllReadable(store);
            assertAllWhole(store);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
        }
        for (int round = 0; round < 3; round++) {
            try (HayloftStore store = open(data())) {
                damageShards(store);
                assertAllReadable(store);
            }
            try (HayloftStore store = open(data())) { // Damage may be there before the store is.
                assertAllReadable(store);
                run(store, JobRequest.Kind.SCRUB);
                SortedMap<String, Object> repaired = run(store, JobRequest.Kind.REPAIR);
                assertThat(repaired).containsEntry("lost", List.of());
                assertAllWhole(store);
                assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
                assertAllReadable(store);
                assertThat(encoded(store).stream().map(VolumeStatus::id)).isEqualTo(ids);
            }
        }
    }

    /**
     * A volume is cut at what looks like the beginning of a frame, and that may stand inside of an object: then a true
     * frame lies across the cut.
     */
    @Test
    void objectFullOfFrames_isCutInsideAndReadThroughDamageAllTheSame() throws IOException {
        onSixDisks();
        try (HayloftStore store = open(data())) {
            store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            put(store, "first", 5000);
            run(store, JobRequest.Kind.SEAL);
            byte[] copied = firstFrame(store);
            byte[] content = new byte[800_000];
            for (int at = 0; at + copied.length + 4 < content.length; at += copied.length) {
                at += (at / 4096) % 4; // Frames begin at multiples of 4 of the file, wherever the object begins.
                System.arraycopy(copied, 0, content, at, copied.length);
            }
            put(store, "full", content);
            run(store, JobRequest.Kind.SEAL);
            byte[] volume = Files.readAllBytes(volumeOf(store, 700_000).path());
            run(store, JobRequest.Kind.ENCODE);
            VolumeStatus encoded = volumeOf(store, 700_000);
            long cut = 0;
            int cutInside = 0;
            for (VolumeStatus.Shard shard : encoded.shards().subList(0, DATA_SHARDS - 1)) {
                cut += shard.length();
                byte[] found = Arrays.copyOfRange(volume, (int) cut + 4, (int) cut + 4 + copied.length);
                cutInside += Arrays.equals(found, copied) ? 1 : 0;
            }
            assertThat(cutInside).isPositive();
            assertAllReadable(store);
            for (int first = 0; first < DATA_SHARDS; first++) {
                Files.delete(encoded.shards().get(first).path());
                Files.delete(encoded.shards().get((first + 1) % DATA_SHARDS).path());
                assertAllReadable(store);
                assertThat(run(store, JobRequest.Kind.REPAIR)).containsEntry("lost", List.of());
                assertAllWhole(store);
            }
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
            assertAllReadable(store);
        }
    }

    private static VolumeStatus volumeOf(HayloftStore store, long bytesMin) {
        return store.volumes().stream()
                .filter(volume -> volume.state() != VolumeStatus.State.OPEN && volume.bytes() > bytesMin)
                .findFirst()
                .orElseThrow();
    }

    /** The bytes of a frame of a sealed volume. */
    private static byte[] firstFrame(HayloftStore store) throws IOException {
        byte[] bytes = Files.readAllBytes(volumeOf(store, 5000).path());
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (file.getInt(at + 4) != FrameFormat.MAGIC || (file.getInt(at) & 0x3FFF_FFFF) < 5000) {
            at += 4;
        }
        return Arrays.copyOfRange(bytes, at + 4, at + 4 + file.getInt(at));
    }

    @Test
    void lostDisk_isReadThroughAndFilledAgain() throws IOException {
        onSixDisks();
        try (HayloftStore store = open(data())) {
            fill(store);
            for (VolumeStatus volume : encoded(store)) {
                Set<Path> used = new HashSet<>();
                volume.shards().forEach(shard -> used.add(disk(shard.path())));
                assertThat(used).hasSize(6);
                assertThat(volume.path()).doesNotExist();
            }
        }
        for (Path lost : List.of(disks.get(0), disks.get(3))) {
            TempFolders.delete(lost);
            Files.createDirectories(lost);
            try (HayloftStore store = open(data())) {
                assertAllReadable(store);
                run(store, JobRequest.Kind.REPAIR);
                assertAllWhole(store);
                assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
            }
        }
    }

    private Path disk(Path file) {
        return folder.resolve(folder.relativize(file).getName(0));
    }

    @Test
    void runningStore_whoseShardsVanish_goesOnAndMends() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            int hit = damageShards(store);
            assertAllReadable(store);
            SortedMap<String, Object> scrubbed = run(store, JobRequest.Kind.SCRUB);
            assertThat(damaged(scrubbed).size()).isGreaterThanOrEqualTo(Math.min(hit, 1));
            run(store, JobRequest.Kind.REPAIR);
            assertAllWhole(store);
            assertAllReadable(store);
        }
    }

    @Test
    void damageBeyondParity_isNamedByKeyAndNeverAnsweredWithOtherBytes() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            VolumeStatus volume = encoded(store).get(0);
            for (int index = 0; index <= PARITY_SHARDS; index++) {
                VolumeStatus.Shard shard = volume.shards().get(index);
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            }
            Set<String> unreadable = new HashSet<>();
            model.forEach((key, content) -> {
                try {
                    assertThat(read(store, key)).isEqualTo(content);
                } catch (CorruptionException lost) {
                    unreadable.add(key);
                }
            });
            assertThat(unreadable).isNotEmpty();
            SortedMap<String, Object> result = run(store, JobRequest.Kind.REPAIR);
            Set<String> named = new HashSet<>();
            for (Object entry : (List<?>) result.getOrDefault("lost", List.of())) {
                Map<?, ?> key = (Map<?, ?>) entry;
                assertThat(key.get("bucket")).isEqualTo("hay");
                named.add(String.valueOf(key.get("key")));
            }
            assertThat(named).isEqualTo(unreadable);
            assertThat(store.volumes())
                    .anySatisfy(status -> assertThat(status.state()).isEqualTo(VolumeStatus.State.DAMAGED));
        }
    }

    @Test
    void volumeThatIsDamaged_getsNoParityAndStopsNoOther() throws IOException {
        try (HayloftStore store = open(data())) {
            List<VolumeStatus> sealed = fillSealed(store);
            VolumeStatus hit = sealed.get(1);
            FileDamage.flip(hit.path(), hit.bytes() / 2, 3);
            assertThat(run(store, JobRequest.Kind.ENCODE))
                    .containsEntry("refused", List.of(hit.id()))
                    .containsEntry("volumes", sealed.size() - 1L);
            assertThat(encoded(store)).extracting(VolumeStatus::id).doesNotContain(hit.id());
            String number = "%010d"
                    .formatted(Integer.parseInt(hit.id().substring(hit.id().indexOf('-') + 1)));
            try (Stream<Path> files = Files.list(hit.path().resolveSibling("../parity"))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .isNotEmpty()
                        .noneMatch(name -> name.startsWith(number));
            }
        }
    }

    @Test
    void volumeWithoutParity_thatVanishes_isListedAsDamaged() throws IOException {
        Path lost;
        try (HayloftStore store = open(data())) {
            store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
            put(store, "a", 5000);
            run(store, JobRequest.Kind.SEAL);
            put(store, "b", 5000);
            VolumeStatus sealed = store.volumes().stream()
                    .filter(volume -> volume.state() == VolumeStatus.State.SEALED && volume.needles() == 1)
                    .findFirst()
                    .orElseThrow();
            lost = sealed.path();
            Path hints = lost.resolveSibling("../hints").normalize();
            Awaitility.await().until(() -> {
                try (Stream<Path> files = Files.list(hints)) {
                    return files.anyMatch(file -> file.getFileName().toString().endsWith(".hint"));
                }
            });
        }
        Files.delete(lost);
        for (boolean withIndex : new boolean[] {true, false}) {
            if (!withIndex) {
                TempFolders.delete(lost.resolveSibling("../index").normalize());
            }
            try (HayloftStore store = open(data())) {
                assertThat(read(store, "b")).isEqualTo(model.get("b"));
                assertThatThrownBy(() -> read(store, "a")).isInstanceOf(CorruptionException.class);
                assertThat(store.volumes())
                        .anySatisfy(volume -> assertThat(volume.state()).isEqualTo(VolumeStatus.State.DAMAGED));
                SortedMap<String, Object> result = run(store, JobRequest.Kind.REPAIR);
                assertThat(result.getOrDefault("lost", List.of()).toString()).contains("key=a");
                assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).hasSize(1);
            }
        }
    }
}
