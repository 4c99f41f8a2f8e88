package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.RecordsCopy;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.Recovery;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is lost of the system partition or of the key takes nothing else with it: objects are there again with it. */
@Timeout(120)
class SystemLossTest {
    private static final BucketName PHOTOS = new BucketName("photos");
    private static final BucketName YOUNGER = new BucketName("younger");

    @TempDir
    Path root;

    private final SplittableRandom random = Seeds.random("loss of the system partition");
    private final Map<String, byte[]> known = new TreeMap<>();

    @BeforeEach
    void fillWhatIsToBeKept() throws IOException {
        Files.writeString(root.resolve("master.key"), randomKey());
        try (HayloftStore store = open()) {
            fill(store, PHOTOS);
        }
    }

    private String randomKey() {
        return Base64.getEncoder().encodeToString(bytes(32)) + "\n";
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private Path data() {
        return root.resolve("data");
    }

    private StoreConfig config() {
        return TestConfig.in(data())
                .encryption(new EncryptionConfig(Optional.of(root.resolve("master.key")), List.of()))
                .build();
    }

    private HayloftStore open() {
        return HayloftStore.open(config(), Clock.systemUTC());
    }

    /** An encrypted bucket in a sealed volume. */
    private void fill(HayloftStore store, BucketName bucket) {
        store.createBucket(bucket, BucketSettings.defaults(Durability.DISK).withEncrypt(true));
        for (int i = 0; i < 5; i++) {
            byte[] content = bytes(5000);
            Futures.await(store.put(PutRequest.of(bucket, ObjectKey.of("key-" + i)), ByteBuffer.wrap(content)));
            known.put(bucket + "/" + i, content);
        }
        TestJobs.run(store, JobRequest.Kind.SEAL);
    }

    private void check(HayloftStore store, BucketName bucket) {
        for (int i = 0; i < 5; i++) {
            try (StoredObject object =
                    store.read(bucket, ObjectKey.of("key-" + i)).orElseThrow()) {
                assertThat(StoreTest.bytes(object)).isEqualTo(known.get(bucket + "/" + i));
            }
        }
    }

    private Path copy() {
        return data().resolve("RECORDS");
    }

    private void checkOpens() {
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
        }
    }

    /** The system partition by itself. */
    private void withRecords(Consumer<SystemRecords> work) {
        try (DataFolder folder = DataFolder.open(data(), 1, Clock.systemUTC())) {
            StoreKey key = StoreKey.open(data(), false);
            Recovery.Context context = new Recovery.Context(
                    LastStop.UNKNOWN,
                    PartitionSettings.hasher(key),
                    Clock.systemUTC(),
                    PartitionSettings.unboundedVersions(Clock.systemUTC()),
                    Runnable::run);
            Partition system =
                    Recovery.open(PartitionSettings.systemConfig(config(), folder), context, bucketId -> true);
            try {
                work.accept(SystemRecords.open(system, new RecordsCopy(data(), key)));
            } finally {
                system.close();
            }
        }
    }

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

    @Test
    void open_withASystemFolderFromBeforeABucket_findsItInTheCopy() throws IOException {
        Path system = data().resolve("system");
        Path older = root.resolve("older");
        RecoveryTest.copyTree(system, older);
        try (HayloftStore store = open()) {
            fill(store, YOUNGER);
            store.updateBucket(PHOTOS, settings -> settings.withCompression("zstd"));
        }
        RecoveryTest.deleteTree(system);
        Files.move(older, system);
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
            check(store, YOUNGER);
            assertThat(store.findBucket(PHOTOS).orElseThrow().settings().compression())
                    .isEqualTo("zstd");
        }
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
            byte[] wrong = random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
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
}
