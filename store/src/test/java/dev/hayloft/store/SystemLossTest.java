package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.backup.Restore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is lost of the system partition or of the key takes nothing else with it: objects are there again with it. */
@Timeout(120)
final class SystemLossTest extends SystemCase {
    @Test
    void open_withABucketsRecordLost_isRefusedAndNamesIt() throws IOException {
        Files.delete(copy());
        RecordDamage damage = RecordDamage.flip(data(), "bucket/photos");
        Files.delete(data().resolve("RUN"));
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("record: \"bucket/photos\"");
        damage.undo();
        checkOpens();
    }

    @Test
    void open_withTheSystemFolderOfABackup_findsEverything() throws IOException {
        try (HayloftStore store = open()) {
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        new Restore(root.resolve("backup"), root.resolve("restored")).run(bytes -> {});
        Files.delete(copy());
        RecordDamage.flip(data(), "bucket/photos");
        assertThatThrownBy(this::open).hasMessageContaining("record: \"bucket/photos\"");
        RecoveryTest.deleteTree(data().resolve("system"));
        Files.move(root.resolve("restored/system"), data().resolve("system"));
        checkOpens();
    }

    @Test
    void open_withTheCounterOfBucketsLost_isRefusedAndNamesIt() throws IOException {
        Files.delete(copy());
        RecordDamage damage = RecordDamage.flip(data(), "counter/bucket-ids");
        Files.delete(data().resolve("RUN"));
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("record: \"counter/bucket-ids\"");
        damage.undo();
        checkOpens();
    }

    @Test
    void compaction_whileABucketsRecordMayBeLost_keepsItsObjectsAndItsKey() throws IOException {
        Files.delete(copy());
        RecordDamage damage = RecordDamage.flip(data(), "bucket/photos");
        Files.delete(data().resolve("RUN"));
        RecoveryTest.deleteTree(data().resolve("system/directory"));
        for (int start = 0; start < 2; start++) { // The second one knows nothing of the damage.
            try (HayloftStore store = open()) {
                assertThat(store.findBucket(PHOTOS)).isEmpty();
                TestJobs.run(store, new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.of("0-0"), false));
                TestJobs.run(store, JobRequest.Kind.COMPACT);
            }
        }
        damage.undo();
        Files.delete(data().resolve("RUN"));
        RecoveryTest.deleteTree(data().resolve("system/directory")); // It was made without the record.
        checkOpens();
    }

    @Test
    void open_withTheKeyOfAnotherStore_isRefusedAndChangesNothing() throws IOException {
        Path file = data().resolve("store.key");
        String right = Files.readString(file);
        for (String wrong : List.of(randomKey(), (right.charAt(0) == 'Q' ? "R" : "Q") + right.substring(1))) {
            Files.writeString(file, wrong);
            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreClosedException.class)
                    .hasMessageContaining("the file of another store");
        }
        Files.writeString(file, right);
        checkOpens();
    }

    @Test
    void open_ofAStoreThatDoesNotKnowItsKey_learnsItOnceItHasProvedRight() throws IOException {
        Path store = data().resolve("STORE");
        Path file = data().resolve("store.key");
        String right = Files.readString(file);
        String whole = Files.readString(store);
        assertThat(whole).contains("\nkeyCheck=");
        Files.writeString(store, whole.replaceAll("keyCheck=.*\n", ""));
        Files.writeString(file, randomKey());
        assertThatThrownBy(this::open).isInstanceOf(CorruptionException.class).hasMessageContaining("store.key");
        assertThat(store).content().doesNotContain("keyCheck");
        Files.writeString(file, right);
        checkOpens(); // Not after a clean stop: what it finds might be made by the key itself.
        assertThat(store).content().doesNotContain("keyCheck");
        checkOpens();
        assertThat(store).hasContent(whole);
    }

    @Test
    void open_withoutTheSystemFolder_isRefusedAndChangesNothing() throws IOException {
        Files.delete(copy());
        Path system = data().resolve("system");
        Path away = root.resolve("away");
        Files.move(system, away);
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("is missing or empty");
        Files.createDirectories(system.resolve("log"));
        assertThatThrownBy(this::open).hasMessageContaining("is missing or empty");
        RecoveryTest.deleteTree(system);
        Files.move(away, system);
        checkOpens();
    }

    @Test
    void open_withASystemFolderFromBeforeABucket_isRefusedAndKeepsIt() throws IOException {
        Path system = data().resolve("system");
        Path older = root.resolve("older");
        Path newest = root.resolve("newest");
        RecoveryTest.copyTree(system, older);
        try (HayloftStore store = open()) {
            fill(store, YOUNGER);
        }
        Files.move(system, newest);
        Files.move(older, system);
        Files.delete(copy());
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("bucketId: 2, lastKnownId: 1");
        RecoveryTest.deleteTree(system);
        Files.move(newest, system);
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            check(store, YOUNGER);
        }
    }

    @Test
    void open_afterADeletionThatWasCutOff_finishesIt() {
        withRecords(records -> {
            records.write("deleting/1", Map.of());
            records.delete("bucket/photos");
        });
        try (HayloftStore store = open()) {
            assertThat(store.findBucket(PHOTOS)).isEmpty();
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            assertThat(store.volumes())
                    .allSatisfy(volume -> assertThat(volume.liveBytes()).isZero());
        }
        withRecords(records -> {
            assertThat(records.readAll("deleting/")).isEmpty();
            assertThat(records.readAll("bucket-key/")).isEmpty();
        });
    }

    @Test
    void open_withAJobsRecordDamaged_goesOnWithoutIt() throws IOException {
        RecordDamage.flip(data(), "job/1");
        try (HayloftStore store = open()) {
            assertThat(store.jobs().list()).isEmpty();
            check(store, PHOTOS);
        }
    }

    @Test
    void open_withTheReservationOfVersionsDamaged_goesOnWithoutIt() throws IOException {
        RecordDamage.flip(data(), "counter/versions");
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            fill(store, YOUNGER);
            check(store, YOUNGER);
        }
    }
}
