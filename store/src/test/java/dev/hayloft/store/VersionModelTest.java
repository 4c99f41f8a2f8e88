package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.testing.MovableClock;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Versions, markers and times to live at random, beside a plain list per key: the same versions must be there after
 * every step, after clean reopenings, after those that trust no view, after the death of a process, after rebuilds and
 * after compaction.
 */
class VersionModelTest {
    private static final int STEPS = 600;
    private static final int KEYS = 6;
    private static final long UNKNOWN = -1;
    private static final BucketName BUCKET = new BucketName("versioned");

    /** A version as the model knows it. */
    private static final class Known {
        private long number;
        private final boolean kept;
        private final boolean marker;
        private final byte[] content;
        private final long expiresAtMillis;

        Known(long number, boolean kept, boolean marker, byte[] content, long expiresAtMillis) {
            this.number = number;
            this.kept = kept;
            this.marker = marker;
            this.content = content;
            this.expiresAtMillis = expiresAtMillis;
        }

        boolean isExpired(long nowMillis) {
            return expiresAtMillis <= nowMillis;
        }
    }

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T10:00:00Z"));
    private final Random random = new Random(Seeds.pick("VersionModelTest"));
    private final TreeMap<ObjectKey, List<Known>> model = new TreeMap<>();
    private boolean keep;
    private int versionsMax;

    @SuppressWarnings("NullAway.Init") // The test opens it first.
    private Path place;

    @SuppressWarnings("NullAway.Init") // Likewise.
    private HayloftStore store;

    private HayloftStore open() {
        return HayloftStore.open(
                TestConfig.in(place).memorySync(Duration.ofMinutes(5)).build(), clock);
    }

    @Test
    @Timeout(240)
    void randomVersions_areTheModels() throws IOException {
        place = folder.resolve("0");
        Files.createDirectories(place);
        store = open();
        try {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
            for (int step = 0; step < STEPS; step++) {
                step();
                if (step % 100 == 99) {
                    compareAll();
                }
            }
            compareAll();
        } finally {
            store.close();
        }
    }

    private void step() throws IOException {
        clock.advance(Duration.ofMillis(1));
        ObjectKey key = ObjectKey.of("k" + random.nextInt(KEYS));
        switch (random.nextInt(100)) {
            case 0 -> reopen(false);
            case 1 -> reopen(true);
            case 2, 3 -> die();
            case 4 -> run(JobRequest.Kind.REBUILD_INDEX);
            case 5 -> {
                run(JobRequest.Kind.SEAL);
                run(JobRequest.Kind.COMPACT);
            }
            case 6, 7, 8, 9, 10, 11 -> change();
            case 12, 13, 14, 15, 16 -> pass();
            case 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 -> delete(key);
            case 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48 -> deleteVersion(key);
            case 49, 50, 51 -> purge(key);
            case 52, 53, 54 -> upload(key);
            default -> put(key);
        }
        compare(key);
    }

    private List<Known> versions(ObjectKey key) {
        return model.computeIfAbsent(key, unused -> new ArrayList<>());
    }

    private void change() {
        keep = random.nextInt(3) > 0;
        versionsMax = random.nextBoolean() ? 0 : 1 + random.nextInt(4);
        store.updateBucket(
                BUCKET,
                before -> new BucketSettings(
                        keep,
                        versionsMax == 0 ? Optional.empty() : Optional.of(versionsMax),
                        before.compression(),
                        before.deduplicate(),
                        before.encrypt(),
                        before.ttl(),
                        before.durability(),
                        before.quotaBytes(),
                        before.quotaObjects(),
                        before.readOnly()));
    }

    private boolean isVisible(List<Known> versions) {
        return !versions.isEmpty()
                && !versions.get(0).marker
                && !versions.get(0).isExpired(clock.millis());
    }

    private void put(ObjectKey key) {
        byte[] content = new byte[random.nextInt(300)];
        random.nextBytes(content);
        Optional<Duration> ttl =
                random.nextInt(4) == 0 ? Optional.of(Duration.ofSeconds(1 + random.nextInt(30))) : Optional.empty();
        WriteResult result = Futures.await(store.put(
                new PutRequest(BUCKET, key, ObjectAttributes.NONE, WriteCondition.NONE, Optional.empty(), ttl),
                ByteBuffer.wrap(content)));
        long expiresAt = ttl.map(life -> clock.millis() + life.toMillis()).orElse(Long.MAX_VALUE);
        assertThat(result.expiresAt()).isEqualTo(ttl.map(life -> Instant.ofEpochMilli(expiresAt)));
        wrote(key, content, result, expiresAt);
    }

    private void upload(ObjectKey key) {
        byte[] content = new byte[random.nextInt(2 * ObjectStore.EXTENT_SIZE)];
        random.nextBytes(content);
        MessageDigest digest = Sha256.newDigest();
        digest.update(content);
        try (Upload upload = store.startUpload(PutRequest.of(BUCKET, key))) {
            for (int at = 0; at < content.length; at += ObjectStore.EXTENT_SIZE) {
                int size = Math.min(ObjectStore.EXTENT_SIZE, content.length - at);
                Futures.await(upload.write(ByteBuffer.wrap(content, at, size)));
            }
            wrote(key, content, Futures.await(upload.commit(Sha256.of(digest))), Long.MAX_VALUE);
        }
    }

    private void wrote(ObjectKey key, byte[] content, WriteResult result, long expiresAt) {
        List<Known> versions = versions(key);
        assertThat(result.created()).isEqualTo(!isVisible(versions));
        boolean replaced = !keep && versions.removeIf(version -> !version.kept);
        versions.add(0, new Known(result.version(), keep, false, content, expiresAt));
        if (versionsMax > 0 && !replaced && versions.size() > versionsMax) {
            versions.subList(versionsMax, versions.size()).clear();
        }
    }

    private void delete(ObjectKey key) {
        List<Known> versions = versions(key);
        boolean existed = isVisible(versions);
        DeleteResult result = Futures.await(store.delete(DeleteRequest.of(BUCKET, key)));
        assertThat(result.existed()).isEqualTo(existed);
        if (keep) {
            boolean markerBefore = !versions.isEmpty() && versions.get(0).marker;
            versions.add(0, marker(result.marker(), true));
            boolean surplus = versionsMax > 0 && versions.size() > versionsMax + 1;
            if (surplus && markerBefore) {
                versions.remove(1);
            } else if (surplus) {
                versions.subList(versionsMax + 1, versions.size()).clear();
            }
        } else if (!versions.isEmpty() && versions.get(0).marker && !versions.get(0).kept) {
            assertThat(result.marker()).hasValue(versions.get(0).number);
        } else if (versions.size() > 1 || (!versions.isEmpty() && versions.get(0).kept)) {
            versions.removeIf(version -> !version.kept);
            versions.add(0, marker(result.marker(), false));
        } else {
            assertThat(result.marker()).isEmpty();
            versions.clear();
        }
    }

    private static Known marker(OptionalLong number, boolean kept) {
        return new Known(number.orElseThrow(), kept, true, new byte[0], Long.MAX_VALUE);
    }

    private void deleteVersion(ObjectKey key) {
        List<Known> versions = versions(key);
        long number = versions.isEmpty() || random.nextInt(8) == 0
                ? 1 + random.nextInt(1000)
                : versions.get(random.nextInt(versions.size())).number;
        Futures.await(store.delete(
                new DeleteRequest(BUCKET, key, new DeleteRequest.Target.Version(number), WriteCondition.NONE)));
        versions.removeIf(version -> version.number == number);
    }

    private void purge(ObjectKey key) {
        Futures.await(
                store.delete(new DeleteRequest(BUCKET, key, new DeleteRequest.Target.All(), WriteCondition.NONE)));
        versions(key).clear();
    }

    /** Time passes; at once nothing that has ended is read, and then it is taken out. */
    private void pass() {
        clock.advance(Duration.ofSeconds(random.nextInt(12)));
        long now = clock.millis();
        model.forEach((key, versions) -> assertThat(
                        store.read(BUCKET, key).map(VersionModelTest::close).isPresent())
                .isEqualTo(isVisible(versions)));
        store.sweepExpired();
        model.forEach((key, versions) -> {
            expire(versions, now);
            if (!versions.isEmpty() && versions.get(0).number == UNKNOWN) {
                versions.get(0).number = store.versions(BUCKET, key, OptionalLong.empty(), 1)
                        .get(0)
                        .version();
            }
        });
    }

    private static StoredObject close(StoredObject object) {
        object.close();
        return object;
    }

    private static void expire(List<Known> versions, long now) {
        List<Known> due = versions.stream()
                .filter(version -> version.isExpired(now))
                .sorted(Comparator.<Known>comparingLong(version -> version.expiresAtMillis)
                        .thenComparingLong(version -> version.number))
                .toList();
        for (Known version : due) {
            boolean isNewest = versions.get(0) == version;
            boolean hides = versions.stream()
                    .skip(1)
                    .filter(older -> !older.isExpired(now))
                    .findFirst()
                    .filter(older -> !older.marker)
                    .isPresent();
            versions.remove(version);
            if (isNewest && hides) {
                versions.add(0, new Known(UNKNOWN, version.kept, true, new byte[0], Long.MAX_VALUE));
            }
        }
    }

    private void compareAll() {
        for (int i = 0; i < KEYS; i++) {
            compare(ObjectKey.of("k" + i));
        }
        List<Known> all = model.values().stream().flatMap(List::stream).toList();
        BucketStatistics statistics = store.statistics(BUCKET);
        assertThat(statistics.objects())
                .isEqualTo(model.values().stream().filter(this::isVisible).count());
        assertThat(statistics.versions())
                .isEqualTo(all.stream().filter(version -> !version.marker).count());
        assertThat(statistics.logicalBytes())
                .isEqualTo(all.stream()
                        .mapToLong(version -> version.content.length)
                        .sum());
        List<String> listed = new ArrayList<>();
        Futures.await(store.list(new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 100)))
                .entries()
                .forEach(entry ->
                        listed.add(((ListEntry.ObjectLine) entry).info().key().toString()));
        List<String> visible = new ArrayList<>();
        model.forEach((key, versions) -> {
            if (isVisible(versions)) {
                visible.add(key.toString());
            }
        });
        assertThat(listed).isEqualTo(visible);
        comparePages(all);
    }

    /** All versions of all keys, page by page. */
    private void comparePages(List<Known> all) {
        int limit = 1 + random.nextInt(7);
        List<Long> numbers = new ArrayList<>();
        Optional<String> after = Optional.empty();
        OptionalLong afterVersion = OptionalLong.empty();
        do {
            ListRequest keys = new ListRequest(BUCKET, "", Optional.empty(), after, limit);
            VersionListPage page = Futures.await(store.listVersions(new VersionListRequest(keys, afterVersion)));
            page.entries().forEach(entry -> numbers.add(((ListEntry.VersionLine) entry).version()));
            assertThat(page.entries().size()).isLessThanOrEqualTo(limit);
            after = page.next();
            afterVersion = page.nextVersion();
        } while (after.isPresent());
        assertThat(numbers)
                .isEqualTo(all.stream().map(version -> version.number).toList());
    }

    private void compare(ObjectKey key) {
        List<Known> versions = versions(key);
        List<ListEntry.VersionLine> lines = store.versions(BUCKET, key, OptionalLong.empty(), 1000);
        assertThat(lines.stream().map(ListEntry.VersionLine::version).toList())
                .as("versions of %s", key)
                .isEqualTo(versions.stream().map(version -> version.number).toList());
        assertThat(store.read(BUCKET, key).map(VersionModelTest::close).isPresent())
                .isEqualTo(isVisible(versions));
        for (int i = 0; i < versions.size(); i++) {
            Known version = versions.get(i);
            assertThat(lines.get(i).info().isEmpty()).isEqualTo(version.marker);
            ReadAttempt attempt = store.read(BUCKET, key, OptionalLong.of(version.number));
            if (version.marker) {
                assertThat(attempt).isEqualTo(new ReadAttempt.Deleted(version.number));
            } else {
                try (StoredObject object = ((ReadAttempt.Found) attempt).object()) {
                    assertThat(object.info().version()).isEqualTo(version.number);
                    assertThat(StoreTest.bytes(object)).isEqualTo(version.content);
                }
            }
        }
        assertThat(store.read(BUCKET, key, OptionalLong.of(7))).isInstanceOf(ReadAttempt.Absent.class);
    }

    private void reopen(boolean withoutMark) throws IOException {
        store.close();
        if (withoutMark) {
            Files.delete(place.resolve("RUN"));
        }
        store = open();
        compareAll();
    }

    /** A copy of the folder as a killed process would leave it: the next start mends the maps and replays the tail. */
    private void die() throws IOException {
        Path copy = folder.resolve(
                Integer.toString(Integer.parseInt(place.getFileName().toString()) + 1));
        Path left = place;
        Futures.await(store.list(new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 1)));
        copyTree(place, copy);
        store.close();
        Path run = copy.resolve("RUN");
        String mark = Files.readString(run);
        String inode = Files.getAttribute(copy, "unix:dev") + ":" + Files.getAttribute(copy, "unix:ino");
        assertThat(mark).contains("place=");
        Files.writeString(run, mark.replaceAll("place=.*", "place=" + inode));
        place = copy;
        store = open();
        deleteTree(left);
        compareAll();
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (Files.exists(path)) {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void run(JobRequest.Kind kind) {
        Job job = store.jobs().submit(new JobRequest(kind, Optional.empty(), true));
        Awaitility.await()
                .until(() ->
                        store.jobs().find(job.id()).orElseThrow().finishedAt().isPresent());
        Job ended = store.jobs().find(job.id()).orElseThrow();
        assertThat(ended.state()).as("%s", ended.error()).isEqualTo(Job.State.DONE);
        compareAll();
    }
}
