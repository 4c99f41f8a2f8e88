package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.TestConfig;
import dev.hayloft.store.TestJobs;
import dev.hayloft.store.Upload;
import dev.hayloft.store.VolumeStatus;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.folder.RunMark;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that dies while it sends an index entry to a moved needle leaves an entry that is neither the old nor the
 * new one. The moment is too short to be met by killing; here an entry is damaged in a copy of the folder.
 */
@Timeout(120)
class KilledMoveTest {
    private static final BucketName BUCKET = new BucketName("hay");
    private static final int COUNT = 200;

    @TempDir
    Path folder;

    private static StoreConfig config(Path data) {
        return TestConfig.in(data).volumeSizeBytes(1L << 20).build();
    }

    private static void fill(HayloftStore store) {
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        for (int i = 0; i < COUNT; i++) {
            store.put(PutRequest.of(BUCKET, key(i)), ByteBuffer.allocate(5000).putInt(0, i))
                    .toCompletableFuture()
                    .join();
        }
        ByteBuffer content = ByteBuffer.allocate(3 * ObjectStore.EXTENT_SIZE).putInt(0, -1);
        try (Upload upload = store.startUpload(PutRequest.of(BUCKET, key(COUNT)))) {
            for (int i = 0; i < 3; i++) {
                upload.write(content.slice(i * ObjectStore.EXTENT_SIZE, ObjectStore.EXTENT_SIZE))
                        .toCompletableFuture()
                        .join();
            }
            upload.commit(Sha256.of(content.duplicate())).toCompletableFuture().join();
        }
        for (int i = 0; i < COUNT; i += 3) {
            store.delete(BUCKET, key(i), WriteCondition.NONE)
                    .toCompletableFuture()
                    .join();
        }
    }

    private static ObjectKey key(int i) {
        return ObjectKey.of("key-" + i);
    }

    private static void check(HayloftStore store) {
        for (int i = 0; i <= COUNT; i++) {
            Optional<StoredObject> found = store.read(BUCKET, key(i));
            assertThat(found.isPresent()).as("key %s", i).isEqualTo(i == COUNT || i % 3 != 0);
            if (found.isPresent()) {
                try (StoredObject object = found.get()) {
                    assertThat(object.read(0, 4).getInt()).isEqualTo(i == COUNT ? -1 : i);
                    long last = object.info().sizeBytes() - 1;
                    assertThat(object.read(last, 1).remaining()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void entryThatWasHalfWrittenOver_isFoundAgain() throws IOException {
        Path data = folder.resolve("data");
        Path copy = folder.resolve("copy");
        int firstMoved;
        try (HayloftStore store = HayloftStore.open(config(data), Clock.systemUTC())) {
            fill(store);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            firstMoved = store.volumes().stream()
                    .filter(volume -> volume.state() == VolumeStatus.State.OPEN
                            && volume.id().startsWith("0-"))
                    .mapToInt(volume -> Integer.parseInt(volume.id().substring(2)))
                    .findFirst()
                    .orElseThrow();
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            check(store);
            copyTree(data, copy);
        }
        PartitionFolder partition = new PartitionFolder(copy.resolve("partitions/0"));
        List<KeyHash> moved = new ArrayList<>();
        try (KeyIndex index = KeyIndex.open(IndexConfig.defaults(partition.index()), KeyIndex.OpenMode.RECOVER)) {
            index.forEach((hash, location) -> {
                if (LogPosition.volume(location.position()) >= firstMoved) {
                    moved.add(hash);
                }
            });
            index.recovered();
        }
        assertThat(moved).hasSizeGreaterThan(COUNT / 2);
        tear(partition.index(), moved.get(COUNT / 4));
        long sequence = AppliedMark.read(partition.appliedMark())
                .map(AppliedMark.Applied::sequence)
                .orElse(0L); // A short run has not noted any yet.
        try (AppliedMark mark = AppliedMark.open(partition.appliedMark())) {
            mark.write(sequence, LogPosition.of(firstMoved, 0));
        }
        RunMark.markRunning(copy);
        try (HayloftStore store = HayloftStore.open(config(copy), Clock.systemUTC())) {
            check(store);
        } finally {
            TempFolders.delete(copy);
        }
    }

    /** Changes what an entry says, and not its checksum. */
    private static void tear(Path index, KeyHash hash) throws IOException {
        byte[] key = ByteBuffer.allocate(KeyHash.SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(hash.high())
                .putLong(hash.low())
                .array();
        FileDamage.flipBehind(index.resolve("map-00000"), key, KeyHash.SIZE, 0);
    }

    @Test
    void scrub_ofAnIndexThatLacksEntries_namesTheirKeys() {
        Path data = folder.resolve("data");
        try (HayloftStore store = HayloftStore.open(config(data), Clock.systemUTC())) {
            fill(store);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            assertThat(missing(store)).isEmpty();
        }
        PartitionFolder partition = new PartitionFolder(data.resolve("partitions/0"));
        List<KeyHash> some = new ArrayList<>();
        try (KeyIndex index = KeyIndex.open(IndexConfig.defaults(partition.index()), KeyIndex.OpenMode.TRUST)) {
            index.forEach((hash, location) -> {
                boolean isExtent = location.has(Location.EXTENT);
                if (isExtent || (some.size() < 10 && !location.has(Location.MANIFEST))) {
                    some.add(hash);
                }
            });
            some.forEach(index::remove);
        }
        int extents = 3;
        try (HayloftStore store = HayloftStore.open(config(data), Clock.systemUTC())) {
            List<String> named = missing(store);
            assertThat(named).contains("key-" + COUNT).hasSize(some.size() - extents + 1);
            for (String key : named) {
                if (!key.equals("key-" + COUNT)) {
                    assertThat(store.read(BUCKET, ObjectKey.of(key))).isEmpty();
                }
            }
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            assertThat(missing(store)).isEmpty();
            check(store);
        }
    }

    private static List<String> missing(HayloftStore store) {
        TestJobs.run(store, JobRequest.Kind.SCRUB);
        Object named = store.jobs().list().get(0).result().orElseThrow().get("indexMissing");
        List<String> keys = new ArrayList<>();
        for (Object entry : named instanceof List<?> list ? list : List.of()) {
            keys.add(String.valueOf(((Map<?, ?>) entry).get("key")));
        }
        return keys;
    }

    /** All but RocksDB's files, which come and go as it likes: a folder whose directory was lost. */
    private static void copyTree(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : (Iterable<Path>) children::iterator) {
                Path target = to.resolve(child.getFileName().toString());
                if (Files.isDirectory(child) && !child.endsWith("directory")) {
                    copyTree(child, target);
                } else if (Files.isRegularFile(child) && !child.endsWith("LOCK")) {
                    Files.copy(child, target);
                }
            }
        }
    }
}
