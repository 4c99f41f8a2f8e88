package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Extents whose manifest cannot be read: what becomes of them, and when somebody looks for them again. */
@Timeout(120)
class LostExtentsTest {
    private static final UUID STORE = new UUID(1, 2);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
    private static final BucketGate GATE = new BucketGate(7);

    @TempDir
    Path folder;

    private final KeyHasher hasher = new KeyHasher(1, 2);

    /** Background work is done before this returns. */
    private Partition open(LastStop lastStop) {
        PartitionConfig config =
                new PartitionConfig(folder, 0, STORE, 1 << 20, Duration.ofSeconds(1), 1024, 8 << 20, 8 << 20);
        VersionClock versions = new VersionClock(CLOCK, 0, Long.MAX_VALUE);
        return Recovery.open(
                config, new Recovery.Context(lastStop, hasher, CLOCK, versions, Runnable::run), bucketId -> true);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private KeyHash hash(String key) {
        return hasher.object(GATE.bucketId(), ObjectKey.of(key).utf8());
    }

    /** An object of one extent, whose id this is. */
    private long put(Partition partition, String key) {
        Mutation.Outcome extent = await(partition.submit(new Mutation.Extent(GATE, ByteBuffer.allocate(10))));
        long id = ((Mutation.Outcome.Applied) extent).version();
        Mutation.Content content = new Mutation.Content(
                ByteBuffer.allocate(0),
                ManifestFormat.encode(1 << 20, new long[] {id}),
                true,
                10,
                Optional.of(Sha256.of(ByteBuffer.allocate(10))));
        await(partition.submit(
                new Mutation.Put(GATE, hash(key), ObjectKey.of(key).utf8(), Mutation.ANY, Durability.DISK, content)));
        return id;
    }

    private void delete(Partition partition, String key) {
        await(partition.submit(
                new Mutation.Delete(GATE, hash(key), ObjectKey.of(key).utf8(), Mutation.ANY, Durability.DISK)));
    }

    /** Flips a bit of a manifest; done twice, it is whole again. */
    private static void flip(Path volume, Location manifest) throws IOException {
        long end = manifest.needleOffset() + (long) manifest.needleSize();
        FileDamage.flip(volume, LogPosition.offset(manifest.position()) + end - 12, 3);
    }

    private static boolean isThere(Partition partition, long extentId) {
        return partition.reader().findExtent(GATE.bucketId(), extentId).isPresent();
    }

    @Test
    void deletedObject_whoseManifestIsDamaged_losesItsExtentAtTheNextStart() throws IOException {
        long id;
        try (Partition partition = open(LastStop.UNKNOWN)) {
            id = put(partition, "gone");
            Location manifest = partition.parts().index().find(hash("gone")).orElseThrow();
            seal(partition);
            flip(volume(partition, manifest), manifest);
            delete(partition, "gone");
            partition.awaitReaper();
            assertThat(isThere(partition, id)).isTrue();
        }
        try (Partition partition = open(LastStop.CLEAN)) {
            assertThat(isThere(partition, id)).isFalse();
        }
    }

    @Test
    void extents_thatNothingNames_stayWhileAnyManifestIsDamagedAndNoLonger() throws IOException {
        long uncommitted;
        long named;
        Location manifest;
        Path volume;
        try (Partition partition = open(LastStop.UNKNOWN)) {
            Mutation.Outcome extent = await(partition.submit(new Mutation.Extent(GATE, ByteBuffer.allocate(10))));
            uncommitted = ((Mutation.Outcome.Applied) extent).version();
            named = put(partition, "kept");
            manifest = partition.parts().index().find(hash("kept")).orElseThrow();
            seal(partition);
            volume = volume(partition, manifest);
        }
        flip(volume, manifest);
        try (Partition partition = open(LastStop.UNKNOWN)) { // As after a power cut: nobody gave the upload up.
            assertThat(isThere(partition, uncommitted)).isTrue();
            assertThat(isThere(partition, named)).isTrue();
        }
        try (Partition partition = open(LastStop.CLEAN)) {
            assertThat(isThere(partition, uncommitted)).isTrue();
        }
        flip(volume, manifest);
        try (Partition partition = open(LastStop.CLEAN)) {
            assertThat(isThere(partition, uncommitted)).isFalse();
            assertThat(isThere(partition, named)).isTrue();
        }
    }

    private static void seal(Partition partition) {
        await(partition.submit(new Mutation.Seal()));
        Awaitility.await().until(() -> partition.log().volumes().stream()
                .anyMatch(volume -> volume.state() == VolumeInfo.State.SEALED));
    }

    private static Path volume(Partition partition, Location location) {
        return partition.log().volumes().stream()
                .filter(volume -> volume.id() == LogPosition.volume(location.position()))
                .findFirst()
                .orElseThrow()
                .path();
    }
}
