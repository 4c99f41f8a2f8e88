package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.Seeds;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/** A real store on real files, encoded, and ways to damage it. */
abstract class UpkeepCase {
    static final BucketName HAY = new BucketName("hay");
    static final int DATA_SHARDS = 4;
    static final int PARITY_SHARDS = 2;

    @TempDir
    Path folder;

    final SplittableRandom random = Seeds.random(getClass().getSimpleName());
    final Map<String, byte[]> model = new TreeMap<>();
    final List<Path> disks = new ArrayList<>();
    long reserveBytes;

    HayloftStore open(Path data) {
        return HayloftStore.open(
                TestConfig.in(data)
                        .partitions(2)
                        .volumeSizeBytes(1L << 20)
                        .durability(Durability.DISK)
                        .reserveBytes(reserveBytes)
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

    Path data() {
        return folder.resolve("data");
    }

    void put(ObjectStore store, String key, int size) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        put(store, key, content);
    }

    void put(ObjectStore store, String key, byte[] content) {
        int size = content.length;
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
    void fill(HayloftStore store) {
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

    /** Fills a few volumes with small objects and seals them; they get no parity. */
    List<VolumeStatus> fillSealed(HayloftStore store) {
        store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
        for (int i = 0; i < 200; i++) {
            put(store, "small/" + i, 20_000);
        }
        run(store, JobRequest.Kind.SEAL);
        return store.volumes().stream()
                .filter(volume -> volume.state() == VolumeStatus.State.SEALED && volume.needles() > 0)
                .toList();
    }

    static SortedMap<String, Object> run(HayloftStore store, JobRequest.Kind kind) {
        Job job = store.jobs().submit(new JobRequest(kind, Optional.empty(), true));
        Awaitility.await()
                .atMost(Duration.ofSeconds(100))
                .until(() ->
                        store.jobs().find(job.id()).orElseThrow().finishedAt().isPresent());
        Job ended = store.jobs().find(job.id()).orElseThrow();
        assertThat(ended.error()).isEmpty();
        return ended.result().orElseThrow();
    }

    static byte[] read(ObjectStore store, String key) {
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

    void assertAllReadable(ObjectStore store) {
        model.forEach((key, content) -> assertThat(read(store, key)).as(key).isEqualTo(content));
    }

    static List<VolumeStatus> encoded(HayloftStore store) {
        return store.volumes().stream()
                .filter(volume -> volume.shards().size() > 1)
                .toList();
    }

    void damage(VolumeStatus.Shard shard, boolean ownsFile) throws IOException {
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
    int damageShards(HayloftStore store) throws IOException {
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

    static void assertAllWhole(HayloftStore store) {
        for (VolumeStatus volume : encoded(store)) {
            assertThat(volume.state()).as(volume.toString()).isEqualTo(VolumeStatus.State.ENCODED);
            assertThat(volume.shards())
                    .allSatisfy(shard -> assertThat(shard.state()).isEqualTo(VolumeStatus.ShardState.OK));
        }
    }

    @SuppressWarnings("unchecked") // What the job's result is documented to hold.
    static List<Map<String, Object>> damaged(SortedMap<String, Object> result) {
        return (List<Map<String, Object>>) result.getOrDefault("damaged", List.of());
    }

    void delete(ObjectStore store, String key) {
        Futures.await(store.delete(HAY, ObjectKey.of(key), WriteCondition.NONE));
        model.remove(key);
    }

    void deleteTwoOfThree(HayloftStore store) {
        for (int i = 0; i < 300; i++) {
            if (i % 3 != 0) {
                delete(store, "small/" + i);
            }
        }
    }

    void assertAllGone(ObjectStore store) {
        for (int i = 0; i < 300; i++) {
            if (i % 3 != 0) {
                assertThat(store.read(HAY, ObjectKey.of("small/" + i))).isEmpty();
            }
        }
    }

    /** As many disks as there are shards. */
    void onSixDisks() {
        for (int i = 1; i < DATA_SHARDS + PARITY_SHARDS; i++) {
            disks.add(folder.resolve("disk-" + i));
        }
    }
}
