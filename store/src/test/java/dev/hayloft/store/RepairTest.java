package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Repairs that cannot do all they would, and what is known of damage afterwards. */
@Timeout(120)
final class RepairTest extends UpkeepCase {
    /** One volume or a few. */
    private void fillLittle(HayloftStore store) {
        store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
        for (int i = 0; i < 40; i++) {
            put(store, "small/" + i, 20_000);
        }
        run(store, JobRequest.Kind.SEAL);
        assertThat(run(store, JobRequest.Kind.ENCODE)).containsEntry("refused", List.of());
        assertThat(encoded(store)).isNotEmpty();
    }

    private static void assertNoneHalfWritten(Path below) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".shard.tmp"));
        }
    }

    /** What the result says of shards that were not written. */
    private static List<?> unwritten(SortedMap<String, Object> result) {
        return (List<?>) result.getOrDefault("unwritten", List.of());
    }

    @Test
    void repair_besideADeadDisk_fillsTheNewOne() throws IOException {
        onSixDisks();
        try (HayloftStore store = open(data())) {
            fillLittle(store);
        }
        Path dead = disks.get(1); // The first holds a log too, which is another story.
        Path fresh = disks.get(3);
        try (HayloftStore store = open(data())) {
            for (Path lost : List.of(dead, fresh)) {
                TempFolders.delete(lost);
            }
            Files.writeString(dead, "a disk that takes nothing");
            SortedMap<String, Object> result = run(store, JobRequest.Kind.REPAIR);
            assertThat(unwritten(result)).isNotEmpty().allSatisfy(each -> assertThat(
                            String.valueOf(((Map<?, ?>) each).get("folder")))
                    .startsWith(dead.toString()));
            for (VolumeStatus volume : encoded(store)) {
                assertThat(volume.state()).isEqualTo(VolumeStatus.State.DAMAGED);
                assertThat(volume.shards())
                        .filteredOn(shard -> !shard.path().startsWith(dead))
                        .allSatisfy(shard -> assertThat(shard.state()).isEqualTo(VolumeStatus.ShardState.OK));
            }
            assertAllReadable(store);
            Files.delete(dead);
            assertThat(unwritten(run(store, JobRequest.Kind.REPAIR))).isEmpty();
            assertAllWhole(store);
        }
    }

    @Test
    void repair_withoutRoomAboveTheReserve_leavesFilesAsTheyAreAndMendsInPlace() throws IOException {
        try (HayloftStore store = open(data())) {
            fillLittle(store);
        }
        reserveBytes = Files.getFileStore(folder).getTotalSpace();
        try (HayloftStore store = open(data())) {
            VolumeStatus volume = encoded(store).get(0);
            VolumeStatus.Shard inPlace = volume.shards().get(0);
            VolumeStatus.Shard file = volume.shards().get(DATA_SHARDS);
            FileDamage.flip(inPlace.path(), inPlace.offset() + 100, 3);
            FileDamage.flip(file.path(), file.offset() + 100, 3);
            byte[] before = Files.readAllBytes(file.path());
            assertThat(unwritten(run(store, JobRequest.Kind.REPAIR)).toString())
                    .contains("no room")
                    .contains(file.path().resolveSibling(".").normalize().toString());
            assertThat(Files.readAllBytes(file.path())).isEqualTo(before);
            assertNoneHalfWritten(folder);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB)))
                    .extracting(each -> each.get("shard"))
                    .containsExactly((long) DATA_SHARDS);
        }
        reserveBytes = 0;
        try (HayloftStore store = open(data())) {
            run(store, JobRequest.Kind.REPAIR);
            assertAllWhole(store);
            assertAllReadable(store);
        }
    }

    /** With one disk a volume reads well without its parity, and nothing would tell that it once had some. */
    @Test
    void parityThatWentWhileTheStoreWasClosed_isMissedAndMadeAnew() throws IOException {
        List<String> ids;
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            ids = encoded(store).stream().map(VolumeStatus::id).toList();
        }
        for (int partition = 0; partition < 2; partition++) {
            TempFolders.delete(parity(partition));
        }
        try (HayloftStore store = open(data())) {
            assertThat(encoded(store)).extracting(VolumeStatus::id).isEqualTo(ids);
            assertThat(encoded(store)).extracting(VolumeStatus::state).containsOnly(VolumeStatus.State.DAMAGED);
            assertAllReadable(store);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).hasSize(PARITY_SHARDS * ids.size());
            assertThat(run(store, JobRequest.Kind.REPAIR)).containsEntry("lost", List.of());
            assertAllWhole(store);
        }
        try (HayloftStore store = open(data())) {
            assertAllWhole(store);
            assertThat(encoded(store)).extracting(VolumeStatus::id).isEqualTo(ids);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
        }
    }

    @Test
    void notesOfEncodedVolumes_areWrittenAnewFromTheirParity_andGoWithThem() throws IOException {
        List<Path> notes;
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            notes = layoutNotes();
            assertThat(notes).hasSize(encoded(store).size());
        }
        for (Path note : notes) {
            if (random.nextBoolean()) {
                Files.delete(note);
            } else {
                FileDamage.flip(note, 20, 3);
            }
        }
        try (HayloftStore store = open(data())) {
            assertAllWhole(store);
            assertThat(layoutNotes()).isEqualTo(notes);
        }
        for (int partition = 0; partition < 2; partition++) {
            TempFolders.delete(parity(partition));
        }
        try (HayloftStore store = open(data())) {
            assertThat(encoded(store)).hasSameSizeAs(notes);
            List.copyOf(model.keySet()).forEach(key -> delete(store, key));
            run(store, JobRequest.Kind.SEAL);
            run(store, JobRequest.Kind.COMPACT);
            assertThat(encoded(store)).isEmpty();
            assertThat(layoutNotes()).isEmpty();
        }
    }

    private Path parity(int partition) {
        return data().resolve("partitions/" + partition + "/parity");
    }

    private List<Path> layoutNotes() throws IOException {
        try (Stream<Path> files = Files.walk(data())) {
            return files.filter(file -> file.toString().endsWith(".layout"))
                    .sorted()
                    .toList();
        }
    }

    /** A folder in a file's place can be opened and not be read, as a file on a disk that has its troubles. */
    @Test
    void encode_passesOverVolumesThatCannotBeRead_andNamesThem() throws IOException {
        try (HayloftStore store = open(data())) {
            List<VolumeStatus> sealed = fillSealed(store);
            VolumeStatus unreadable = sealed.get(0);
            VolumeStatus gone = sealed.get(1);
            Files.delete(unreadable.path());
            Files.createDirectory(unreadable.path());
            Files.delete(gone.path());
            assertThat(run(store, JobRequest.Kind.ENCODE))
                    .containsEntry("refused", List.of(unreadable.id(), gone.id()))
                    .containsEntry("volumes", sealed.size() - 2L);
            assertThat(store.volumes())
                    .filteredOn(volume -> List.of(unreadable.id(), gone.id()).contains(volume.id()))
                    .hasSize(2)
                    .allSatisfy(volume -> assertThat(volume.state()).isEqualTo(VolumeStatus.State.DAMAGED));
        }
    }

    @Test
    void volumeOnManyDisks_noneOfWhoseShardsHasATable_isEncodedAnew() throws IOException {
        onSixDisks();
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            VolumeStatus volume = loseTables(store);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).hasSize(DATA_SHARDS + PARITY_SHARDS);
            run(store, JobRequest.Kind.REPAIR);
            assertAllWhole(store);
            assertAllReadable(store);
            Files.delete(volume.shards().get(1).path());
            Files.delete(volume.shards().get(2).path());
            assertAllReadable(store);
        }
    }

    /** The footers of the files of a volume that has keys. */
    private static VolumeStatus loseTables(HayloftStore store) throws IOException {
        VolumeStatus volume = encoded(store).stream()
                .filter(each -> each.needles() > 10)
                .findFirst()
                .orElseThrow();
        for (VolumeStatus.Shard shard : volume.shards()) {
            FileDamage.flip(shard.path(), Files.size(shard.path()) - 5, 3);
        }
        return volume;
    }

    @Test
    void volumeOnManyDisks_withoutTablesAndWithLostData_staysAsItIs() throws IOException {
        onSixDisks();
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            VolumeStatus volume = loseTables(store);
            for (int i = 0; i <= PARITY_SHARDS; i++) {
                VolumeStatus.Shard shard = volume.shards().get(i);
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            }
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB)).toString()).contains("key=small/");
            byte[] before = Files.readAllBytes(volume.shards().get(0).path());
            run(store, JobRequest.Kind.REPAIR);
            assertThat(Files.readAllBytes(volume.shards().get(0).path())).isEqualTo(before);
            assertThat(store.volumes())
                    .filteredOn(each -> each.id().equals(volume.id()))
                    .allSatisfy(each -> assertThat(each.state()).isEqualTo(VolumeStatus.State.DAMAGED));
        }
    }

    @Test
    void damage_thatAScrubFound_isKnownAfterARestartUntilItIsMended() throws IOException {
        Path file;
        long at;
        try (HayloftStore store = open(data())) {
            store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
            put(store, "a", 700_000);
            run(store, JobRequest.Kind.SEAL);
            VolumeStatus volume = sealedWithKeys(store);
            assertThat(volume.state()).isEqualTo(VolumeStatus.State.SEALED);
            file = volume.path();
            at = volume.bytes() / 2;
            FileDamage.flip(file, at, 3);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).hasSize(1);
        }
        try (HayloftStore store = open(data())) {
            assertThat(sealedWithKeys(store).state()).isEqualTo(VolumeStatus.State.DAMAGED);
            FileDamage.flip(file, at, 3);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
        }
        try (HayloftStore store = open(data())) {
            assertThat(sealedWithKeys(store).state()).isEqualTo(VolumeStatus.State.SEALED);
            assertAllReadable(store);
        }
    }

    private static VolumeStatus sealedWithKeys(HayloftStore store) {
        return store.volumes().stream()
                .filter(volume -> volume.state() != VolumeStatus.State.OPEN && volume.needles() > 0)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shardThatWasOnlyAway_isNoDamageAfterARestart() throws IOException {
        onSixDisks();
        Path aside = folder.resolve("aside");
        Path shard;
        try (HayloftStore store = open(data())) {
            fillLittle(store);
            shard = encoded(store).get(0).shards().get(1).path();
            Files.move(shard, aside);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).hasSize(1);
            assertAllReadable(store);
        }
        Files.move(aside, shard);
        try (HayloftStore store = open(data())) {
            assertAllWhole(store);
        }
    }
}
