package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.format.NeedleFormat;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.testing.MovableClock;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small objects by the dictionary of their bucket, in every kind of bucket, whatever becomes of the store. */
@Timeout(120)
class DictionaryTest {
    private static final ObjectAttributes JSON = new ObjectAttributes("application/json", Map.of(), Map.of());
    private static final BucketName PLAIN = new BucketName("plain");
    private static final BucketName SECRET = new BucketName("secret");
    private static final BucketName KEEPING = new BucketName("keeping");
    private static final BucketName SHARING = new BucketName("sharing");
    private static final List<BucketName> ALL = List.of(PLAIN, SECRET, KEEPING, SHARING);
    private static final int ENTRIES = 400;
    private static final String CANARY = "canary-that-sings-in-every-entry";

    @TempDir
    Path root;

    private final SplittableRandom random = Seeds.random("dictionaries");
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T10:00:00Z"));
    private final Map<BucketName, Map<String, byte[]>> known = new TreeMap<>();

    private HayloftStore open(String folder) throws IOException {
        Path key = root.resolve("master.key");
        if (!Files.exists(key)) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            Files.writeString(key, Base64.getEncoder().encodeToString(bytes) + "\n");
        }
        StoreConfig config = TestConfig.in(root.resolve(folder))
                .volumeSizeBytes(1L << 20)
                .encryption(new EncryptionConfig(Optional.of(key), List.of()))
                .build();
        return HayloftStore.open(config, clock);
    }

    private byte[] entry() {
        String text =
                "{\"entry\":\"" + CANARY + "\",\"id\":" + random.nextInt() + ",\"place\":{\"barn\":\"north\",\"loft\":"
                        + random.nextInt(30) + ",\"shelf\":" + random.nextInt(9) + "},\"weightKilograms\":"
                        + random.nextInt(900) + ",\"tags\":[\"dry\",\"sweet\",\"second cut\"],\"note\":\""
                        + Long.toString(random.nextLong(), 36) + "\",\"checkedBy\":\"the keeper of the loft\"}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void createBuckets(HayloftStore store) {
        BucketSettings defaults = BucketSettings.defaults(Durability.MEMORY);
        store.createBucket(PLAIN, defaults);
        store.createBucket(SECRET, defaults.withCompression("zstd").withEncrypt(true));
        store.createBucket(KEEPING, DeduplicationTest.settings(false, true, "auto"));
        store.createBucket(SHARING, DeduplicationTest.settings(true, false, "auto"));
    }

    private void put(HayloftStore store, BucketName bucket, String key, byte[] content) {
        PutRequest request =
                new PutRequest(bucket, ObjectKey.of(key), JSON, WriteCondition.NONE, Optional.of(Durability.MEMORY));
        Futures.await(store.put(request, ByteBuffer.wrap(content)));
        known(bucket).put(key, content);
    }

    private Map<String, byte[]> known(BucketName bucket) {
        return known.computeIfAbsent(bucket, unused -> new TreeMap<>());
    }

    /** Waits until there is a dictionary made of what was put. */
    private void train(HayloftStore store) {
        store.sweepExpired();
        clock.advance(Duration.ofSeconds(61));
        store.sweepExpired();
    }

    /** Fills the buckets, lets each make a dictionary, and writes on by each way into a bucket. */
    private void fill(HayloftStore store) throws Exception {
        for (BucketName bucket : ALL) {
            for (int i = 0; i < ENTRIES; i++) {
                put(store, bucket, "early-" + i, entry());
            }
        }
        train(store);
        for (BucketName bucket : ALL) {
            for (int i = 0; i < 40; i++) {
                put(store, bucket, "late-" + i, entry());
            }
            put(store, bucket, "early-0", entry());
            put(
                    store,
                    bucket,
                    "large-enough-to-share",
                    (entry().length + " ").repeat(2000).getBytes(StandardCharsets.UTF_8));
            batch(store, bucket);
            records(store, bucket);
            verbs(store, bucket);
        }
    }

    private void batch(HayloftStore store, BucketName bucket) {
        List<BatchStep> steps = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            byte[] content = entry();
            known(bucket).put("batch-" + i, content);
            steps.add(new BatchStep.Put(
                    ObjectKey.of("batch-" + i), JSON, OptionalLong.empty(), ByteBuffer.wrap(content)));
        }
        Futures.await(store.verbs().batch(bucket, steps, Optional.empty()));
    }

    private void records(HayloftStore store, BucketName bucket) throws Exception {
        int records = 20;
        CompletableFuture<Long> done = new CompletableFuture<>();
        RecordStream.Listener listener = new RecordStream.Listener() {
            @Override
            public void acknowledged(long count) {
                if (count == records) {
                    done.complete(count);
                }
            }

            @Override
            public void failed(HayloftException reason, long count) {
                done.completeExceptionally(reason);
            }
        };
        RecordsRequest request = new RecordsRequest(bucket, Optional.of(Durability.MEMORY), Optional.empty(), 0);
        try (RecordStream stream = store.startRecords(request, listener)) {
            for (int i = 0; i < records; i++) {
                byte[] content = entry();
                known(bucket).put("record-" + i, content);
                stream.put(ObjectKey.of("record-" + i), JSON, ByteBuffer.wrap(content));
            }
            stream.flush();
            assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(records);
        }
    }

    private void verbs(HayloftStore store, BucketName bucket) {
        Map<String, byte[]> here = known(bucket);
        byte[] moved = entry();
        byte[] copied = entry();
        put(store, bucket, "late-0", moved);
        put(store, bucket, "late-1", copied);
        Futures.await(store.verbs().rename(RenameRequest.of(bucket, ObjectKey.of("late-0"), ObjectKey.of("renamed"))));
        here.put("renamed", moved);
        here.remove("late-0");
        Futures.await(store.verbs()
                .copy(CopyRequest.of(bucket, ObjectKey.of("late-1"), PLAIN, ObjectKey.of("copied-from-" + bucket))));
        known(PLAIN).put("copied-from-" + bucket, copied);
        Futures.await(store.delete(bucket, ObjectKey.of("late-2"), WriteCondition.NONE));
        here.remove("late-2");
    }

    private void compare(HayloftStore store) {
        known.forEach((bucket, objects) -> objects.forEach((key, content) -> {
            try (StoredObject object = store.read(bucket, ObjectKey.of(key)).orElseThrow()) {
                assertThat(StoreTest.bytes(object)).as("%s/%s", bucket, key).isEqualTo(content);
                assertThat(object.info().etag())
                        .isEqualTo(Sha256.of(ByteBuffer.wrap(content)).hex());
            }
        }));
    }

    private static int needlesByDictionary(HayloftStore store) {
        int[] count = new int[1];
        for (VolumeStatus volume : store.volumes()) {
            store.scanVolume(
                    volume.id(),
                    0,
                    frame -> frame.forEachNeedle(needle -> {
                        if (needle.coding().codec() == NeedleFormat.CODEC_ZSTD_DICTIONARY) {
                            count[0]++;
                        }
                    }));
        }
        return count[0];
    }

    @Test
    void read_ofObjectsByDictionary_givesWhatWasWrittenWhateverBecameOfTheStore() throws Exception {
        try (HayloftStore store = open("data")) {
            createBuckets(store);
            fill(store);
            for (BucketName bucket : ALL) {
                DictionaryStatistics dictionary =
                        store.statistics(bucket).dictionary().orElseThrow();
                assertThat(dictionary.version()).isEqualTo(1);
                assertThat(dictionary.gain()).as(bucket.value()).isGreaterThan(2);
            }
            assertThat(needlesByDictionary(store)).isGreaterThanOrEqualTo(70 * ALL.size());
            compare(store);
            RecoveryTest.copyTree(root.resolve("data"), root.resolve("killed"));
        }
        try (HayloftStore store = open("killed")) {
            compare(store);
        }
        Files.delete(root.resolve("data/RUN")); // As after a power cut: no view is trusted.
        try (HayloftStore store = open("data")) {
            compare(store);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            TestJobs.run(store, JobRequest.Kind.SCRUB);
            assertThat(needlesByDictionary(store)).isGreaterThanOrEqualTo(60 * ALL.size());
            compare(store);
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        new Restore(root.resolve("backup"), root.resolve("restored")).run(bytes -> {});
        try (HayloftStore store = open("restored")) {
            compare(store);
            assertThat(store.statistics(SECRET).dictionary()).isPresent();
        }
    }

    /** What was written before there was a dictionary is stored by it when it moves, and nothing else of it changes. */
    @Test
    void compaction_ofWhatIsOlderThanTheDictionary_storesItByThatAndChangesNothingElse() throws Exception {
        int deleted = 40;
        Map<String, ObjectInfo> before = new TreeMap<>();
        try (HayloftStore store = open("data")) {
            createBuckets(store);
            for (BucketName bucket : ALL) {
                for (int i = 0; i < ENTRIES; i++) {
                    put(store, bucket, "early-" + i, entry());
                }
            }
            train(store);
            store.updateBucket(SHARING, settings -> settings.withCompression("none"));
            for (BucketName bucket : ALL) {
                for (int i = 0; i < deleted; i++) {
                    Futures.await(store.delete(new DeleteRequest(
                            bucket, ObjectKey.of("early-" + i), new DeleteRequest.Target.All(), WriteCondition.NONE)));
                    known(bucket).remove("early-" + i);
                }
            }
            before.putAll(infos(store));
            long stored = store.statistics(SECRET).storedBytes();
            assertThat(needlesByDictionary(store)).isZero();
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            int recompressed = 3 * (ENTRIES - deleted);
            assertThat(needlesByDictionary(store)).isEqualTo(recompressed);
            assertThat(store.statistics(SECRET).storedBytes()).isLessThan(stored * 3 / 4);
            assertThat(store.jobs().figures())
                    .containsEntry("compaction_recompressed_total", (long) recompressed)
                    .hasEntrySatisfying("compaction_recompressed_saved_bytes_total", saved -> assertThat(saved)
                            .isGreaterThan(100L * recompressed));
            assertThat(infos(store)).isEqualTo(before);
            compare(store);
        }
        Files.delete(root.resolve("data/RUN")); // As after a power cut: no view is trusted.
        try (HayloftStore store = open("data")) {
            assertThat(infos(store)).isEqualTo(before);
            compare(store);
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            assertThat(infos(store)).isEqualTo(before);
            compare(store);
        }
    }

    private Map<String, ObjectInfo> infos(HayloftStore store) {
        Map<String, ObjectInfo> infos = new TreeMap<>();
        known.forEach((bucket, objects) -> objects.keySet().forEach(key -> {
            try (StoredObject object = store.read(bucket, ObjectKey.of(key)).orElseThrow()) {
                infos.put(bucket + "/" + key, object.info());
            }
        }));
        return infos;
    }

    @Test
    void tryRead_ofAnObjectByDictionary_waitsForNothingOnceItIsLoaded() throws Exception {
        try (HayloftStore store = open("data")) {
            createBuckets(store);
            fill(store);
        }
        try (HayloftStore store = open("data")) {
            store.tryRead(SECRET, ObjectKey.of("late-9"));
            store.sweepExpired();
            Awaitility.await()
                    .until(
                            () -> { // Until the page is in memory, whatever else the machine does.
                                store.read(SECRET, ObjectKey.of("late-9"))
                                        .orElseThrow()
                                        .close();
                                ReadAttempt attempt = store.tryRead(SECRET, ObjectKey.of("late-9"));
                                if (attempt instanceof ReadAttempt.Found found) {
                                    found.object().close();
                                    return true;
                                }
                                return false;
                            });
        }
    }

    /**
     * A dictionary is made of content, so that of an encrypted bucket is encrypted, and serves encrypted objects only.
     */
    @Test
    void dictionaryOfAnEncryptedBucket_isClearNowhereAndServesEncryptedObjectsOnly() throws Exception {
        try (HayloftStore store = open("data")) {
            createBuckets(store);
            for (int i = 0; i < ENTRIES; i++) {
                put(store, SECRET, "early-" + i, entry());
            }
            train(store);
            put(store, SECRET, "late", entry());
            assertThat(store.statistics(SECRET).dictionary()).isPresent();
            assertThat(needlesByDictionary(store)).isEqualTo(1);
        }
        assertThat(filesWithCanary()).isEmpty();
        try (HayloftStore store = open("data")) {
            store.updateBucket(SECRET, before -> before.withEncrypt(false));
            store.tryRead(SECRET, ObjectKey.of("late"));
            store.sweepExpired();
            put(store, SECRET, "clear", entry());
            assertThat(needlesByDictionary(store)).isEqualTo(1);
            store.updateBucket(SECRET, before -> before.withEncrypt(true));
            put(store, SECRET, "sealed", entry());
            assertThat(needlesByDictionary(store)).isEqualTo(2);
            compare(store);
            assertThat(filesWithCanary()).isEmpty();
            for (int i = 0; i < ENTRIES; i++) {
                put(store, PLAIN, "early-" + i, entry());
            }
            train(store);
            assertThat(store.statistics(PLAIN).dictionary()).isPresent();
            store.updateBucket(PLAIN, before -> before.withCompression("none"));
            put(store, PLAIN, "canary", entry());
        }
        // So the search would have found the object, and the dictionary.
        assertThat(filesWithCanary()).anyMatch(file -> file.startsWith(root.resolve("data/partitions")));
        assertThat(filesWithCanary()).anyMatch(file -> file.startsWith(root.resolve("data/system")));
    }

    private List<Path> filesWithCanary() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("data"))) {
            List<Path> found = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (bytes.contains(CANARY) || containsInBase64(bytes)) {
                    found.add(file);
                }
            }
            return found;
        }
    }

    /** As system records hold bytes: where the canary begins in its group of three is not known. */
    private static boolean containsInBase64(String bytes) {
        for (int shift = 0; shift < 3; shift++) {
            String word = CANARY.substring(shift, shift + (CANARY.length() - shift) / 3 * 3);
            if (bytes.contains(Base64.getEncoder().encodeToString(word.getBytes(StandardCharsets.UTF_8)))) {
                return true;
            }
        }
        return false;
    }

    @Test
    void deletedBucket_leavesNoDictionaryToTheNextOne() throws Exception {
        try (HayloftStore store = open("data")) {
            createBuckets(store);
            fill(store);
            store.deleteBucket(KEEPING, true);
            store.createBucket(KEEPING, BucketSettings.defaults(Durability.MEMORY));
            assertThat(store.statistics(KEEPING).dictionary()).isEmpty();
            known.remove(KEEPING);
            put(store, KEEPING, "anew", entry());
            compare(store);
        }
        try (HayloftStore store = open("data")) {
            assertThat(store.statistics(KEEPING).dictionary()).isEmpty();
            compare(store);
        }
    }

    @Test
    void open_withTheFactsLost_makesNoneInTheirPlace() throws Exception {
        Path folder = root.resolve("data");
        try (HayloftStore store = open("data")) {
            createBuckets(store);
            fill(store);
        }
        int plainId = 1;
        RecordDamage damage = RecordDamage.flip(folder, "dictionaries/" + plainId);
        Files.delete(folder.resolve("RECORDS")); // Else it would be put back.
        try (HayloftStore store = open("data")) {
            assertThatThrownBy(() -> store.read(PLAIN, ObjectKey.of("late-5"))
                            .map(StoreTest::bytes)
                            .orElseThrow())
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("dictionary");
            for (int i = 0; i < ENTRIES; i++) {
                put(store, PLAIN, "after-" + i, entry());
            }
            train(store);
        }
        damage.undo();
        try (HayloftStore store = open("data")) {
            compare(store);
        }
    }
}
