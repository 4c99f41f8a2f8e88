package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.KeyHasher;
import dev.hayloft.log.format.ProducerRun;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.folder.RunMark.LastStop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How far a producer has come is known after any stop, wherever in the log it stands. */
@Timeout(120)
class KnownProducersTest {
    private static final UUID STORE = new UUID(1, 2);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
    private static final BucketGate GATE = new BucketGate(7);
    private static final int MANY = 1500; // After so many the applied mark is written at once.

    @TempDir
    Path root;

    private final KeyHasher hasher = new KeyHasher(1, 2);
    private PartitionFolder folder;

    @BeforeEach
    void locate() {
        folder = new PartitionFolder(root);
    }

    /** Background work is done before this returns. */
    private Partition open(LastStop lastStop) {
        PartitionConfig config =
                new PartitionConfig(root, 0, STORE, 1 << 20, Duration.ofSeconds(1), 1024, 8 << 20, 8 << 20);
        VersionClock versions = new VersionClock(CLOCK, 0, Long.MAX_VALUE);
        return Recovery.open(
                config, new Recovery.Context(lastStop, hasher, CLOCK, versions, Runnable::run), bucketId -> true);
    }

    /** Of what a stop leaves a kill leaves all but this. */
    private void killed() throws IOException {
        Files.delete(folder.closingFigures());
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Records of the producer by their numbers. */
    private void send(Partition partition, int from, int to) {
        RecordGroup group = new RecordGroup(hasher);
        group.begin(GATE.bucketId(), Optional.of(new ProducerRun("p", from, 0)));
        for (int i = from; i < to; i++) {
            ByteBuffer value = ByteBuffer.allocate(10);
            Mutation.Content content =
                    new Mutation.Content(ByteBuffer.allocate(0), value, false, 10, Optional.of(Sha256.of(value)));
            group.put(ObjectKey.of("key-" + i).utf8(), content, 10);
        }
        await(partition.submit(new Mutation.Records(GATE, group, Durability.MEMORY, new RecordStreamState())));
    }

    /** What is sent again leaves nothing in the log. */
    private void checkKnown(Partition partition, int from, int to) {
        long end = partition.log().end();
        send(partition, from, to);
        assertThat(partition.log().end()).isEqualTo(end);
    }

    /** Ends a volume, and writes its hint file. */
    private static void seal(Partition partition) {
        await(partition.submit(new Mutation.Seal()));
        partition.force();
    }

    private static int volume(long position) {
        return LogPosition.volume(position);
    }

    @Test
    void open_afterTwoKillsInARow_knowsWhatTheFirstRunStoredBehindItsFigures() throws IOException {
        try (Partition partition = open(LastStop.UNKNOWN)) {
            send(partition, 0, 5);
            seal(partition);
            send(partition, 5, 10);
            partition.housekeep();
            send(partition, 10, MANY);
        }
        killed();
        long noted = ClosingFigures.read(folder.runningFigures()).orElseThrow().end();
        try (Partition partition = open(LastStop.KILLED)) {
            checkKnown(partition, 10, MANY);
        }
        killed();
        assertThat(ClosingFigures.read(folder.runningFigures()).orElseThrow().end())
                .isEqualTo(noted);
        AppliedMark.Applied applied = AppliedMark.read(folder.appliedMark()).orElseThrow();
        assertThat(volume(applied.position())).isGreaterThan(volume(noted));
        assertThat(folder.hinted()).contains(volume(noted));
        try (Partition partition = open(LastStop.KILLED)) {
            checkKnown(partition, 10, MANY);
            checkKnown(partition, 0, MANY);
        }
    }

    @Test
    void open_whenOnlyAnOldVolumeIsRead_knowsWhatNewerOnesTell() throws IOException {
        try (Partition partition = open(LastStop.UNKNOWN)) {
            send(partition, 0, 10);
            seal(partition);
            send(partition, 10, 20);
            seal(partition);
            assertThat(folder.hinted()).contains(0, 1);
        }
        Files.delete(folder.hint(0));
        try (Partition partition = open(LastStop.UNKNOWN)) {
            checkKnown(partition, 0, 20);
        }
    }
}
