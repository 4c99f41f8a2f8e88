package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.TestConfig;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.folder.RunMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start after a kill goes on from the figures that the process had noted, and from nothing else. */
@Timeout(120)
class RunningFiguresTest {
    private static final BucketName BUCKET = new BucketName("hay");
    private static final BucketName EMPTY = new BucketName("empty");
    private static final int NO_BUCKET = 2; // The empty one's: an id that nobody was given refuses a start.
    private static final int COUNT = 400;
    private static final int SIZE = 4000;

    @TempDir
    Path folder;

    private static StoreConfig config(Path data) {
        return TestConfig.in(data).volumeSizeBytes(1L << 20).build();
    }

    private static PartitionFolder partition(Path data) {
        return new PartitionFolder(data.resolve("partitions/0"));
    }

    private static void put(HayloftStore store, int from, int to) {
        for (int i = from; i < to; i++) {
            store.put(PutRequest.of(BUCKET, key(i)), ByteBuffer.allocate(SIZE).putInt(0, i))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static ObjectKey key(int i) {
        return ObjectKey.of("key-" + i);
    }

    /**
     * A folder as a process leaves it that is killed with everything published: its maps are whole, it left no word.
     */
    private Path killed() throws IOException {
        Path data = folder.resolve("data");
        Path early = folder.resolve("early");
        try (HayloftStore store = HayloftStore.open(config(data), Clock.systemUTC())) {
            store.createBucket(
                    BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            store.createBucket(EMPTY, BucketSettings.defaults(Durability.MEMORY));
            assertThat(store.findBucket(EMPTY).orElseThrow().id()).isEqualTo(NO_BUCKET);
            put(store, 0, COUNT);
            Awaitility.await().until(() -> noted(data) > 0); // Not as it was at the start.
            Files.copy(partition(data).runningFigures(), early);
            put(store, COUNT / 2, 2 * COUNT);
            for (int i = 0; i < COUNT; i += 3) {
                store.delete(BUCKET, key(i), WriteCondition.NONE)
                        .toCompletableFuture()
                        .join();
            }
            int noted = noted(data);
            put(store, 2 * COUNT - COUNT / 2, 2 * COUNT); // Into another volume at least.
            Awaitility.await().until(() -> noted(data) > noted);
        }
        Files.delete(partition(data).closingFigures());
        RunMark.markRunning(data);
        return data;
    }

    private static int noted(Path data) {
        return ClosingFigures.read(partition(data).runningFigures())
                .map(figures -> LogPosition.volume(figures.end()))
                .orElse(0);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    /** What a start and a clean stop make of a folder: the figures of volumes and buckets. */
    private static List<String> figures(Path data) throws IOException {
        try (HayloftStore store = HayloftStore.open(config(data), Clock.systemUTC())) {
            for (int i = 0; i < 2 * COUNT; i++) {
                boolean isDeleted = i < COUNT && i % 3 == 0;
                Optional<StoredObject> found = store.read(BUCKET, key(i));
                found.ifPresent(StoredObject::close);
                assertThat(found.isPresent()).as("key %s", i).isEqualTo(!isDeleted);
            }
        }
        // How far hint files were written, which know deletions, is a matter of time.
        return Files.readAllLines(partition(data).closingFigures()).stream()
                .filter(line -> line.startsWith("volume ") || line.startsWith("share ") || line.startsWith("bucket "))
                .toList();
    }

    @Test
    void open_afterAKill_hasTheFiguresOfARebuild() throws IOException {
        Path killed = killed();
        Path unknown = folder.resolve("unknown");
        copy(killed, unknown);
        Files.delete(unknown.resolve("RUN"));
        Path before = folder.resolve("before");
        copy(killed, before);
        Path early = partition(before).runningFigures();
        Files.copy(folder.resolve("early"), early, StandardCopyOption.REPLACE_EXISTING);
        RunMark.markRunning(before);
        assertThat(noted(before)).isLessThan(noted(killed));
        List<String> rebuilt = figures(unknown);
        assertThat(rebuilt).hasSizeGreaterThan(5);
        assertThat(figures(killed)).isEqualTo(rebuilt);
        assertThat(figures(before)).isEqualTo(rebuilt);
    }

    @Test
    void open_afterAKill_takesTheNotedFigures() throws IOException {
        Path killed = killed();
        Path file = partition(killed).runningFigures();
        ClosingFigures noted = ClosingFigures.read(file).orElseThrow();
        noted.tallies().bucket(NO_BUCKET).appendedBytes.set(1); // Nothing in the log says so.
        ClosingFigures.write(file, noted);
        assertThat(figures(killed)).anyMatch(RunningFiguresTest::isMadeUp);
    }

    @Test
    void open_afterAnythingWorse_removesTheNotedFigures() throws IOException {
        Path killed = killed();
        Path file = partition(killed).runningFigures();
        ClosingFigures noted = ClosingFigures.read(file).orElseThrow();
        noted.tallies().bucket(NO_BUCKET).appendedBytes.set(1);
        ClosingFigures.write(file, noted);
        Files.delete(killed.resolve("RUN"));
        assertThat(figures(killed)).noneMatch(RunningFiguresTest::isMadeUp);
        RunMark.markRunning(killed);
        assertThat(figures(killed)).noneMatch(RunningFiguresTest::isMadeUp);
    }

    @Test
    void open_whenTheNotedVolumeIsGone_countsAnew() throws IOException {
        Path killed = killed();
        Path file = partition(killed).runningFigures();
        ClosingFigures noted = ClosingFigures.read(file).orElseThrow();
        noted.tallies().bucket(NO_BUCKET).appendedBytes.set(1);
        long gone = LogPosition.of(1 << 20, 0);
        ClosingFigures.write(
                file,
                new ClosingFigures(
                        gone, noted.lastSequence(), noted.lastVersion(), noted.tallies(), noted.producers(), true));
        assertThat(figures(killed)).noneMatch(RunningFiguresTest::isMadeUp);
    }

    private static boolean isMadeUp(String line) {
        return line.startsWith("bucket " + NO_BUCKET + " ") && !line.endsWith(" 0 0");
    }
}
