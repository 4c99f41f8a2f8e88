package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryConfig;
import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.ListRequest;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.TestConfig;
import dev.hayloft.store.TestJobs;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.folder.RunMark;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Directories that were lost or damaged are made from the log again, all of them, whatever compaction has moved. */
@Timeout(120)
class DirectoryOpeningTest {
    private static final BucketName BUCKET = new BucketName("hay");
    private static final int COUNT = 6_000;
    private static final int LEFT = COUNT / 3 * 2;

    @TempDir
    Path folder;

    private StoreConfig config() {
        return TestConfig.in(folder.resolve("data")).volumeSizeBytes(1L << 20).build();
    }

    private HayloftStore open() {
        return HayloftStore.open(config(), Clock.systemUTC());
    }

    private Path partition() {
        return folder.resolve("data/partitions/0");
    }

    private DirectoryConfig directoryAt(Path place) {
        return new DirectoryConfig(place, 4 << 20, 1_000);
    }

    private static ObjectKey key(int i) {
        return ObjectKey.of("key-" + i);
    }

    /** All that lives was moved, so needles of low sequences stand behind all others. */
    private static void fillAndCompact(HayloftStore store) {
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            writes.add(store.put(PutRequest.of(BUCKET, key(i)), ByteBuffer.allocate(200))
                    .toCompletableFuture());
        }
        writes.forEach(CompletableFuture::join);
        writes.clear();
        for (int i = 0; i < COUNT; i += 3) {
            writes.add(store.delete(BUCKET, key(i), WriteCondition.NONE).toCompletableFuture());
        }
        writes.forEach(CompletableFuture::join);
        TestJobs.run(store, JobRequest.Kind.SEAL);
        TestJobs.run(store, JobRequest.Kind.COMPACT);
    }

    private static int listed(ObjectStore store) {
        return store.list(new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 10_000))
                .toCompletableFuture()
                .join()
                .entries()
                .size();
    }

    @Test
    void directoryThatIsLost_whereAllWasMoved_listsAllAgain() {
        try (HayloftStore store = open()) {
            fillAndCompact(store);
            assertThat(listed(store)).isEqualTo(LEFT);
        }
        PartitionFolder.deleteTree(partition().resolve("directory"));
        try (HayloftStore store = open()) {
            assertThat(listed(store)).isEqualTo(LEFT);
        }
    }

    @Test
    void directoryOfTheSystem_thatIsLostWhereAllWasMoved_namesAllBuckets() {
        int buckets = 1_200;
        try (HayloftStore store = open()) {
            for (int i = 0; i < buckets; i++) {
                store.createBucket(new BucketName("bucket-" + i), BucketSettings.defaults(Durability.MEMORY));
            }
            for (int i = 0; i < 50; i++) {
                store.updateBucket(new BucketName("bucket-" + i), before -> before.withCompression("none"));
            }
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
        }
        PartitionFolder.deleteTree(folder.resolve("data/system/directory"));
        try (HayloftStore store = open()) {
            assertThat(store.buckets()).hasSize(buckets);
        }
    }

    /** A kill in the middle leaves what was written by then: it must not say that it is further than it is. */
    @Test
    void replay_beforeItsEnd_saysNothingOfHowFarItIs() throws Exception {
        InstantSource clock = InstantSource.system();
        PartitionConfig config = new PartitionConfig(
                folder.resolve("partition"), 0, new UUID(1, 2), 1 << 20, Duration.ofSeconds(1), 1024, 8 << 20, 8 << 20);
        Recovery.Context context = new Recovery.Context(
                RunMark.LastStop.UNKNOWN,
                new KeyHasher(1, 2),
                clock,
                new VersionClock(clock, 0, Long.MAX_VALUE),
                Runnable::run);
        try (Partition partition = Recovery.open(config, context, bucketId -> true);
                Directory directory = Directory.open(directoryAt(folder.resolve("other")))) {
            BucketGate gate = new BucketGate(7);
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                ByteBuffer key = key(i).utf8();
                Mutation.Content content = new Mutation.Content(
                        ByteBuffer.allocate(0),
                        ByteBuffer.allocate(10),
                        false,
                        10,
                        Optional.of(Sha256.of(ByteBuffer.allocate(10))));
                writes.add(partition
                        .submitPatiently(new Mutation.Put(
                                gate, partition.hasher().object(7, key), key, Mutation.ANY, Durability.MEMORY, content))
                        .toCompletableFuture());
            }
            writes.forEach(CompletableFuture::join);
            long last = partition.publishedSequence();
            DirectoryReplay replay = new DirectoryReplay(
                    partition.log(), partition.parts().index().current(), partition.hasher(), directory);
            long nothing = directory.flushedSequence();
            List<Long> seen = new ArrayList<>();
            CompletableFuture<Void> replayed = CompletableFuture.runAsync(() -> replay.run(last));
            do {
                directory.flush();
                seen.add(directory.flushedSequence());
            } while (!replayed.isDone());
            replayed.join();
            directory.flush();
            assertThat(seen).hasSizeGreaterThan(1).allMatch(sequence -> sequence == nothing || sequence == last);
            assertThat(directory.flushedSequence()).isEqualTo(last);
        }
    }

    @Test
    void directoryThatWasBeingDiscarded_isMadeAnew() throws IOException {
        try (HayloftStore store = open()) {
            fillAndCompact(store);
        }
        Path discarded = partition().resolve("directory.discarded");
        Files.move(partition().resolve("directory"), discarded);
        Files.delete(discarded.resolve("CURRENT"));
        try (HayloftStore store = open()) {
            assertThat(listed(store)).isEqualTo(LEFT);
            assertThat(discarded).doesNotExist();
        }
    }

    @Test
    void rebuiltListing_isOnTheDiskWhenTheJobIsDone() throws IOException {
        try (HayloftStore store = open()) {
            fillAndCompact(store);
        }
        int bucketId = bucketId();
        try (Directory directory = Directory.open(directoryAt(partition().resolve("directory")))) {
            directory.deleteBucket(bucketId);
        }
        Path copy = folder.resolve("copy");
        try (HayloftStore store = open()) {
            assertThat(listed(store)).isZero();
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            assertThat(listed(store)).isEqualTo(LEFT);
            TempFolders.copy(partition().resolve("directory"), copy); // As a kill would leave it now.
        }
        int lines = 0;
        try (Directory directory = Directory.open(directoryAt(copy));
                DirectoryCursor cursor = directory.cursorOfAll(bucketId)) {
            for (; cursor.hasNext(); lines++) {
                cursor.next();
            }
        }
        assertThat(lines).isEqualTo(LEFT);
    }

    private int bucketId() {
        try (KeyIndex index = KeyIndex.open(
                IndexConfig.defaults(new PartitionFolder(partition()).index()), KeyIndex.OpenMode.TRUST)) {
            int[] id = new int[1];
            index.forEach((hash, location) -> id[0] = location.bucketId());
            return id[0];
        }
    }

    /** A mark from before a log lost its end would have the next replay begin behind what it must apply. */
    @Test
    void markThatIsAheadOfTheLog_isNotTrustedAgain() {
        try (HayloftStore store = open()) {
            fillAndCompact(store);
        }
        PartitionFolder partition = new PartitionFolder(partition());
        long ahead = LogPosition.of(1_000, 0);
        try (AppliedMark mark = AppliedMark.open(partition.appliedMark())) {
            mark.write(1L << 40, ahead);
        }
        RunMark.markOpening(folder.resolve("data"), RunMark.LastStop.UNKNOWN);
        try (HayloftStore store = open()) {
            assertThat(AppliedMark.read(partition.appliedMark()).filter(mark -> mark.position() >= ahead))
                    .isEmpty();
            assertThat(listed(store)).isEqualTo(LEFT);
        }
    }
}
