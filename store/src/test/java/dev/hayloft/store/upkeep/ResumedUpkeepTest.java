package dev.hayloft.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.store.partition.BucketGate;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionConfig;
import dev.hayloft.store.partition.Recovery;
import dev.hayloft.store.partition.VersionClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Repair that goes on after a restart, and scrub that goes on after a pause, in one partition. */
@Timeout(60)
class ResumedUpkeepTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
    private static final BucketGate GATE = new BucketGate(7);
    private static final ParityConfig PARITY =
            new ParityConfig(false, 4, 2, Duration.ofHours(1), 1L << 40, Duration.ofDays(7), 1L << 40, List.of());

    @TempDir
    Path folder;

    private final KeyHasher hasher = new KeyHasher(1, 2);

    private Partition open() {
        PartitionConfig config =
                new PartitionConfig(folder, 0, new UUID(1, 2), 1 << 20, Duration.ofSeconds(1), 1024, 8 << 20, 8 << 20);
        VersionClock versions = new VersionClock(CLOCK, 0, Long.MAX_VALUE);
        return Recovery.open(
                config, new Recovery.Context(LastStop.UNKNOWN, hasher, CLOCK, versions, task -> {}), bucketId -> true);
    }

    private int fill(Partition partition) {
        ObjectKey key = ObjectKey.of("key");
        ByteBuffer bytes = ByteBuffer.allocate(300_000);
        Mutation.Content content = new Mutation.Content(
                ByteBuffer.allocate(0), bytes, false, bytes.remaining(), Optional.of(Sha256.of(bytes)));
        await(
                partition,
                new Mutation.Put(
                        GATE,
                        hasher.object(GATE.bucketId(), key.utf8()),
                        key.utf8(),
                        Mutation.ANY,
                        Durability.DISK,
                        content));
        int volume = partition.log().volumes().get(0).id();
        await(partition, new Mutation.Seal());
        return volume;
    }

    private static void await(Partition partition, Mutation mutation) {
        partition
                .submit(mutation)
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static UpkeepJobs jobs(Partition partition, InstantSource clock) {
        return new UpkeepJobs(partition, List.of(partition), PARITY, 0, clock, any -> Map.of(7, "hay"), () -> 0);
    }

    private static SortedMap<String, Object> run(Partition partition, JobRun run) {
        return Optional.ofNullable(
                        jobs(partition, CLOCK).tasks().get(run.request().kind()))
                .orElseThrow()
                .run(run);
    }

    @Test
    void repair_afterARestart_looksAgainAtAVolumeWhoseShardWentMeanwhile() throws IOException {
        try (Partition partition = open()) {
            int volume = fill(partition);
            assertThat(run(partition, new PlainRun(JobRequest.Kind.ENCODE, Map.of())))
                    .containsEntry("volumes", 1L);
            Map<String, String> wholeBefore = Map.of("done", "0-" + volume + ".." + volume);
            assertThat(run(partition, new PlainRun(JobRequest.Kind.REPAIR, wholeBefore)))
                    .containsEntry("repaired", 0L);
            ShardSet set = partition.parity().find(volume).orElseThrow();
            Files.delete(set.places().get(5).path());
            assertThat(run(partition, new PlainRun(JobRequest.Kind.REPAIR, wholeBefore)))
                    .containsEntry("repaired", 1L)
                    .containsEntry("lost", List.of());
            assertThat(set.state(5)).isEqualTo(ShardSet.State.OK);
        }
    }

    @Test
    void encoding_ofAVolumeSealedWhenTheClockWasAhead_isDue() {
        try (Partition partition = open()) {
            fill(partition);
            InstantSource setBack = InstantSource.fixed(CLOCK.instant().minus(Duration.ofDays(900)));
            assertThat(jobs(partition, CLOCK).hasWork()).as("sealed just now").isFalse();
            assertThat(jobs(partition, setBack).hasWork()).isTrue();
        }
    }

    @Test
    void scrub_pausedWhileItLooksAtTheIndex_givesThePartitionsTurnBack() {
        try (Partition partition = open()) {
            fill(partition);
            int[] turns = new int[1];
            JobRun run = new PlainRun(JobRequest.Kind.SCRUB, Map.of()) {
                private boolean isInIndex;
                private boolean isPaused;

                @Override
                public void detail(String what) {
                    isInIndex = what.equals("looking at the index");
                }

                @Override
                public boolean isPaused() { // Once, in the middle of the search.
                    isPaused |= isInIndex && turns[0] == 0;
                    return isPaused;
                }

                @Override
                public void step() {
                    if (isPaused) {
                        turns[0] = partition.maintenance().during(() -> true, () -> 1);
                        isPaused = false;
                    }
                }
            };
            Scrub.Naming naming = (findings, onlyLost) -> new Scrub.Named(Map.of(), false);
            SortedMap<String, Object> result =
                    new Scrub(List.of(partition), PARITY, naming, any -> Map.of(7, "hay"), CLOCK).run(run);
            assertThat(turns[0]).isEqualTo(1);
            assertThat(result).containsEntry("indexMissing", List.of());
        }
    }
}
