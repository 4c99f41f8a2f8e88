package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a start makes of folders that were left in every state. */
@Timeout(120)
class RecoveryTest {
    private static final BucketName BUCKET = new BucketName("bucket");
    private static final int COUNT = 3000;

    @TempDir
    Path folder;

    private HayloftStore open(Path data) {
        return HayloftStore.open(
                TestConfig.in(data)
                        .volumeSizeBytes(1L << 20)
                        .durability(Durability.DISK)
                        .build(),
                Clock.systemUTC());
    }

    private static ObjectKey key(int i) {
        return ObjectKey.of("key-" + i);
    }

    private void fill(HayloftStore store) {
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            ByteBuffer content = ByteBuffer.wrap(("content " + i + "y".repeat(900)).getBytes(StandardCharsets.UTF_8));
            writes.add(store.put(PutRequest.of(BUCKET, key(i)), content).toCompletableFuture());
            if (i % 3 == 0) {
                writes.add(store.delete(BUCKET, key(i), WriteCondition.NONE).toCompletableFuture());
            }
        }
        writes.forEach(CompletableFuture::join);
    }

    private static void check(HayloftStore store) {
        for (int i = 0; i < COUNT; i++) {
            Optional<StoredObject> found = store.read(BUCKET, key(i));
            assertThat(found.isPresent()).as("key %s", i).isEqualTo(i % 3 != 0);
            found.ifPresent(StoredObject::close);
        }
        assertThat(store.statistics(BUCKET).objects()).isEqualTo(COUNT - COUNT / 3);
        ListPage page =
                Futures.await(store.list(new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 10_000)));
        assertThat(page.entries()).hasSize(COUNT - COUNT / 3);
    }

    /**
     * Until every volume but the open one is sealed, moved and has its hint file: no file of the log moves any more.
     */
    private void awaitHints() {
        Path partition = folder.resolve("partitions/0");
        Awaitility.await().until(() -> {
            long sealed = count(partition.resolve("volumes"), ".volume");
            return sealed > 0
                    && count(partition.resolve("log"), ".cq4") == 1
                    && count(partition.resolve("hints"), ".hint") == sealed;
        });
    }

    private static long count(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).count();
        }
    }

    @Test
    void open_withoutAMark_usesTheHintFiles() throws IOException {
        try (HayloftStore store = open(folder)) {
            fill(store);
            awaitHints();
        }
        Files.delete(folder.resolve("RUN"));
        List<String> log = new ArrayList<>();
        try (CapturedLog captured = new CapturedLog(log)) {
            try (HayloftStore store = open(folder)) {
                check(store);
            }
            captured.flush();
        }
        assertThat(log).noneMatch(line -> line.contains("hint file"));
        assertThat(log).anyMatch(line -> line.contains("building the index"));
    }

    @Test
    void open_ofACopyMadeWhileServing_findsEverythingAcknowledged() throws IOException {
        Path copy = folder.resolveSibling(folder.getFileName() + "-copy");
        try (HayloftStore store = open(folder)) {
            fill(store);
            awaitHints(); // No file moves any more.
            copyTree(folder, copy);
        }
        try (HayloftStore store = open(copy)) {
            check(store);
        } finally {
            deleteTree(copy);
        }
    }

    @Test
    void open_withEachViewLost_rebuildsIt() throws IOException {
        try (HayloftStore store = open(folder)) {
            fill(store);
        }
        for (String lost : List.of("index", "hints", "directory", "FIGURES", "APPLIED")) {
            deleteTree(folder.resolve("partitions/0").resolve(lost));
            try (HayloftStore store = open(folder)) {
                check(store);
            }
        }
    }

    @Test
    void open_withADamagedIndexState_rebuildsIt() throws IOException {
        try (HayloftStore store = open(folder)) {
            fill(store);
        }
        Path generation = folder.resolve("partitions/0/index")
                .resolve(Files.readString(folder.resolve("partitions/0/index/CURRENT"))
                        .strip());
        Path state = generation.resolve("state");
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 1;
        Files.write(state, bytes);
        try (HayloftStore store = open(folder)) {
            check(store);
        }
    }

    @Test
    void open_withATornVolumeBehindWhichOthersBegan_endsWhereItIsTorn() throws IOException {
        Path copy = folder.resolveSibling(folder.getFileName() + "-torn");
        StoreConfig unforced = TestConfig.in(folder)
                .volumeSizeBytes(1L << 20)
                .memorySync(Duration.ofHours(1))
                .build();
        try (HayloftStore store = HayloftStore.open(unforced, Clock.systemUTC())) {
            store.createBucket(
                    BUCKET, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            for (int i = 0; i < COUNT; i++) {
                Futures.await(store.put(PutRequest.of(BUCKET, key(i)), ByteBuffer.allocate(1000)));
            }
            copyTree(folder, copy);
        }
        Path first = copy.resolve("partitions/0/log/v0000040587.cq4");
        assertThat(copy.resolve("partitions/0/log/v0000040589.cq4")).exists();
        try (FileChannel channel = FileChannel.open(first, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(100 << 10), 600 << 10);
        }
        try (HayloftStore store = open(copy)) {
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                int number = i;
                store.read(BUCKET, key(i)).ifPresent(object -> {
                    object.close();
                    found.add(number);
                });
            }
            assertThat(found).isNotEmpty().hasSizeLessThan(700);
            assertThat(found.get(found.size() - 1)).isEqualTo(found.size() - 1);
        } finally {
            deleteTree(copy);
        }
    }

    /** All but RocksDB's files, which come and go as it likes: a folder whose directory was lost. */
    static void copyTree(Path from, Path to) throws IOException {
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

    static void deleteTree(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> paths = Files.walk(tree)) {
                for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Collects what the store's classes log. */
    private static final class CapturedLog extends Handler implements AutoCloseable {
        private final Logger logger = Logger.getLogger("dev.hayloft");
        private final List<String> lines;

        CapturedLog(List<String> lines) {
            this.lines = lines;
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            synchronized (lines) {
                lines.add(record.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }
}
