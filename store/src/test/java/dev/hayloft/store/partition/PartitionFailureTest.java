package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.folder.RunMark.LastStop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PartitionFailureTest {
    private static final UUID STORE = new UUID(1, 2);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
    private static final BucketGate GATE = new BucketGate(7);
    private static final ObjectKey KEY = ObjectKey.of("key");
    private static final String SECOND_VOLUME = "log/v0000040588.cq4";

    @TempDir
    Path folder;

    private final KeyHasher hasher = new KeyHasher(1, 2);
    private final VersionClock versions = new VersionClock(CLOCK, 0, Long.MAX_VALUE);

    private Partition open(LastStop lastStop) {
        return open(folder, 0, lastStop, 8 << 20);
    }

    private Partition open(LastStop lastStop, int queueBytes) {
        return open(folder, 0, lastStop, queueBytes);
    }

    private Partition open(Path place, int id, LastStop lastStop, int queueBytes) {
        PartitionConfig config =
                new PartitionConfig(place, id, STORE, 1 << 20, Duration.ofSeconds(1), 1024, queueBytes, 8 << 20);
        return Recovery.open(
                config, new Recovery.Context(lastStop, hasher, CLOCK, versions, task -> {}), bucketId -> true);
    }

    private KeyHash hash() {
        return hasher.object(GATE.bucketId(), KEY.utf8());
    }

    private Mutation.Put put(ByteBuffer payload, boolean manifest, Durability durability) {
        Mutation.Content content = new Mutation.Content(
                ByteBuffer.allocate(0), payload, manifest, 10, Optional.of(Sha256.of(ByteBuffer.allocate(10))));
        return new Mutation.Put(GATE, hash(), KEY.utf8(), Mutation.ANY, durability, content);
    }

    private Mutation.Delete delete() {
        return new Mutation.Delete(GATE, hash(), KEY.utf8(), Mutation.ANY, Durability.MEMORY);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void submit_whenTheLogCannotBeWritten_turnsThePartitionReadOnly() throws IOException {
        try (Partition partition = open(LastStop.UNKNOWN)) {
            await(partition.submit(put(ByteBuffer.allocate(10), false, Durability.DISK)));
            Files.createFile(folder.resolve(SECOND_VOLUME)); // Somebody else's: the next volume cannot begin.
            assertThatThrownBy(() -> await(partition.submit(new Mutation.Seal())))
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(StoreClosedException.class);
            assertThat(partition.problem()).isPresent();
            assertThat(partition.reader().find(hash())).isPresent();
        }
        assertThat(folder.resolve("FIGURES")).doesNotExist();
    }

    @Test
    void submit_ofWhatFitsNoFrame_failsItAloneAndLeavesThePartitionAsItWas() {
        try (Partition partition = open(LastStop.UNKNOWN, 64 << 20)) {
            await(partition.submit(put(ByteBuffer.allocate(10), false, Durability.DISK)));
            Mutation.Put large = put(ByteBuffer.allocate(FrameFormat.SIZE_MAX), false, Durability.DISK);
            assertThatThrownBy(() -> await(partition.submit(large)))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            RequestException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
            assertThat(partition.problem()).isEmpty();
            Mutation.Outcome next = await(partition.submit(put(ByteBuffer.allocate(20), false, Durability.DISK)));
            assertThat(((Mutation.Outcome.Applied) next).existed()).isTrue();
        }
    }

    @Test
    void cut_thatFailsInOnePartition_holdsUpNoOther() throws IOException {
        try (Partition first = open(folder.resolve("0"), 0, LastStop.UNKNOWN, 8 << 20);
                Partition second = open(folder.resolve("1"), 1, LastStop.UNKNOWN, 8 << 20);
                Partition closed = open(folder.resolve("2"), 2, LastStop.UNKNOWN, 8 << 20)) {
            await(second.submit(put(ByteBuffer.allocate(10), false, Durability.DISK)));
            Files.createFile(folder.resolve("1").resolve(SECOND_VOLUME));
            closed.close();
            for (Partition failing : List.of(closed, second)) {
                long begin = System.nanoTime();
                assertThatThrownBy(() -> PartitionCut.all(List.of(first, failing), () -> false))
                        .isInstanceOf(StoreClosedException.class);
                await(first.submit(put(ByteBuffer.allocate(10), false, Durability.MEMORY)));
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
            }
            assertThat(first.problem()).isEmpty();
        }
    }

    @Test
    void delete_judgedByADeleteThatIsRefused_isRefusedToo() throws IOException {
        try (VolumeLog log = VolumeLog.open(new VolumeLogConfig(folder, STORE, 0, 1 << 20, 256 << 10), CLOCK);
                KeyIndex index =
                        KeyIndex.open(IndexConfig.defaults(folder.resolve("index")), KeyIndex.OpenMode.CREATE)) {
            log.startAppending(LogPosition.START, true);
            PartitionWriter writer = new PartitionWriter(
                    log,
                    new PointIndex(index),
                    hasher,
                    versions,
                    CLOCK,
                    new RecordWriting(ProducerTable.forVolumesOf(1 << 20)),
                    1);
            Pending put = new Pending(put(ByteBuffer.allocate(10), false, Durability.MEMORY));
            writer.write(List.of(put));
            assertThat(put.isAppended()).isTrue();
            Files.createFile(folder.resolve(SECOND_VOLUME));
            assertThatThrownBy(log::sealOpenVolume).isInstanceOf(HayloftException.class);
            Pending first = new Pending(delete());
            Pending second = new Pending(delete());
            writer.write(List.of(first, second));
            assertThat(first.isFailed()).isTrue();
            assertThat(second.isFailed()).as("the key was there all the time").isTrue();
            assertThat(writer.brokenLog()).isPresent();
        }
    }

    @Test
    void rebuildIndex_whoseWatcherWaits_holdsUpNoWriter() {
        try (Partition partition = open(LastStop.UNKNOWN)) {
            await(partition.submit(put(ByteBuffer.allocate(10), false, Durability.DISK)));
            partition.rebuildIndex(
                    bucketId -> true,
                    watcher(() -> await(partition.submit(put(ByteBuffer.allocate(20), false, Durability.MEMORY)))));
            assertThat(partition.reader().find(hash())).isPresent();
        }
    }

    @Test
    void rebuildIndex_duringARebuild_isRefused() {
        try (Partition partition = open(LastStop.UNKNOWN)) {
            await(partition.submit(put(ByteBuffer.allocate(10), false, Durability.DISK)));
            AtomicReference<Optional<ErrorCode>> refusal = new AtomicReference<>(Optional.empty());
            partition.rebuildIndex(bucketId -> true, watcher(() -> {
                try {
                    partition.rebuildIndex(bucketId -> true, watcher(() -> {}));
                } catch (RequestException e) {
                    refusal.set(Optional.of(e.code()));
                }
            }));
            assertThat(refusal.get()).contains(ErrorCode.CONFLICT);
            assertThat(partition.rebuildIndex(bucketId -> true, watcher(() -> {})))
                    .isEqualTo(1);
        }
    }

    private static RebuildWatcher watcher(Runnable onAdvance) {
        return new RebuildWatcher() {
            @Override
            public void advance(long bytes) {
                onAdvance.run();
            }

            @Override
            public boolean isCancelled() {
                return false;
            }
        };
    }

    @Test
    void rebuildIndex_whileAManifestIsForced_leavesItsExtents() throws InterruptedException {
        long extentId;
        try (Partition partition = open(LastStop.UNKNOWN)) {
            Mutation.Outcome extent = await(partition.submit(new Mutation.Extent(GATE, ByteBuffer.allocate(10))));
            extentId = ((Mutation.Outcome.Applied) extent).version();
            CountDownLatch forcing = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            partition.log().setSealListener(volume -> hold(forcing, release)); // On the thread that would publish.
            CompletionStage<Mutation.Outcome> seal = partition.submit(new Mutation.Seal());
            assertThat(forcing.await(30, TimeUnit.SECONDS)).isTrue();
            CompletionStage<Mutation.Outcome> commit =
                    partition.submit(put(ManifestFormat.encode(1 << 20, new long[] {extentId}), true, Durability.DISK));
            Awaitility.await().until(() -> partition.figures().mutations() == 3); // Appended, not published.
            CompletableFuture<Long> rebuild =
                    CompletableFuture.supplyAsync(() -> partition.rebuildIndex(bucketId -> true, watcher(() -> {})));
            Awaitility.await()
                    .until(() -> rebuild.isDone() || partition.figures().mutations() > 3);
            release.countDown();
            await(rebuild);
            await(seal);
            assertThat(((Mutation.Outcome.Applied) await(commit)).existed()).isFalse();
        }
        try (Partition partition = open(LastStop.CLEAN)) {
            assertThat(partition.reader().findExtent(GATE.bucketId(), extentId)).isPresent();
        }
    }

    private static void hold(CountDownLatch entered, CountDownLatch release) {
        entered.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
