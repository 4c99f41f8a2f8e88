package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.ReferenceBucket.Known;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every verb on buckets of every setting at random, beside {@link ReferenceBucket}: the same versions, contents,
 * attributes and figures must be there after every step, after clean reopenings, after those that trust no view, after
 * the death of a process, after rebuilds, compaction, encoding, damage and repair.
 */
final class WholeModelTest extends ModelComparison {
    private static final int STEPS = 350;
    private static final int DATA_SHARDS = 3;
    private static final int PARITY_SHARDS = 2;
    private static final List<BucketName> BUCKETS = List.of(new BucketName("one"), new BucketName("two"));

    @TempDir
    Path folder;

    private final List<Reading> readings = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // Each run sets it first.
    private Path place;

    @SuppressWarnings("NullAway.Init") // Likewise.
    private Path masterKey;

    private Optional<Pending> pending = Optional.empty();
    private String doing = "nothing yet";

    /** An object that was opened some steps ago. */
    private record Reading(StoredObject object, ByteBuffer expected) {}

    /** An upload that goes on over some steps. */
    private record Pending(BucketName bucket, ObjectKey key, Upload upload, ByteBuffer content) {}

    private HayloftStore open() {
        ParityConfig parity = new ParityConfig(
                false,
                DATA_SHARDS,
                PARITY_SHARDS,
                Duration.ofHours(1),
                1L << 40,
                Duration.ofDays(7),
                1L << 40,
                List.of());
        StoreConfig config = TestConfig.in(place)
                .partitions(2)
                .volumeSizeBytes(1L << 20)
                .durability(Durability.MEMORY)
                .memorySync(Duration.ofMinutes(5))
                .compaction(new CompactionConfig(false, 0.25, 1L << 40, Duration.ofDays(7)))
                .parity(parity)
                .encryption(new EncryptionConfig(Optional.of(masterKey), List.of()))
                .build();
        return HayloftStore.open(config, clock);
    }

    @Test
    @Timeout(240)
    void randomVerbs_onBucketsOfEverySetting_giveTheModelsAnswers() throws IOException {
        run(Seeds.pick("WholeModelTest"), STEPS, folder);
    }

    /** For hours: {@code -Dhayloft.soak.seconds=N}, 60 by default. */
    @Test
    @Tag("soak")
    void randomVerbs_ofManySeeds_giveTheModelsAnswers() throws IOException {
        long until = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("hayloft.soak.seconds", 60)).toNanos();
        long seed = Seeds.pick("WholeModelTest");
        for (int i = 0; System.nanoTime() < until; i++) {
            Path mine = folder.resolve("run-" + i);
            run(seed + i, STEPS, mine);
            RecoveryTest.deleteTree(mine);
        }
    }

    void run(long seed, int steps, Path root) throws IOException {
        random = new Random(seed);
        model.clear();
        everKept.clear();
        readings.clear();
        pending = Optional.empty();
        masterKey = root.resolve("master.key");
        place = root.resolve("0");
        Files.createDirectories(place);
        byte[] key = new byte[32];
        random.nextBytes(key);
        Files.writeString(masterKey, Base64.getEncoder().encodeToString(key) + "\n");
        int step = 0;
        store = open();
        try {
            for (; step < steps; step++) {
                step();
                if (step % 50 == 49) {
                    compareAll();
                }
            }
            compareAll();
            end();
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed + ", step " + step + ", " + doing, e);
        } finally {
            letGo();
            store.close();
        }
    }

    /** Once everything is deleted nothing is stored. */
    private void end() throws IOException {
        letGo();
        model.forEach((name, bucket) -> {
            bucket.keys()
                    .keySet()
                    .forEach(key -> Futures.await(store.delete(
                            new DeleteRequest(name, key, new DeleteRequest.Target.All(), WriteCondition.NONE))));
            awaitFigures(name, () -> {
                BucketStatistics figures = store.statistics(name);
                assertThat(figures.objects() + figures.versions() + figures.logicalBytes())
                        .isZero();
                assertThat(figures.storedBytes() + figures.savedBytes()).isZero();
            });
        });
        model.clear();
    }

    private void awaitFigures(BucketName name, org.awaitility.core.ThrowingRunnable check) {
        Awaitility.await().alias("figures of " + name).untilAsserted(check);
    }

    private void letGo() {
        readings.forEach(reading -> {
            assertThat(StoreTest.bytes(reading.object()))
                    .isEqualTo(reading.expected().array());
            reading.object().close();
        });
        readings.clear();
        pending.ifPresent(upload -> upload.upload().close());
        pending = Optional.empty();
    }

    private void step() throws IOException {
        clock.advance(Duration.ofMillis(1));
        sweepIfDue();
        BucketName name = BUCKETS.get(random.nextInt(BUCKETS.size()));
        if (!model.containsKey(name)) {
            create(name);
        }
        ObjectKey key = ObjectKey.of("k" + random.nextInt(KEYS));
        int dice = random.nextInt(200);
        if (dice < 24) {
            maintain(dice);
        } else {
            doing = "verb " + dice + " on " + name + "/" + key;
            act(dice, name, key);
            if (model.containsKey(name)) {
                compare(name, key);
            }
        }
    }

    private void maintain(int dice) throws IOException {
        doing = "maintenance " + dice;
        switch (dice) {
            case 0, 1 -> reopen(false);
            case 2, 3 -> reopen(true);
            case 4, 5, 6 -> die();
            case 7, 8 -> run(JobRequest.Kind.REBUILD_INDEX);
            case 9, 10, 11, 12 -> {
                run(JobRequest.Kind.SEAL);
                run(JobRequest.Kind.COMPACT);
            }
            case 13, 14 -> run(JobRequest.Kind.COMPACT);
            case 15, 16, 17, 18 -> damageAndRepair();
            default -> pass();
        }
    }

    private void act(int dice, BucketName name, ObjectKey key) {
        if (dice < 36) {
            change(name);
        } else if (dice < 66) {
            append(name, key);
        } else if (dice < 78) {
            rename(name, key);
        } else if (dice < 90) {
            copy(name, key);
        } else if (dice < 100) {
            patch(name, key);
        } else if (dice < 114) {
            batch(name);
        } else if (dice < 130) {
            delete(name, key);
        } else if (dice < 140) {
            deleteVersion(name, key);
        } else if (dice < 144) {
            purge(name, key);
        } else if (dice < 154) {
            upload(name, key);
        } else if (dice < 158) {
            openReading(name, key);
        } else if (dice == 158) {
            store.deleteBucket(name, true);
            model.remove(name);
            pending.filter(upload -> upload.bucket().equals(name))
                    .ifPresent(upload -> upload.upload().close());
            pending = pending.filter(upload -> !upload.bucket().equals(name));
        } else {
            put(name, key);
        }
    }

    private BucketSettings settings() {
        return BucketSettings.builder(Durability.MEMORY)
                .versioning(random.nextInt(3) == 0)
                .maxVersions(random.nextBoolean() ? Optional.empty() : Optional.of(1 + random.nextInt(4)))
                .compression(List.of("auto", "none", "zstd", "zlib").get(random.nextInt(4)))
                .deduplicate(random.nextInt(3) > 0)
                .encrypt(random.nextInt(3) == 0)
                .ttl(random.nextInt(4) > 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(5 + random.nextInt(60))))
                .build();
    }

    private void create(BucketName name) {
        BucketSettings settings = settings();
        assertThat(store.createBucket(name, settings).created()).isTrue();
        model.put(name, new ReferenceBucket(settings));
        everKept.remove(name);
        noteKept(name);
    }

    private void change(BucketName name) {
        BucketSettings settings = settings();
        store.updateBucket(name, before -> settings);
        bucket(name).change(settings);
        noteKept(name);
    }

    private void noteKept(BucketName name) {
        if (bucket(name).settings().versioning()) {
            everKept.add(name);
        }
    }

    /** Mostly small; some large enough to be shared, and some of a few that are known. */
    private byte[] content() {
        int dice = random.nextInt(12);
        if (dice < 5) {
            int which = random.nextInt(6);
            byte[] known = new byte[Deduplication.SIZE_MIN * (1 + which * which)];
            new Random(which).nextBytes(known);
            return known;
        }
        byte[] content = new byte[random.nextInt(dice < 10 ? 300 : 30_000)];
        if (random.nextBoolean()) {
            random.nextBytes(content);
        }
        return content;
    }

    /** Up to three extents, some of them equal. */
    private byte[] large() {
        byte[] content = new byte[random.nextInt(5 * ObjectStore.EXTENT_SIZE / 2)];
        new Random(random.nextInt(4)).nextBytes(content);
        if (random.nextBoolean() && content.length > ObjectStore.EXTENT_SIZE) {
            int again = Math.min(ObjectStore.EXTENT_SIZE, content.length - ObjectStore.EXTENT_SIZE);
            System.arraycopy(content, 0, content, ObjectStore.EXTENT_SIZE, again);
        }
        return content;
    }

    private ObjectAttributes attributes() {
        return random.nextBoolean()
                ? ObjectAttributes.NONE
                : new ObjectAttributes("text/x-" + random.nextInt(3), Map.of(), Map.of("n", "v" + random.nextInt(9)));
    }

    private Optional<Duration> ttl() {
        return random.nextInt(5) == 0 ? Optional.of(Duration.ofSeconds(1 + random.nextInt(40))) : Optional.empty();
    }

    private long end(BucketName name, Optional<Duration> ttl) {
        return ttl.or(() -> bucket(name).settings().ttl())
                .map(life -> clock.millis() + life.toMillis())
                .orElse(NEVER);
    }

    private static ErrorCode failure(Runnable act) {
        try {
            act.run();
        } catch (HayloftException e) {
            return e.code();
        }
        throw new AssertionError("it happened");
    }

    private void put(BucketName name, ObjectKey key) {
        Known known = Known.of(content(), attributes(), NEVER);
        Optional<Duration> ttl = ttl();
        boolean absentOnly = random.nextInt(8) == 0;
        PutRequest request = new PutRequest(
                name,
                key,
                known.attributes(),
                absentOnly ? WriteCondition.ABSENT : WriteCondition.NONE,
                Optional.empty(),
                ttl);
        boolean exists = visible(name, key).isPresent();
        if (absentOnly && exists) {
            assertThat(failure(() -> Futures.await(store.put(request, ByteBuffer.wrap(known.content())))))
                    .isEqualTo(ErrorCode.PRECONDITION_FAILED);
            return;
        }
        WriteResult result = Futures.await(store.put(request, ByteBuffer.wrap(known.content())));
        assertThat(result.created()).isEqualTo(!exists);
        bucket(name).put(key, known.until(end(name, ttl)), result.version());
    }

    private void upload(BucketName name, ObjectKey key) {
        if (pending.isPresent()) {
            commit(pending.get());
            return;
        }
        byte[] content = large();
        Upload upload = store.startUpload(PutRequest.of(name, key));
        pending = Optional.of(new Pending(name, key, upload, ByteBuffer.wrap(content)));
        write(upload, content);
        if (random.nextBoolean()) {
            commit(pending.get());
        }
    }

    private static void write(Upload upload, byte[] content) {
        for (int at = 0; at < content.length; at += ObjectStore.EXTENT_SIZE) {
            int size = Math.min(ObjectStore.EXTENT_SIZE, content.length - at);
            Futures.await(upload.write(ByteBuffer.wrap(content, at, size)));
        }
    }

    private static Sha256 digest(byte[] content) {
        MessageDigest digest = Sha256.newDigest();
        digest.update(content);
        return Sha256.of(digest);
    }

    private void commit(Pending upload) {
        pending = Optional.empty();
        if (random.nextInt(6) == 0) {
            upload.upload().close();
            return;
        }
        byte[] content = upload.content().array();
        boolean exists = visible(upload.bucket(), upload.key()).isPresent();
        WriteResult result = Futures.await(upload.upload().commit(digest(content)));
        assertThat(result.created()).isEqualTo(!exists);
        Known known = Known.of(content, ObjectAttributes.NONE, end(upload.bucket(), Optional.empty()));
        bucket(upload.bucket()).put(upload.key(), known, result.version());
        compare(upload.bucket(), upload.key());
    }

    private void append(BucketName name, ObjectKey key) {
        boolean isLarge = random.nextInt(12) == 0;
        byte[] part = isLarge ? large() : content();
        ObjectAttributes attributes = attributes();
        Optional<Duration> ttl = ttl();
        Optional<Known> base = visible(name, key);
        PutRequest put = new PutRequest(name, key, attributes, WriteCondition.NONE, Optional.empty(), ttl);
        AppendRequest request = AppendRequest.of(put);
        WriteResult result;
        if (isLarge) {
            try (Upload upload = store.verbs().startAppend(request)) {
                write(upload, part);
                result = Futures.await(upload.commit(digest(part)));
            }
        } else {
            result = Futures.await(store.verbs().append(request, ByteBuffer.wrap(part), digest(part)));
        }
        assertThat(result.created()).isEqualTo(base.isEmpty());
        if (base.isEmpty()) {
            bucket(name).put(key, Known.begun(part, attributes, end(name, ttl)), result.version());
        } else {
            long end = ttl.isPresent() ? end(name, ttl) : base.get().expiresAtMillis();
            bucket(name).supersede(key, base.get().plus(part, end), result.version());
        }
        assertThat(result.etag()).isEqualTo(visible(name, key).orElseThrow().etag());
    }

    private void rename(BucketName name, ObjectKey from) {
        ReferenceBucket bucket = bucket(name);
        ObjectKey to = ObjectKey.of("k" + random.nextInt(KEYS));
        boolean overwrite = random.nextInt(4) > 0;
        RenameRequest request = new RenameRequest(name, from, to, WriteCondition.NONE, overwrite, Optional.empty());
        Optional<Known> source = visible(name, from);
        Optional<Known> target = visible(name, to);
        if (source.isEmpty() || (!overwrite && target.isPresent())) {
            assertThat(failure(() -> Futures.await(store.verbs().rename(request))))
                    .isEqualTo(source.isEmpty() ? ErrorCode.NO_SUCH_KEY : ErrorCode.PRECONDITION_FAILED);
            return;
        }
        RenameResult result = Futures.await(store.verbs().rename(request));
        if (from.equals(to)) {
            assertThat(result.version()).isEqualTo(source.get().number());
            return;
        }
        assertThat(result.replaced()).isEqualTo(target.isPresent());
        bucket.rename(from, to, clock.millis());
        number(name, to);
        assertThat(bucket.versions(to).get(0).number()).isEqualTo(result.version());
        compare(name, to);
    }

    private void copy(BucketName name, ObjectKey key) {
        BucketName toBucket = random.nextInt(3) == 0 ? BUCKETS.get(random.nextInt(BUCKETS.size())) : name;
        if (!model.containsKey(toBucket)) {
            return;
        }
        ObjectKey to = ObjectKey.of("k" + random.nextInt(KEYS));
        List<Known> versions = bucket(name).versions(key);
        Optional<Known> source = visible(name, key);
        OptionalLong version = OptionalLong.empty();
        if (!versions.isEmpty() && random.nextInt(3) == 0) {
            Known chosen = versions.get(random.nextInt(versions.size()));
            version = OptionalLong.of(chosen.number());
            source = chosen.isMarker() ? Optional.empty() : Optional.of(chosen);
        }
        Optional<Duration> ttl = ttl();
        CopyRequest request =
                new CopyRequest(name, key, version, WriteCondition.NONE, toBucket, to, true, Optional.empty(), ttl);
        if (source.isEmpty()) {
            assertThat(failure(() -> Futures.await(store.verbs().copy(request))))
                    .isEqualTo(ErrorCode.NO_SUCH_KEY);
            return;
        }
        boolean exists = visible(toBucket, to).isPresent();
        WriteResult result = Futures.await(store.verbs().copy(request));
        assertThat(result.created()).isEqualTo(!exists);
        bucket(toBucket).put(to, source.get().until(end(toBucket, ttl)), result.version());
        compare(toBucket, to);
    }

    private void patch(BucketName name, ObjectKey key) {
        ObjectAttributes attributes = attributes();
        Optional<Known> base = visible(name, key);
        PatchRequest request = PatchRequest.of(
                name,
                key,
                before -> new ObjectAttributes(attributes.contentType(), before.headers(), attributes.metadata()));
        if (base.isEmpty()) {
            assertThat(failure(() -> Futures.await(store.verbs().patch(request))))
                    .isEqualTo(ErrorCode.NO_SUCH_KEY);
            return;
        }
        ObjectInfo info = Futures.await(store.verbs().patch(request));
        assertThat(info.etag()).isEqualTo(base.get().etag());
        bucket(name).put(key, base.get().with(attributes), info.version());
    }

    private void batch(BucketName name) {
        List<BatchStep> steps = new ArrayList<>();
        int size = 1 + random.nextInt(8);
        for (int i = 0; i < size; i++) {
            ObjectKey key = ObjectKey.of("k" + random.nextInt(KEYS));
            steps.add(
                    random.nextInt(4) == 0
                            ? new BatchStep.Delete(key, OptionalLong.empty())
                            : new BatchStep.Put(
                                    key,
                                    attributes(),
                                    OptionalLong.empty(),
                                    ByteBuffer.wrap(random.nextInt(10) == 0 ? large() : content())));
        }
        boolean refused = random.nextInt(6) == 0;
        if (refused) {
            steps.add(new BatchStep.Delete(ObjectKey.of("k0"), OptionalLong.of(7)));
            assertThat(failure(() -> Futures.await(store.verbs().batch(name, steps, Optional.empty()))))
                    .isEqualTo(ErrorCode.PRECONDITION_FAILED);
        } else {
            BatchResult result = Futures.await(store.verbs().batch(name, steps, Optional.empty()));
            for (int i = 0; i < steps.size(); i++) {
                apply(name, steps.get(i), result.steps().get(i));
            }
        }
        steps.forEach(step -> compare(name, step.key()));
    }

    private void apply(BucketName name, BatchStep step, long number) {
        ReferenceBucket bucket = bucket(name);
        if (step instanceof BatchStep.Put put) {
            Known known = Known.of(put.content().array(), put.attributes(), end(name, Optional.empty()));
            bucket.put(put.key(), known, number);
        } else {
            OptionalLong marker = bucket.leavesMarker(step.key()) ? OptionalLong.of(number) : OptionalLong.empty();
            assertThat(bucket.delete(step.key(), marker)).isTrue();
        }
    }

    private void delete(BucketName name, ObjectKey key) {
        boolean exists = visible(name, key).isPresent();
        DeleteResult result = Futures.await(store.delete(DeleteRequest.of(name, key)));
        assertThat(result.existed()).isEqualTo(exists);
        assertThat(bucket(name).delete(key, result.marker())).isTrue();
    }

    private void deleteVersion(BucketName name, ObjectKey key) {
        List<Known> versions = bucket(name).versions(key);
        long number = versions.isEmpty() || random.nextInt(8) == 0
                ? 1 + random.nextInt(1000)
                : versions.get(random.nextInt(versions.size())).number();
        Futures.await(store.delete(
                new DeleteRequest(name, key, new DeleteRequest.Target.Version(number), WriteCondition.NONE)));
        bucket(name).deleteVersion(key, number);
    }

    private void purge(BucketName name, ObjectKey key) {
        Futures.await(store.delete(new DeleteRequest(name, key, new DeleteRequest.Target.All(), WriteCondition.NONE)));
        bucket(name).purge(key);
    }

    private void openReading(BucketName name, ObjectKey key) {
        if (readings.size() < 3) {
            store.read(name, key)
                    .ifPresent(object -> readings.add(new Reading(
                            object,
                            ByteBuffer.wrap(visible(name, key).orElseThrow().content()))));
        } else {
            letGo();
        }
    }

    /** Time passes; what has ended is taken out. */
    private void pass() {
        clock.advance(Duration.ofSeconds(random.nextInt(12)));
        model.forEach((name, bucket) -> bucket.keys().keySet().forEach(key -> assertThat(isRead(name, key))
                .as("%s/%s", name, key)
                .isEqualTo(visible(name, key).isPresent())));
        sweepIfDue();
        compareAll();
    }

    private void sweepIfDue() {
        long now = clock.millis();
        if (model.values().stream().anyMatch(bucket -> bucket.isDue(now))) {
            store.sweepExpired();
            model.forEach((name, bucket) -> {
                bucket.expire(now);
                bucket.keys().keySet().stream().filter(bucket::hasUnknown).forEach(key -> number(name, key));
            });
        }
    }

    /** What is stored is the same whether it was counted all along or anew. */
    private void reopen(boolean withoutMark) throws IOException {
        letGo();
        TreeMap<BucketName, BucketStatistics> before = new TreeMap<>();
        store.close();
        if (withoutMark) {
            store = open();
            model.keySet().forEach(name -> before.put(name, store.statistics(name)));
            store.close();
            Files.delete(place.resolve("RUN"));
        }
        store = open();
        before.forEach((name, figures) -> awaitFigures(
                name,
                () -> { // Extents that nothing names go behind the start.
                    assertThat(store.statistics(name).storedBytes())
                            .as("stored in %s", name)
                            .isEqualTo(figures.storedBytes());
                    assertThat(store.statistics(name).savedBytes())
                            .as("saved in %s", name)
                            .isEqualTo(figures.savedBytes());
                    assertThat(store.statistics(name).liveBytes())
                            .as("live in %s", name)
                            .isEqualTo(figures.liveBytes());
                }));
        compareAll();
    }

    /** A copy of the folder as a killed process would leave it: the next start mends the maps and replays the tail. */
    private void die() throws IOException {
        letGo();
        Path copy = place.resolveSibling(
                Integer.toString(Integer.parseInt(place.getFileName().toString()) + 1));
        Path left = place;
        model.keySet()
                .forEach(name ->
                        Futures.await(store.list(new ListRequest(name, "", Optional.empty(), Optional.empty(), 1))));
        RecoveryTest.copyTree(place, copy);
        store.close();
        Path run = copy.resolve("RUN");
        String mark = Files.readString(run);
        String inode = Files.getAttribute(copy, "unix:dev") + ":" + Files.getAttribute(copy, "unix:ino");
        assertThat(mark).contains("place=");
        Files.writeString(run, mark.replaceAll("place=.*", "place=" + inode));
        place = copy;
        store = open();
        RecoveryTest.deleteTree(left);
        compareAll();
    }

    /** Volumes get parity, lose as much as that makes up for, are read all the same, and are made whole. */
    private void damageAndRepair() throws IOException {
        run(JobRequest.Kind.SEAL);
        run(JobRequest.Kind.ENCODE);
        for (VolumeStatus volume : store.volumes()) {
            if (volume.shards().size() > 1 && random.nextBoolean()) {
                Set<Integer> hit = new HashSet<>();
                for (int i = random.nextInt(PARITY_SHARDS + 1); i > 0; i--) {
                    hit.add(random.nextInt(DATA_SHARDS + PARITY_SHARDS));
                }
                for (int index : hit) {
                    damage(volume.shards().get(index));
                }
            }
        }
        compareAll();
        if (random.nextInt(3) == 0) {
            run(JobRequest.Kind.COMPACT);
        }
        run(JobRequest.Kind.REPAIR);
        assertThat(store.volumes()).noneMatch(volume -> volume.state() == VolumeStatus.State.DAMAGED);
    }

    private void damage(VolumeStatus.Shard shard) throws IOException {
        if (shard.length() == 0) {
            return;
        }
        if (shard.isParity() && random.nextBoolean()) {
            Files.delete(shard.path());
        } else if (random.nextBoolean()) {
            FileDamage.hole(shard.path(), shard.offset(), shard.length());
        } else {
            long at = shard.offset() + (long) (random.nextDouble() * shard.length());
            FileDamage.flip(shard.path(), at, random.nextInt(8));
        }
    }

    private void run(JobRequest.Kind kind) {
        TestJobs.run(store, kind);
        compareAll();
    }
}
