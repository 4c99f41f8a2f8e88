package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.backup.Restore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a store at work, what a restore makes of them, and what both refuse. */
@Timeout(120)
class BackupTest {
    private static final BucketName CAUSE = new BucketName("cause");
    private static final BucketName EFFECT = new BucketName("effect");

    @TempDir
    Path root;

    private HayloftStore open(String folder) {
        return HayloftStore.open(
                TestConfig.in(root.resolve(folder)).partitions(2).build(), Clock.systemUTC());
    }

    private static HayloftStore withBuckets(HayloftStore store) {
        store.createBucket(CAUSE, BucketSettings.defaults(Durability.MEMORY));
        store.createBucket(EFFECT, BucketSettings.defaults(Durability.MEMORY));
        return store;
    }

    private static void put(HayloftStore store, BucketName bucket, String key, String text) {
        Futures.await(store.put(
                PutRequest.of(bucket, ObjectKey.of(key)), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static Optional<String> text(HayloftStore store, BucketName bucket, String key) {
        return store.read(bucket, ObjectKey.of(key)).map(object -> {
            try (object) {
                return new String(StoreTest.bytes(object), StandardCharsets.UTF_8);
            }
        });
    }

    private Job backup(HayloftStore store, Path folder) {
        return TestJobs.run(store, JobRequest.backup(folder));
    }

    private static Job ended(HayloftStore store, String id) {
        Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .until(() -> store.jobs().find(id).orElseThrow().finishedAt().isPresent());
        return store.jobs().find(id).orElseThrow();
    }

    private void restore(String name) {
        new Restore(root.resolve("backup"), root.resolve(name)).run(bytes -> {});
    }

    @Test
    void backup_ofAStoreAtWork_holdsNoEffectWithoutItsCause() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        try (HayloftStore store = withBuckets(open("data"))) {
            Thread writer = new Thread(() -> {
                for (int i = 0; !stop.get(); i++) {
                    put(store, CAUSE, "key-" + i, "cause " + i); // Two partitions: one knows nothing of the other.
                    put(store, EFFECT, "key-" + i, "effect " + i);
                    written.set(i + 1);
                }
            });
            writer.start();
            try {
                Awaitility.await().until(() -> written.get() > 50);
                backup(store, root.resolve("backup"));
            } finally {
                stop.set(true);
                writer.join();
            }
        }
        restore("restored");
        try (HayloftStore restored = open("restored")) {
            long effects = restored.statistics(EFFECT).objects();
            long causes = restored.statistics(CAUSE).objects();
            assertThat(effects).isGreaterThanOrEqualTo(50);
            assertThat(causes).isBetween(effects, effects + 1);
            for (int i = 0; i < effects; i++) {
                assertThat(text(restored, CAUSE, "key-" + i)).contains("cause " + i);
                assertThat(text(restored, EFFECT, "key-" + i)).contains("effect " + i);
            }
            put(restored, CAUSE, "later", "goes on");
        }
    }

    @Test
    void backup_toAFileInsteadOfAFolder_isRefusedInWords() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        try (HayloftStore store = open("data")) {
            assertThatThrownBy(() -> store.jobs().submit(JobRequest.backup(file)))
                    .isInstanceOfSatisfying(
                            HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PARAMETER))
                    .hasMessageContaining("no folder");
        }
    }

    @Test
    void backup_again_copiesWhatIsNewAndDropsWhatIsGone() throws IOException {
        Path folder = root.resolve("backup");
        try (HayloftStore store = withBuckets(open("data"))) {
            put(store, CAUSE, "a", "1");
            put(store, CAUSE, "b", "1");
            backup(store, folder);
            List<String> first = volumes(folder);
            put(store, CAUSE, "a", "2");
            Job second = backup(store, folder);
            assertThat(volumes(folder)).containsAll(first).hasSizeGreaterThan(first.size());
            long all = figure(second, "bytes");
            long copied = figure(second, "copiedBytes");
            assertThat(copied).isPositive().isLessThan(all);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            backup(store, folder);
            assertThat(volumes(folder)).isNotEmpty().doesNotContainAnyElementsOf(partitionVolumes(first));
            assertThat(Backup.verify(folder)).isEmpty();
        }
        restore("restored");
        assertThat(root.resolve("restored/store.key")).hasSameBinaryContentAs(root.resolve("data/store.key"));
        assertThat(Files.getPosixFilePermissions(root.resolve("restored/store.key")))
                .hasSize(2);
        try (HayloftStore restored = open("restored");
                HayloftStore original = open("data")) {
            assertThat(text(restored, CAUSE, "a")).contains("2");
            assertThat(text(restored, CAUSE, "b")).contains("1");
            assertThat(restored.status().incarnation())
                    .isNotEqualTo(original.status().incarnation());
            assertThat(restored.jobs().list()).allMatch(job -> job.finishedAt().isPresent());
        }
    }

    @Test
    void backups_twoAtOnce_areBothWhole() {
        try (HayloftStore store = withBuckets(open("data"))) {
            put(store, CAUSE, "a", "1");
            put(store, EFFECT, "b", "2");
            List<Path> folders = List.of(root.resolve("backup"), root.resolve("second"), root.resolve("backup"));
            List<String> ids = folders.stream()
                    .map(folder ->
                            store.jobs().submit(JobRequest.backup(folder)).id())
                    .toList();
            ids.forEach(id -> assertThat(ended(store, id).state()).isEqualTo(Job.State.DONE));
            folders.forEach(folder -> assertThat(Backup.verify(folder)).isEmpty());
        }
        restore("restored");
        try (HayloftStore restored = open("restored")) {
            assertThat(text(restored, CAUSE, "a")).contains("1");
            assertThat(text(restored, EFFECT, "b")).contains("2");
        }
    }

    private static long figure(Job job, String name) {
        return (Long) Optional.ofNullable(job.result().orElseThrow().get(name)).orElseThrow();
    }

    private static List<String> partitionVolumes(List<String> volumes) {
        return volumes.stream().filter(path -> path.startsWith("partitions")).toList();
    }

    private static List<String> volumes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".volume"))
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void backup_whereItMustNotGo_isRefused() throws IOException {
        Path used = Files.createDirectories(root.resolve("used"));
        Files.writeString(used.resolve("letter.txt"), "dear");
        try (HayloftStore store = open("data");
                HayloftStore other = open("other")) {
            backup(other, root.resolve("backup"));
            for (Path folder :
                    List.of(Path.of("relative"), root.resolve("data/backup"), root, used, root.resolve("backup"))) {
                assertRefused(store, folder);
            }
        }
    }

    @Test
    void backup_behindALinkIntoTheDataFolder_isRefused() throws IOException {
        try (HayloftStore store = open("data")) {
            Files.createSymbolicLink(root.resolve("link"), root.resolve("data"));
            assertRefused(store, root.resolve("link"));
            assertRefused(store, root.resolve("link/backup/of today"));
            assertRefused(store, root.resolve("nothing/../link/backup"));
        }
        Files.createSymbolicLink(root.resolve("other"), Files.createDirectories(root.resolve("disk")));
        try (HayloftStore store = open("other/data")) {
            assertRefused(store, root.resolve("disk/data/backup"));
            assertRefused(store, root.resolve("disk"));
            backup(store, root.resolve("other/backup"));
        }
        assertThat(Backup.verify(root.resolve("disk/backup"))).isEmpty();
    }

    @Test
    void restore_byAListThatNamesFilesOutside_isRefused() throws IOException {
        try (HayloftStore store = open("data")) {
            backup(store, root.resolve("backup"));
        }
        for (String name : List.of(
                "../stolen", "system/../../stolen", root.resolve("stolen").toString())) {
            Path folder = root.resolve("backup");
            Files.writeString(root.resolve("stolen"), "");
            rewriteList(folder, lines -> lines + "file 0 0 " + name + "\n");
            assertThatThrownBy(() -> new Restore(folder, root.resolve("a/new")).run(bytes -> {}))
                    .as(name)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("outside");
            assertThat(root.resolve("a")).doesNotExist();
            rewriteList(folder, lines -> lines.replaceFirst("file 0 0 .*\n", ""));
        }
        restore("restored");
    }

    @Test
    void backup_behindOneThatWasCutOff_dropsWhatThatHasLeft() throws IOException {
        Path folder = root.resolve("backup");
        Path outside = Files.createDirectories(root.resolve("outside/volumes"));
        List<Path> foreign = List.of(
                outside.resolve("0000000001.volume"),
                folder.resolve("partitions/0/volumes/letter.txt"),
                folder.resolve("partitions/0/0000000001.volume"),
                folder.resolve("0000000001.volume"));
        List<Path> leftovers = List.of(
                folder.resolve("partitions/0/volumes/0000009999.volume"),
                folder.resolve("partitions/1/volumes/0000009999.volume.2.tmp"),
                folder.resolve("partitions/9/hints/0000009999.hint"),
                folder.resolve("system/volumes/0000009999.volume.2"),
                folder.resolve("system/COMPACTED.2.tmp"));
        try (HayloftStore store = withBuckets(open("data"))) {
            put(store, CAUSE, "a", "1");
            backup(store, folder);
            Files.createSymbolicLink(folder.resolve("partitions/7"), outside.getParent());
            for (List<Path> files : List.of(foreign, leftovers)) {
                for (Path file : files) {
                    Files.createDirectories(file.resolveSibling("."));
                    Files.writeString(file, "left");
                }
            }
            backup(store, folder);
        }
        assertThat(leftovers).allSatisfy(file -> assertThat(file).doesNotExist());
        assertThat(foreign).allSatisfy(file -> assertThat(file).exists());
        assertThat(Backup.verify(folder)).isEmpty();
    }

    @Test
    void restore_ofWhatIsNotWhole_isRefused() throws IOException {
        try (HayloftStore store = withBuckets(open("data"))) {
            put(store, CAUSE, "a", "1");
            backup(store, root.resolve("backup"));
        }
        assertThatThrownBy(() -> restore("data"))
                .isInstanceOfSatisfying(
                        HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThatThrownBy(() -> new Restore(root.resolve("nothing"), root.resolve("new")).run(bytes -> {}))
                .isInstanceOfSatisfying(
                        HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PARAMETER));
        Path volume =
                root.resolve("backup").resolve(volumes(root.resolve("backup")).get(0));
        byte[] bytes = Files.readAllBytes(volume);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(volume); // The file is the store's own too: a link.
        Files.write(volume, bytes);
        assertThat(Backup.verify(root.resolve("backup"))).hasSize(1);
        Files.delete(volume);
        assertThatThrownBy(() -> restore("missing")).isInstanceOf(CorruptionException.class);
    }

    /** Ends the next backup at the last moment at which it is none yet: its list cannot be written. */
    private void endBeforeTheList(HayloftStore store) throws IOException {
        Path inTheWay = Files.createDirectories(root.resolve("backup/BACKUP.tmp/in the way"));
        String id =
                store.jobs().submit(JobRequest.backup(root.resolve("backup"))).id();
        assertThat(ended(store, id).state()).isEqualTo(Job.State.FAILED);
        Files.delete(inTheWay);
        Files.delete(root.resolve("backup/BACKUP.tmp"));
    }

    @Test
    void backup_endedBeforeItsList_leavesTheOneBeforeWhole() throws IOException {
        JobRequest compact = new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), true);
        Path folder = root.resolve("backup");
        try (HayloftStore store = withBuckets(open("data"))) {
            Files.writeString(root.resolve("data/root.key"), "first");
            put(store, CAUSE, "a", "1");
            TestJobs.run(store, compact);
            backup(store, folder);
            Files.writeString(root.resolve("data/root.key"), "second");
            put(store, CAUSE, "a", "2");
            TestJobs.run(store, compact);
            endBeforeTheList(store);
            assertThat(Backup.verify(folder)).isEmpty();
            restore("before");
            for (int i = 0; i < 2; i++) { // Each time, names are taken that the last one left free.
                backup(store, folder);
                assertThat(Backup.verify(folder)).isEmpty();
                assertThat(named(folder, "COMPACTED").stream().map(Path::getParent))
                        .contains(folder.resolve("system"))
                        .doesNotHaveDuplicates();
                assertThat(named(folder, "root.key")).hasSize(1);
                restore("after-" + i);
                assertThat(root.resolve("after-" + i + "/root.key")).hasContent("second");
                assertThat(root.resolve("after-" + i + "/system/COMPACTED"))
                        .hasSameBinaryContentAs(root.resolve("data/system/COMPACTED"));
                put(store, EFFECT, "b", "1");
                TestJobs.run(store, compact);
            }
        }
        assertThat(root.resolve("before/root.key")).hasContent("first");
        assertThat(Files.getPosixFilePermissions(root.resolve("after-0/root.key")))
                .hasSize(2);
        try (HayloftStore before = open("before");
                HayloftStore after = open("after-1")) {
            assertThat(text(before, CAUSE, "a")).contains("1");
            assertThat(text(after, CAUSE, "a")).contains("2");
            assertThat(text(after, EFFECT, "b")).contains("1");
        }
    }

    private static List<Path> named(Path folder, String begin) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(begin))
                    .toList();
        }
    }

    @Test
    void backup_ofARestoredStoreToTheFolderOfTheOriginal_holdsItsOwnVolumes() {
        try (HayloftStore store = withBuckets(open("data"))) {
            put(store, CAUSE, "a", "1");
            backup(store, root.resolve("backup"));
            restore("restored");
            put(store, CAUSE, "a", "2");
            backup(store, root.resolve("backup"));
        }
        try (HayloftStore restored = open("restored")) { // Its next volumes have the same numbers and sizes.
            put(restored, CAUSE, "a", "3");
            backup(restored, root.resolve("backup"));
            assertThat(Backup.verify(root.resolve("backup"))).isEmpty();
        }
        restore("again");
        try (HayloftStore again = open("again")) {
            assertThat(text(again, CAUSE, "a")).contains("3");
        }
    }

    @Test
    void backup_firstOneKilledBeforeItsList_isBegunAnewAndByItsStoreAlone() throws IOException {
        Path folder = root.resolve("backup");
        try (HayloftStore store = withBuckets(open("data"));
                HayloftStore other = open("other")) {
            Files.writeString(root.resolve("data/root.key"), "root");
            put(store, CAUSE, "a", "1");
            backup(store, folder);
            Files.delete(folder.resolve("BACKUP"));
            for (String unfinished : List.of("BACKUP.tmp", "STORE.tmp", "store.key.tmp", "root.key.tmp")) {
                Files.writeString(folder.resolve(unfinished), "half");
            }
            assertRefused(other, folder);
            backup(store, folder);
            assertThat(Backup.verify(folder)).isEmpty();
            assertThat(named(folder, "BACKUP")).hasSize(1);
            Files.delete(folder.resolve("BACKUP"));
            Files.writeString(folder.resolve("root.key"), "of somebody else");
            assertRefused(store, folder);
            Files.delete(folder.resolve("root.key"));
            Files.writeString(folder.resolve("letter.txt"), "dear");
            assertRefused(store, folder);
        }
    }

    private static void assertRefused(HayloftStore store, Path folder) {
        assertThatThrownBy(() -> store.jobs().submit(JobRequest.backup(folder)))
                .as("%s", folder)
                .isInstanceOfSatisfying(
                        HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PARAMETER));
    }

    @Test
    void restore_ofTheFirstFormat_isStillMade() throws IOException {
        try (HayloftStore store = withBuckets(open("data"))) {
            put(store, CAUSE, "a", "1");
            backup(store, root.resolve("backup"));
        }
        rewriteList(root.resolve("backup"), lines -> lines.replaceFirst("format \\d", "format 1"));
        restore("restored");
        try (HayloftStore restored = open("restored")) {
            assertThat(text(restored, CAUSE, "a")).contains("1");
        }
    }

    private static void rewriteList(Path folder, UnaryOperator<String> change) throws IOException {
        Path list = folder.resolve("BACKUP");
        String lines = Files.readString(list);
        lines = change.apply(lines.substring(0, lines.lastIndexOf("crc32c ")));
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.UTF_8));
        Files.writeString(list, lines + "crc32c " + Long.toHexString(crc.getValue()) + "\n");
    }
}
