package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.Seeds;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encoding, reading through damage, scrubbing and repair of a real store on real files. */
@Timeout(120)
class UpkeepTest {
    private static final BucketName HAY = new BucketName("hay");
    private static final int DATA_SHARDS = 4;
    private static final int PARITY_SHARDS = 2;

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random("UpkeepTest");
    private final Map<String, byte[]> model = new TreeMap<>();
    private final List<Path> disks = new ArrayList<>();

    private HayloftStore open(Path data) {
        return HayloftStore.open(
                TestConfig.in(data)
                        .partitions(2)
                        .volumeSizeBytes(1L << 20)
                        .durability(Durability.DISK)
                        .parity(new ParityConfig(
                                false,
                                DATA_SHARDS,
                                PARITY_SHARDS,
                                Duration.ofHours(1),
                                1L << 40,
                                Duration.ofDays(7),
                                1L << 40,
                                disks))
                        .build(),
                Clock.systemUTC());
    }

    private Path data() {
        return folder.resolve("data");
    }

    private void put(ObjectStore store, String key, int size) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        if (size > ObjectStore.EXTENT_SIZE) {
            try (Upload upload = store.startUpload(PutRequest.of(HAY, ObjectKey.of(key)))) {
                for (int at = 0; at < size; at += ObjectStore.EXTENT_SIZE) {
                    int length = Math.min(ObjectStore.EXTENT_SIZE, size - at);
                    Futures.await(upload.write(ByteBuffer.wrap(content, at, length)));
                }
                Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(content))));
            }
        } else {
            Futures.await(store.put(PutRequest.of(HAY, ObjectKey.of(key)), ByteBuffer.wrap(content)));
        }
        model.put(key, content);
    }

    /** Fills a few volumes with objects of many sizes, seals them and gives them parity. */
    private void fill(HayloftStore store) {
        store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
        for (int i = 0; i < 300; i++) {
            put(store, "small/" + i, random.nextInt(20_000));
        }
        put(store, "large", (2 << 20) + 12_345);
        run(store, JobRequest.Kind.SEAL);
        SortedMap<String, Object> result = run(store, JobRequest.Kind.ENCODE);
        assertThat((Long) result.get("volumes")).isGreaterThanOrEqualTo(4);
        assertThat(result).containsEntry("refused", List.of());
    }

    private static SortedMap<String, Object> run(HayloftStore store, JobRequest.Kind kind) {
        Job job = store.jobs().submit(new JobRequest(kind, Optional.empty(), true));
        Awaitility.await()
                .atMost(Duration.ofSeconds(100))
                .until(() ->
                        store.jobs().find(job.id()).orElseThrow().finishedAt().isPresent());
        Job ended = store.jobs().find(job.id()).orElseThrow();
        assertThat(ended.error()).isEmpty();
        return ended.result().orElseThrow();
    }

    private static byte[] read(ObjectStore store, String key) {
        try (StoredObject object = store.read(HAY, ObjectKey.of(key)).orElseThrow()) {
            byte[] content = new byte[(int) object.info().sizeBytes()];
            int at = 0;
            while (at < content.length) {
                ByteBuffer piece = object.read(at, content.length - at);
                int length = piece.remaining();
                piece.get(content, at, length);
                at += length;
            }
            return content;
        }
    }

    private void assertAllReadable(ObjectStore store) {
        model.forEach((key, content) -> assertThat(read(store, key)).as(key).isEqualTo(content));
    }

    private static List<VolumeStatus> encoded(HayloftStore store) {
        return store.volumes().stream()
                .filter(volume -> volume.shards().size() > 1)
                .toList();
    }

    private void damage(VolumeStatus.Shard shard, boolean ownsFile) throws IOException {
        if (shard.length() == 0) {
            return;
        }
        long at = shard.offset() + random.nextLong(shard.length());
        if (!ownsFile) {
            if (random.nextBoolean()) {
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            } else {
                FileDamage.flip(shard.path(), at, random.nextInt(8));
            }
            return;
        }
        switch (random.nextInt(3)) {
            case 0 -> Files.delete(shard.path());
            case 1 -> FileDamage.cut(shard.path(), at);
            default -> FileDamage.flip(shard.path(), at, random.nextInt(8));
        }
    }

    /** Up to as many shards of each volume as parity makes up for; answers how many. */
    private int damageShards(HayloftStore store) throws IOException {
        int count = 0;
        for (VolumeStatus volume : encoded(store)) {
            Set<Integer> hit = new HashSet<>();
            for (int i = random.nextInt(PARITY_SHARDS + 1); i > 0; i--) {
                hit.add(random.nextInt(DATA_SHARDS + PARITY_SHARDS));
            }
            for (int index : hit) {
                VolumeStatus.Shard shard = volume.shards().get(index);
                damage(shard, !shard.path().equals(volume.path()));
            }
            count += hit.size();
        }
        return count;
    }

    private static void assertAllWhole(HayloftStore store) {
        for (VolumeStatus volume : encoded(store)) {
            assertThat(volume.state()).as(volume.toString()).isEqualTo(VolumeStatus.State.ENCODED);
            assertThat(volume.shards())
                    .allSatisfy(shard -> assertThat(shard.state()).isEqualTo(VolumeStatus.ShardState.OK));
        }
    }

    @Test
    void encoded_onOneDisk_survivesAnyDamageThatParityCovers() throws IOException {
        survives();
    }

    @Test
    void encoded_onSixDisks_survivesAnyDamageThatParityCovers() throws IOException {
        for (int i = 1; i < DATA_SHARDS + PARITY_SHARDS; i++) {
            disks.add(folder.resolve("disk-" + i));
        }
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

    @SuppressWarnings("unchecked") // What the job's result is documented to hold.
    private static List<Map<String, Object>> damaged(SortedMap<String, Object> result) {
        return (List<Map<String, Object>>) result.getOrDefault("damaged", List.of());
    }

    @Test
    void lostDisk_isReadThroughAndFilledAgain() throws IOException {
        for (int i = 1; i < DATA_SHARDS + PARITY_SHARDS; i++) {
            disks.add(folder.resolve("disk-" + i));
        }
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

    private void delete(ObjectStore store, String key) {
        Futures.await(store.delete(HAY, ObjectKey.of(key), WriteCondition.NONE));
        model.remove(key);
    }

    private void deleteTwoOfThree(HayloftStore store) {
        for (int i = 0; i < 300; i++) {
            if (i % 3 != 0) {
                delete(store, "small/" + i);
            }
        }
    }

    private void assertAllGone(ObjectStore store) {
        for (int i = 0; i < 300; i++) {
            if (i % 3 != 0) {
                assertThat(store.read(HAY, ObjectKey.of("small/" + i))).isEmpty();
            }
        }
    }

    private int shardFiles(VolumeStatus volume) {
        return (int) volume.shards().stream()
                .filter(shard -> !shard.path().equals(volume.path()))
                .count();
    }

    private List<Path> shardFiles() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".shard")).toList();
        }
    }

    @Test
    void compaction_ofEncodedVolumesOnOneDisk_movesWhatLives() throws IOException {
        compactsThroughDamage();
    }

    @Test
    void compaction_ofEncodedVolumesOnSixDisks_movesWhatLives() throws IOException {
        for (int i = 1; i < DATA_SHARDS + PARITY_SHARDS; i++) {
            disks.add(folder.resolve("disk-" + i));
        }
        compactsThroughDamage();
    }

    /** What is damaged is made again on its way; of the volumes and their shards nothing is left. */
    private void compactsThroughDamage() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            deleteTwoOfThree(store);
            for (VolumeStatus volume : encoded(store)) { // Nothing is known of it when compaction comes.
                damageShards(volume, random.nextInt(PARITY_SHARDS + 1));
            }
            assertThat(shardFiles()).isNotEmpty();
            SortedMap<String, Object> result = run(store, JobRequest.Kind.COMPACT);
            assertThat(result).containsEntry("refused", List.of());
            assertThat((Long) result.get("volumes")).isGreaterThanOrEqualTo(4);
            assertThat(encoded(store).stream()
                            .filter(volume -> volume.deadBytes() > 0)
                            .toList())
                    .isEmpty();
            assertThat(shardFiles())
                    .hasSize(encoded(store).stream().mapToInt(this::shardFiles).sum());
            run(store, JobRequest.Kind.REPAIR); // Volumes of which nothing was dead.
            assertAllReadable(store);
            assertAllGone(store);
            SortedMap<String, Object> scrubbed = run(store, JobRequest.Kind.SCRUB);
            assertThat(damaged(scrubbed)).isEmpty();
            assertThat(scrubbed).containsEntry("indexMissing", List.of()).containsEntry("indexOrphans", 0L);
        }
        for (String view : List.of("partitions/0/index", "partitions/1/index")) {
            for (Path root : roots()) {
                TempFolders.delete(root.resolve(view));
            }
        }
        try (HayloftStore store = open(data())) {
            assertAllReadable(store);
            assertAllGone(store);
        }
    }

    private List<Path> roots() {
        List<Path> roots = new ArrayList<>(disks);
        roots.add(data());
        return roots;
    }

    /** The same column of so many data shards. */
    private static void damageShards(VolumeStatus volume, int count) throws IOException {
        for (int index = 0; index < count; index++) {
            VolumeStatus.Shard shard = volume.shards().get(index);
            if (Files.exists(shard.path())) {
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            }
        }
    }

    @Test
    void compaction_ofAVolumeDamagedBeyondParity_leavesItAndDoesTheOthers() throws IOException {
        String lost;
        Set<String> unreadable = new HashSet<>();
        try (HayloftStore store = open(data())) {
            fill(store);
            deleteTwoOfThree(store);
            VolumeStatus volume = encoded(store).get(0);
            lost = volume.id();
            damageShards(volume, PARITY_SHARDS + 1);
            SortedMap<String, Object> result = run(store, JobRequest.Kind.COMPACT);
            assertThat(result).containsEntry("refused", List.of(lost));
            assertThat((Long) result.get("volumes")).isGreaterThanOrEqualTo(2);
            assertThat(encoded(store).stream().map(VolumeStatus::id)).contains(lost);
            assertThat(run(store, JobRequest.Kind.COMPACT)).containsEntry("refused", List.of());
            model.forEach((key, content) -> {
                try {
                    assertThat(read(store, key)).isEqualTo(content);
                } catch (CorruptionException named) {
                    unreadable.add(key);
                }
            });
            SortedMap<String, Object> scrubbed = run(store, JobRequest.Kind.SCRUB);
            assertThat(keys(scrubbed.get("lost"))).isEqualTo(unreadable);
            assertAllGone(store);
        }
        assertThat(unreadable).isNotEmpty();
        try (HayloftStore store = open(data())) {
            for (String key : unreadable) {
                assertThatThrownBy(() -> read(store, key)).isInstanceOf(CorruptionException.class);
            }
        }
    }

    private static Set<String> keys(@org.jspecify.annotations.Nullable Object named) {
        Set<String> keys = new HashSet<>();
        for (Object entry : named instanceof List<?> list ? list : List.of()) {
            keys.add(String.valueOf(((Map<?, ?>) entry).get("key")));
        }
        return keys;
    }

    @Test
    void backup_ofVolumesThatExistAsShardsAlone_holdsThemWhole() throws IOException {
        for (int i = 1; i < DATA_SHARDS + PARITY_SHARDS; i++) {
            disks.add(folder.resolve("disk-" + i));
        }
        Path backup = folder.resolve("backup");
        try (HayloftStore store = open(data())) {
            fill(store);
            damageShards(store);
            Job job = store.jobs()
                    .submit(new JobRequest(
                            JobRequest.Kind.BACKUP,
                            Optional.empty(),
                            Optional.empty(),
                            false,
                            false,
                            Optional.of(backup.toString())));
            Awaitility.await().atMost(Duration.ofSeconds(100)).until(() -> store.jobs()
                    .find(job.id())
                    .orElseThrow()
                    .finishedAt()
                    .isPresent());
            Job ended = store.jobs().find(job.id()).orElseThrow();
            assertThat(ended.error()).isEmpty();
            assertThat(ended.result().orElseThrow()).containsEntry("lostBytes", 0L);
        }
        assertThat(Backup.verify(backup)).isEmpty();
        Path restored = folder.resolve("restored");
        new Restore(backup, restored).run(bytes -> {});
        disks.clear();
        try (HayloftStore store = open(restored)) {
            assertAllReadable(store);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
            run(store, JobRequest.Kind.ENCODE);
            assertAllWhole(store);
        }
    }

    @Test
    void scrub_thatIsCutOff_goesOnBehindWhatItHadRead() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
        }
        String id;
        try (HayloftStore store = HayloftStore.open(slowly(data()), Clock.systemUTC())) {
            id = store.jobs()
                    .submit(new JobRequest(JobRequest.Kind.SCRUB, Optional.empty(), true))
                    .id();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(100))
                    .until(() -> store.jobs().find(id).orElseThrow().bytesDone() > 3 << 20);
        }
        try (HayloftStore store = open(data())) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(100))
                    .until(() ->
                            store.jobs().find(id).orElseThrow().finishedAt().isPresent());
            Job job = store.jobs().find(id).orElseThrow();
            long checked = (Long) job.result().orElseThrow().getOrDefault("checkedBytes", 0L);
            long all = (Long) run(store, JobRequest.Kind.SCRUB).getOrDefault("checkedBytes", 0L);
            assertThat(job.bytesDone()).isLessThan(all - (1 << 20));
            assertThat(checked).isGreaterThanOrEqualTo(all - (1 << 20));
        }
    }

    /** With a scrubber that takes half a minute. */
    private StoreConfig slowly(Path data) {
        return TestConfig.in(data)
                .partitions(2)
                .volumeSizeBytes(1L << 20)
                .durability(Durability.DISK)
                .parity(new ParityConfig(
                        false,
                        DATA_SHARDS,
                        PARITY_SHARDS,
                        Duration.ofHours(1),
                        1L << 40,
                        Duration.ofDays(7),
                        1L << 19,
                        disks))
                .build();
    }
}
