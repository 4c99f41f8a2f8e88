package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backups of volumes that are damaged, before or behind the backup, and what a restore makes of them. */
@Timeout(120)
final class BackupDamageTest extends UpkeepCase {
    private Path backup() {
        return folder.resolve("backup");
    }

    private SortedMap<String, Object> backUp(HayloftStore store) {
        return TestJobs.run(store, JobRequest.backup(backup())).result().orElseThrow();
    }

    private void fillLittle(HayloftStore store) {
        store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        for (int i = 0; i < 20; i++) {
            put(store, "small/" + i, 10_000);
        }
        run(store, JobRequest.Kind.SEAL);
    }

    /** The volume that has the objects. */
    private static VolumeStatus volume(HayloftStore store) {
        return store.volumes().stream()
                .filter(volume -> volume.state() != VolumeStatus.State.OPEN && volume.bytes() > 200_000)
                .findFirst()
                .orElseThrow();
    }

    private static void flip(VolumeStatus volume) throws IOException {
        FileDamage.flip(volume.path(), 150_000, 3);
    }

    private Path copyOf(VolumeStatus volume) throws IOException {
        try (Stream<Path> files = Files.walk(backup().resolve("partitions"))) {
            List<Path> found = files.filter(file -> file.toString().contains(".volume"))
                    .filter(file -> sizeOf(file) > 200_000)
                    .toList();
            assertThat(found).as(volume.id()).hasSize(1);
            return found.get(0);
        }
    }

    private static long sizeOf(Path file) {
        return file.toFile().length();
    }

    private void assertRestored() {
        assertThat(Backup.verify(backup())).isEmpty();
        new Restore(backup(), folder.resolve("restored")).run(bytes -> {});
        try (HayloftStore restored = open(folder.resolve("restored"))) {
            assertAllReadable(restored);
            assertThat(damaged(run(restored, JobRequest.Kind.SCRUB))).isEmpty();
        }
    }

    @Test
    void backup_ofAnEncodedVolumeWithUnnoticedDamage_holdsWhatWasWritten() throws IOException {
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            run(store, JobRequest.Kind.ENCODE);
            VolumeStatus volume = volume(store);
            flip(volume);
            SortedMap<String, Object> result = backUp(store);
            assertThat(result).containsEntry("lostBytes", 0L).containsEntry("damagedVolumes", List.of());
            assertThat(volume(store).state()).isEqualTo(VolumeStatus.State.DAMAGED);
            run(store, JobRequest.Kind.REPAIR);
            assertThat(backUp(store)).containsEntry("damagedVolumes", List.of());
        }
        assertRestored();
    }

    @Test
    void backup_whoseLastOneHoldsDamageThatWasRepairedSince_takesTheVolumeAnew() throws IOException {
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            VolumeStatus volume = volume(store);
            byte[] right = Files.readAllBytes(volume.path());
            flip(volume); // Not encoded yet, so that nothing makes up for it.
            assertThat(backUp(store)).containsEntry("damagedVolumes", List.of(volume.id()));
            Path copy = copyOf(volume);
            byte[] wrong = Files.readAllBytes(copy);
            assertThat(wrong).isNotEqualTo(right);
            Files.write(volume.path(), right); // From another copy, say. What was linked stays as it was listed.
            Files.delete(copy);
            Files.write(copy, wrong);
            run(store, JobRequest.Kind.ENCODE);
            assertThat(backUp(store)).containsEntry("damagedVolumes", List.of());
            assertThat(copyOf(volume)).hasBinaryContent(right);
        }
        assertRestored();
    }

    @Test
    void backup_thatIsLinkedToAVolumeKnownToBeDamaged_takesItAnew() throws IOException {
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            run(store, JobRequest.Kind.ENCODE);
            VolumeStatus volume = volume(store);
            byte[] right = Files.readAllBytes(volume.path());
            backUp(store);
            assertThat(Files.isSameFile(copyOf(volume), volume.path())).isTrue();
            flip(volume);
            run(store, JobRequest.Kind.SCRUB);
            assertThat(backUp(store)).containsEntry("lostBytes", 0L);
            assertThat(copyOf(volume)).hasBinaryContent(right);
        }
        assertRestored();
    }

    @Test
    void backup_ofAVolumeThatIsNotEncoded_namesItsDamagedFrames() throws IOException {
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            VolumeStatus volume = volume(store);
            flip(volume);
            SortedMap<String, Object> result = backUp(store);
            assertThat(result).containsEntry("damagedVolumes", List.of(volume.id()));
            assertThat((Long) result.get("lostBytes")).isPositive();
            assertThat(volume(store).state()).isEqualTo(VolumeStatus.State.DAMAGED);
        }
    }

    @Test
    void backup_ofAVolumeBeyondRepair_keepsTheBetterCopyOfTheLastOne() throws IOException {
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            flip(volume(store));
            backUp(store);
            VolumeStatus volume = volume(store);
            Path copy = copyOf(volume);
            byte[] kept = Files.readAllBytes(copy);
            Files.delete(copy);
            Files.write(copy, kept);
            FileDamage.flip(volume.path(), 150_000, 3); // Right again.
            run(store, JobRequest.Kind.ENCODE);
            for (VolumeStatus.Shard shard : volume(store).shards().subList(0, PARITY_SHARDS + 1)) {
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            }
            SortedMap<String, Object> result = backUp(store);
            assertThat(copyOf(volume)).hasBinaryContent(kept);
            assertThat((Long) result.get("lostBytes")).isBetween(1L, 64L << 10);
            assertThat(Backup.verify(backup())).isEmpty();
        }
    }

    @Test
    void restore_ofABackupWithADamagedVolume_makesTheRestAndNamesIt() throws IOException {
        VolumeStatus volume;
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            volume = volume(store);
            backUp(store);
        }
        flip(volume); // The backup's own file too: a link.
        List<Path> hints = hints();
        hints.forEach(BackupDamageTest::damageAll);
        Path restored = folder.resolve("restored");
        assertThatThrownBy(() -> new Restore(backup(), restored).run(bytes -> {}))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("data folder is made")
                .hasMessageContaining(backup().relativize(copyOf(volume)).toString());
        assertThat(restored.resolve("STORE")).exists();
        hints.forEach(
                hint -> assertThat(restored.resolve(backup().relativize(hint))).doesNotExist());
        try (HayloftStore store = open(restored)) {
            List<String> missing = new ArrayList<>();
            model.forEach((key, content) -> {
                if (!isReadable(store, key, content)) {
                    missing.add(key);
                }
            });
            assertThat(missing).hasSizeBetween(1, 3);
        }
    }

    private List<Path> hints() throws IOException {
        try (Stream<Path> files = Files.walk(backup())) {
            return files.filter(file -> file.toString().endsWith(".hint")).toList();
        }
    }

    private static void damageAll(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.delete(file);
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isReadable(HayloftStore store, String key, byte[] content) {
        try {
            assertThat(read(store, key)).isEqualTo(content);
            return true;
        } catch (CorruptionException | java.util.NoSuchElementException gone) {
            return false;
        }
    }
}
