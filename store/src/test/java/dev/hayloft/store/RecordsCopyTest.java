package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.store.folder.RecordsCopy;
import dev.hayloft.store.folder.StoreKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the system partition has lost is put back from the second copy of its records, and nothing else. */
@Timeout(120)
final class RecordsCopyTest extends SystemCase {
    /** Each record that the store needs, and the index that leads to it or not. */
    @Test
    void open_withRecordsDamaged_putsThemBackFromTheirCopy() throws IOException {
        for (String name : List.of("bucket/photos", "counter/bucket-ids", "bucket-key/1")) {
            for (boolean withoutViews : List.of(false, true)) {
                RecordDamage.flip(data(), name);
                if (withoutViews) {
                    Files.delete(data().resolve("RUN"));
                    RecoveryTest.deleteTree(data().resolve("system/directory"));
                }
                checkOpens();
                Files.delete(copy());
                checkOpens(); // It stands in the log again, and in a new copy.
            }
        }
    }

    @Test
    void open_withoutTheSystemFolder_makesItAnewFromTheCopy() throws IOException {
        try (HayloftStore store = open()) {
            fill(store, YOUNGER);
            store.createBucket(new BucketName("gone"), BucketSettings.defaults(Durability.DISK));
            store.deleteBucket(new BucketName("gone"), true);
            store.records().write("note", Map.of("text", "kept"));
        }
        RecoveryTest.deleteTree(data().resolve("system"));
        for (int start = 0; start < 2; start++) {
            try (HayloftStore store = open()) {
                check(store, PHOTOS);
                check(store, YOUNGER);
                assertThat(store.buckets()).extracting(Bucket::name).containsExactly(PHOTOS, YOUNGER);
                assertThat(store.records().read("note")).contains(Map.of("text", "kept"));
            }
        }
    }

    private void changeAll(HayloftStore store) {
        store.updateBucket(PHOTOS, settings -> settings.withCompression("zstd"));
        fill(store, YOUNGER);
    }

    /** With an older system folder in the place of the newest. */
    private void checkFindsWhatIsNewer(Path older) throws IOException {
        RecoveryTest.deleteTree(data().resolve("system"));
        Files.move(older, data().resolve("system"));
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            check(store, YOUNGER);
            assertThat(store.findBucket(PHOTOS).orElseThrow().settings().compression())
                    .isEqualTo("zstd");
        }
    }

    @Test
    void open_withASystemFolderFromBeforeABucket_findsItInTheCopy() throws IOException {
        Path system = data().resolve("system");
        Path older = root.resolve("older");
        RecoveryTest.copyTree(system, older);
        try (HayloftStore store = open()) {
            changeAll(store);
        }
        checkFindsWhatIsNewer(older);
    }

    /** Volumes of the new system folder have the numbers of the old one's, and other content. */
    @Test
    void backup_afterTheSystemFolderWasMadeAnew_takesNothingForCopiedBefore() throws IOException {
        try (HayloftStore store = open()) {
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        RecoveryTest.deleteTree(data().resolve("system"));
        try (HayloftStore store = open()) {
            fill(store, YOUNGER);
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        RecoveryTest.deleteTree(data());
        new Restore(root.resolve("backup"), data()).run(bytes -> {});
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            check(store, YOUNGER);
        }
    }

    /** One that was cut or changed anywhere says nothing, and is written anew. */
    @Test
    void open_withADamagedCopy_doesNotBelieveIt() throws IOException {
        byte[] whole = Files.readAllBytes(copy());
        RecordDamage damage = RecordDamage.flip(data(), "bucket/photos");
        for (int i = 0; i < 10; i++) {
            byte[] wrong =
                    random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length - 1)) : whole.clone();
            if (wrong.length == whole.length) {
                wrong[random.nextInt(wrong.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(copy(), wrong);
            assertThatThrownBy(this::open).hasMessageContaining("record: \"bucket/photos\"");
        }
        damage.undo();
        checkOpens();
        RecoveryTest.deleteTree(data().resolve("system"));
        checkOpens();
    }

    @Test
    void repair_ofARunningStore_putsRecordsBack() throws IOException {
        try (HayloftStore store = open()) {
            RecordDamage.flip(data(), "bucket/photos");
            assertThat(TestJobs.run(store, JobRequest.Kind.REPAIR).result().orElseThrow())
                    .containsEntry("records", 1L);
            assertThat(TestJobs.run(store, JobRequest.Kind.REPAIR).result().orElseThrow())
                    .doesNotContainKey("records");
        }
        Files.delete(copy());
        checkOpens();
    }

    /** A change that comes while a damaged record is being put back is not undone. */
    @Test
    void restore_ofARecordThatWasChangedMeanwhile_keepsTheChange() throws IOException {
        withRecords(records -> {
            CorruptionException lost = new CorruptionException("as if it could not be read");
            records.write("note", Map.of("text", "first"));
            records.keeper().settleIfPossible();
            records.write("note", Map.of("text", "second"));
            assertThat(records.keeper().restore("note", lost))
                    .hasValueSatisfying(record -> assertThat(record.text()).isEqualTo("text=second\n"));
            records.delete("note");
            assertThat(records.keeper().restore("note", lost)).isEmpty();
            assertThat(records.read("note")).isEmpty();
        });
    }

    /** While something is lost, a start takes what it does not find for lost: unless it was deleted. */
    @Test
    void open_afterADeletionBesideDamage_andAKill_doesNotBringItBack() throws IOException {
        BucketName gone = new BucketName("gone");
        try (HayloftStore store = open()) {
            store.createBucket(gone, BucketSettings.defaults(Durability.DISK));
        }
        RecordDamage.flip(data(), "bucket/photos");
        Path killed = root.resolve("killed");
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            store.deleteBucket(gone, true);
            RecoveryTest.copyTree(data(), killed);
        }
        RecoveryTest.deleteTree(data());
        Files.move(killed, data());
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            assertThat(store.findBucket(gone)).isEmpty();
        }
    }

    /** The folder's log counts on from where it was when it was copied, far beyond the one that was made anew. */
    @Test
    void open_withTheFolderFromBeforeOneThatWasMadeAnew_takesWhatIsNewer() throws IOException {
        Path system = data().resolve("system");
        Path older = root.resolve("older");
        try (HayloftStore store = open()) {
            for (int i = 0; i < 100; i++) {
                store.records().write("count", Map.of("value", Integer.toString(i)));
            }
        }
        RecoveryTest.copyTree(system, older);
        RecoveryTest.deleteTree(system);
        try (HayloftStore store = open()) {
            changeAll(store);
        }
        checkFindsWhatIsNewer(older);
    }

    /** With the copy nothing is in doubt: what belongs to no bucket is garbage. */
    @Test
    void open_besideDamageThatTookNothing_finishesDeletions() throws IOException {
        withRecords(records -> {
            records.write("note", Map.of("text", "to be damaged"));
            records.write("deleting/1", Map.of());
            records.delete("bucket/photos");
            records.keeper().settleIfPossible();
        });
        RecordDamage.flip(data(), "note");
        Files.delete(data().resolve("RUN"));
        RecoveryTest.deleteTree(data().resolve("system/directory"));
        try (HayloftStore store = open()) {
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            assertThat(store.volumes())
                    .allSatisfy(volume -> assertThat(volume.liveBytes()).isZero());
        }
        withRecords(records -> {
            assertThat(records.readAll("deleting/")).isEmpty();
            assertThat(records.readAll("bucket-key/")).isEmpty();
            assertThat(records.readAll("note")).hasSize(1);
        });
    }

    /** What was put back is younger than the copy: that the rest is missing must be known otherwise. */
    @Test
    void open_afterAnotherThatWasKilledWhileItPutRecordsBack_goesOn() throws IOException {
        byte[] copied = Files.readAllBytes(copy());
        withRecords(records -> {
            records.write("restoring", Map.of("version", "1"));
            records.delete("bucket/photos");
            records.delete("bucket-key/1");
        });
        Files.delete(copy());
        assertThatThrownBy(this::open).hasMessageContaining("RECORDS");
        Files.write(copy(), copied);
        checkOpens();
        withRecords(records -> assertThat(records.names("restoring")).isEmpty());
        Files.delete(copy());
        checkOpens();
    }

    @Test
    void close_withoutRoomForTheCopy_isCleanAllTheSame() throws IOException {
        byte[] before = Files.readAllBytes(copy());
        try (HayloftStore store = open()) {
            Files.createDirectories(data().resolve("RECORDS.tmp/in the way"));
            store.createBucket(YOUNGER, BucketSettings.defaults(Durability.DISK));
        }
        assertThat(data().resolve("RUN")).content().contains("state=clean");
        assertThat(copy()).hasBinaryContent(before);
        RecoveryTest.deleteTree(data().resolve("RECORDS.tmp"));
        checkOpens();
        RecoveryTest.deleteTree(data().resolve("system"));
        try (HayloftStore store = open()) {
            assertThat(store.findBucket(YOUNGER)).isPresent();
            check(store, PHOTOS);
        }
    }

    /** While others make buckets, each copy knows a bucket together with its number and its key. */
    @Test
    void copy_takenBesideChanges_isNeverTorn() throws Exception {
        withRecords(records -> {
            Thread writer = new Thread(() -> {
                for (int i = 10; i < 200; i++) {
                    String id = Integer.toString(i);
                    records.together(() -> {
                        records.write("counter/bucket-ids", Map.of("last", id));
                        records.write("bucket-key/" + id, Map.of("n", id));
                        records.write("bucket/b" + id, Map.of("n", id));
                    });
                }
            });
            writer.start();
            int copies = 0;
            while (writer.isAlive()) {
                records.keeper().settleIfPossible();
                Map<String, String> found = new TreeMap<>();
                new RecordsCopy(data(), StoreKey.open(data(), false), 0)
                        .forEach((name, version, text) -> found.put(name, text));
                int last = Integer.parseInt(
                        found.getOrDefault("counter/bucket-ids", "").replaceAll("\\D", ""));
                for (int i = 10; i <= last; i++) {
                    assertThat(found).containsKeys("bucket/b" + i, "bucket-key/" + i);
                }
                assertThat(found).doesNotContainKeys("bucket/b" + (last + 1), "bucket-key/" + (last + 1));
                copies++;
            }
            assertThat(copies).isGreaterThan(3);
        });
    }
}
