package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log of appends, cut behind each of its frames: what is left is whole appends, from the first on. */
@Timeout(600)
class AppendCrashTest {
    private static final BucketName BUCKET = new BucketName("logs");
    private static final ObjectKey KEY = ObjectKey.of("app/today");
    private static final int APPENDS = 17;
    private static final int PART = 2500; // Each an extent, then a manifest; the sixteenth is folded.

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random("AppendCrashTest");

    /** A cut: where it begins in the volume, and how many appends stand before it. */
    private record Cut(long offset, int appends) {}

    private static HayloftStore open(Path data) {
        return HayloftStore.open(
                TestConfig.in(data).memorySync(Duration.ofHours(1)).build(), Clock.systemUTC());
    }

    private static void append(HayloftStore store, byte[] part) {
        ByteBuffer content = ByteBuffer.wrap(part);
        AppendRequest request = AppendRequest.of(PutRequest.of(BUCKET, KEY));
        Futures.await(store.verbs().append(request, content, Sha256.of(content)));
    }

    @Test
    void cutBehindAnyFrame_leavesWholeAppends() throws IOException {
        byte[] all = new byte[APPENDS * PART];
        random.nextBytes(all);
        Path whole = folder.resolve("whole");
        Path image = folder.resolve("image");
        List<Cut> cuts = new ArrayList<>();
        try (HayloftStore store = open(whole)) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
            for (int i = 0; i < APPENDS; i++) {
                append(store, Arrays.copyOfRange(all, i * PART, (i + 1) * PART));
            }
            AtomicInteger manifests = new AtomicInteger();
            String volume = store.volumes().stream()
                    .filter(status -> status.id().startsWith("0-"))
                    .findFirst()
                    .orElseThrow()
                    .id();
            store.scanVolume(volume, 0, frame -> {
                frame.forEachNeedle(needle -> manifests.addAndGet(isManifest(needle) ? 1 : 0));
                long end = LogPosition.offset(frame.position()) + frame.sizeBytes();
                cuts.add(new Cut((end + 3) / 4 * 4, manifests.get()));
            });
            copyTree(whole, image);
        }
        assertThat(cuts).hasSizeGreaterThan(2 * APPENDS);
        assertThat(cuts.get(cuts.size() - 1).appends()).isEqualTo(APPENDS);
        for (Cut cut : cuts) {
            Path copy = folder.resolve("cut-" + cut.offset());
            copyTree(image, copy);
            zeroFrom(copy.resolve("partitions/0/log/v0000040587.cq4"), cut.offset());
            check(copy, Arrays.copyOf(all, cut.appends() * PART));
            deleteTree(copy);
        }
    }

    private static boolean isManifest(NeedleView needle) {
        return needle.type() == NeedleType.OBJECT && needle.isManifest();
    }

    private void check(Path data, byte[] expected) {
        try (HayloftStore store = open(data)) {
            Optional<StoredObject> found = store.read(BUCKET, KEY);
            assertThat(found.isPresent()).isEqualTo(expected.length > 0);
            found.ifPresent(object -> {
                try (object) {
                    assertThat(StoreTest.bytes(object)).isEqualTo(expected);
                }
            });
            byte[] more = {1, 2, 3};
            append(store, more);
            try (StoredObject object = store.read(BUCKET, KEY).orElseThrow()) {
                assertThat(object.info().sizeBytes()).isEqualTo(expected.length + more.length);
            }
            Futures.await(store.delete(BUCKET, KEY, WriteCondition.NONE));
            Awaitility.await().until(() -> store.statistics(BUCKET).liveBytes() == 0);
        }
    }

    private static void zeroFrom(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long left = Math.min(channel.size() - offset, 1 << 20);
            channel.write(ByteBuffer.allocate((int) left), offset);
        }
    }

    /** All but RocksDB's files, which come and go as it likes, and what says that a running server was here. */
    private static void copyTree(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : (Iterable<Path>) children::iterator) {
                String name = child.getFileName().toString();
                if (Files.isDirectory(child)) {
                    if (!name.equals("directory") && !name.equals("index")) {
                        copyTree(child, to.resolve(name));
                    }
                } else if (!name.equals("LOCK") && !name.equals("APPLIED")) {
                    Files.copy(child, to.resolve(name));
                }
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
