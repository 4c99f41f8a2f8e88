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
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations against the store and a sorted map side by side; the answers must be the same, also after clean
 * reopenings, after reopenings that find no mark and so rebuild every view, and after online rebuilds.
 */
class StoreModelTest {
    private static final int STEPS = 1500;
    private static final List<BucketName> BUCKETS =
            List.of(new BucketName("one"), new BucketName("two"), new BucketName("three"));

    /** What the model knows of an object. */
    @SuppressWarnings("ArrayRecordComponent") // Two of them are never compared.
    private record Known(byte[] content, long version, ObjectAttributes attributes, List<Sha256> parts) {
        Known(byte[] content, long version, ObjectAttributes attributes) {
            this(content, version, attributes, List.of(Sha256.of(ByteBuffer.wrap(content))));
        }

        String etag() {
            if (!attributes.headers().containsKey(ObjectAttributes.APPENDED_PARTS)) {
                return parts.get(0).hex();
            }
            ByteBuffer digests = ByteBuffer.allocate(parts.size() * Sha256.SIZE);
            parts.forEach(part -> part.writeTo(digests));
            return Sha256.of(digests.flip()).hex() + "-" + parts.size();
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(version);
        }
    }

    @TempDir
    Path folder;

    private final Map<BucketName, TreeMap<ObjectKey, Known>> model = new TreeMap<>();
    private final Random random = new Random(Seeds.pick("StoreModelTest"));

    @SuppressWarnings("NullAway.Init") // Each test opens it first, in its folder.
    private HayloftStore store;

    private long highestVersion;

    private HayloftStore open() {
        return HayloftStore.open(TestConfig.in(folder).partitions(2).build(), Clock.systemUTC());
    }

    @Test
    @Timeout(180)
    void randomOperations_giveTheModelsAnswers() throws IOException {
        store = open();
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
                if (step % 300 == 299) {
                    compareAll();
                }
            }
        } finally {
            store.close();
        }
    }

    private void step() throws IOException {
        BucketName bucket = BUCKETS.get(random.nextInt(BUCKETS.size()));
        switch (random.nextInt(100)) {
            case 0 -> reopen(false);
            case 1 -> reopen(true);
            case 2 -> rebuildOnline();
            case 3 -> seal();
            case 4 -> deleteBucket(bucket);
            case 20, 21 -> compact();
            case 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54 -> append(bucket);
            case 5, 6, 7 -> upload(bucket);
            case 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 -> delete(bucket);
            case 22, 23, 24, 25, 26, 27, 28, 29 -> list(bucket);
            case 30, 31, 32, 33, 34, 35, 36, 37, 38, 39 -> read(bucket);
            default -> put(bucket);
        }
    }

    private TreeMap<ObjectKey, Known> objects(BucketName bucket) {
        if (!model.containsKey(bucket)) {
            BucketSettings settings = DeduplicationTest.settings(random.nextBoolean(), false, "auto");
            assertThat(store.createBucket(bucket, settings).created()).isTrue();
            model.put(bucket, new TreeMap<>());
        }
        return model.get(bucket);
    }

    private ObjectKey key() {
        String[] folders = {"", "a/", "a/b/", "ä/", "z"};
        return ObjectKey.of(folders[random.nextInt(folders.length)] + random.nextInt(40));
    }

    private byte[] content(int sizeMax) {
        byte[] content = new byte[random.nextInt(sizeMax + 1)];
        random.nextBytes(content);
        if (random.nextInt(3) == 0) { // One of a few, so that buckets which share content have some to share.
            int which = random.nextInt(5);
            byte[] known = new byte[Math.min(sizeMax, ObjectStore.EXTENT_SIZE / 128 * (which + 1))];
            new Random(which).nextBytes(known);
            return known;
        }
        return content;
    }

    private ObjectAttributes attributes() {
        return random.nextBoolean()
                ? ObjectAttributes.NONE
                : new ObjectAttributes("text/x-" + random.nextInt(5), Map.of(), Map.of("n", "v" + random.nextInt()));
    }

    private void put(BucketName bucket) {
        TreeMap<ObjectKey, Known> objects = objects(bucket);
        ObjectKey key = key();
        byte[] content = content(random.nextInt(20) == 0 ? 200_000 : 2_000);
        ObjectAttributes attributes = attributes();
        Known known = objects.get(key);
        WriteCondition condition = condition(known);
        Durability durability = random.nextInt(10) == 0 ? Durability.DISK : Durability.MEMORY;
        try {
            WriteResult result = Futures.await(store.put(
                    new PutRequest(bucket, key, attributes, condition, Optional.of(durability)),
                    ByteBuffer.wrap(content)));
            assertThat(holds(condition, known)).isTrue();
            wrote(objects, key, content, attributes, result, known == null);
        } catch (HayloftException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
            assertThat(holds(condition, known)).isFalse();
        }
    }

    private void wrote(
            TreeMap<ObjectKey, Known> objects,
            ObjectKey key,
            byte[] content,
            ObjectAttributes attributes,
            WriteResult result,
            boolean created) {
        assertThat(result.created()).isEqualTo(created);
        assertThat(result.version()).isGreaterThan(highestVersion);
        highestVersion = result.version();
        objects.put(key, new Known(content, result.version(), attributes));
    }

    private void append(BucketName bucket) {
        TreeMap<ObjectKey, Known> objects = objects(bucket);
        ObjectKey key = ObjectKey.of("a/" + random.nextInt(8));
        byte[] part = content(random.nextInt(20) == 0 ? 100_000 : 3_000);
        ObjectAttributes attributes = attributes();
        Known known = objects.get(key);
        WriteCondition condition = condition(known);
        int size = known == null ? 0 : known.content().length;
        OptionalLong offset = random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(size - random.nextInt(2));
        boolean holds = holds(condition, known) && (offset.isEmpty() || offset.getAsLong() == size);
        PutRequest put = new PutRequest(bucket, key, attributes, condition, Optional.empty());
        Sha256 sha256 = Sha256.of(ByteBuffer.wrap(part));
        try {
            WriteResult result =
                    Futures.await(store.verbs().append(new AppendRequest(put, offset), ByteBuffer.wrap(part), sha256));
            assertThat(holds).isTrue();
            List<Sha256> parts = new ArrayList<>(known == null ? List.of() : known.parts());
            parts.add(sha256);
            byte[] whole = Arrays.copyOf(known == null ? new byte[0] : known.content(), size + part.length);
            System.arraycopy(part, 0, whole, size, part.length);
            ObjectAttributes first = known == null ? attributes : known.attributes();
            TreeMap<String, String> headers = new TreeMap<>(first.headers());
            headers.put(ObjectAttributes.APPENDED_PARTS, Integer.toString(parts.size()));
            wrote(objects, key, whole, first, result, known == null);
            ObjectAttributes now = new ObjectAttributes(first.contentType(), headers, first.metadata());
            objects.put(key, new Known(whole, result.version(), now, parts));
        } catch (HayloftException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
            assertThat(holds).isFalse();
        }
    }

    private WriteCondition condition(@Nullable Known known) {
        String tag = known == null || random.nextBoolean()
                ? Sha256.of(ByteBuffer.wrap(content(4))).hex()
                : known.etag();
        WriteCondition.Tags tags = new WriteCondition.Tags(random.nextInt(3) == 0, List.of(tag));
        return switch (random.nextInt(12)) {
            case 0 -> WriteCondition.ABSENT;
            case 1 ->
                new WriteCondition(
                        OptionalLong.of(known == null ? 5 : known.version()), Optional.empty(), Optional.empty());
            case 2 -> new WriteCondition(OptionalLong.empty(), Optional.of(tags), Optional.empty());
            case 3 -> new WriteCondition(OptionalLong.empty(), Optional.empty(), Optional.of(tags));
            default -> WriteCondition.NONE;
        };
    }

    private static boolean holds(WriteCondition condition, @Nullable Known known) {
        long version = known == null ? 0 : known.version();
        String tag = known == null ? "" : known.etag();
        return (condition.ifVersion().isEmpty() || condition.ifVersion().getAsLong() == version)
                && condition
                        .ifMatch()
                        .map(tags -> known != null && tags.contains(tag))
                        .orElse(true)
                && condition
                        .ifNoneMatch()
                        .map(tags -> known == null || !tags.contains(tag))
                        .orElse(true);
    }

    private void upload(BucketName bucket) {
        TreeMap<ObjectKey, Known> objects = objects(bucket);
        ObjectKey key = key();
        byte[] content = content(3 * ObjectStore.EXTENT_SIZE);
        MessageDigest digest = Sha256.newDigest();
        digest.update(content);
        try (Upload upload = store.startUpload(PutRequest.of(bucket, key))) {
            for (int at = 0; at < content.length; at += ObjectStore.EXTENT_SIZE) {
                int size = Math.min(ObjectStore.EXTENT_SIZE, content.length - at);
                Futures.await(upload.write(ByteBuffer.wrap(content, at, size)));
            }
            if (random.nextInt(4) > 0) {
                WriteResult result = Futures.await(upload.commit(Sha256.of(digest)));
                wrote(objects, key, content, ObjectAttributes.NONE, result, !objects.containsKey(key));
            }
        }
    }

    private void delete(BucketName bucket) {
        TreeMap<ObjectKey, Known> objects = objects(bucket);
        ObjectKey key = key();
        DeleteResult result = Futures.await(store.delete(bucket, key, WriteCondition.NONE));
        assertThat(result.existed()).isEqualTo(objects.remove(key) != null);
    }

    private void deleteBucket(BucketName bucket) {
        if (random.nextInt(4) == 0 && model.containsKey(bucket)) {
            store.deleteBucket(bucket, true);
            model.remove(bucket);
        }
    }

    private void read(BucketName bucket) {
        TreeMap<ObjectKey, Known> objects = objects(bucket);
        ObjectKey key = key();
        compare(bucket, key, objects.get(key));
    }

    private void compare(BucketName bucket, ObjectKey key, @Nullable Known known) {
        Optional<StoredObject> found = store.read(bucket, key);
        assertThat(found.isPresent()).as("%s/%s", bucket, key).isEqualTo(known != null);
        if (found.isPresent() && known != null) {
            try (StoredObject object = found.get()) {
                assertThat(object.info().version()).isEqualTo(known.version());
                assertThat(object.info().attributes()).isEqualTo(known.attributes());
                assertThat(object.info().sizeBytes()).isEqualTo(known.content().length);
                assertThat(object.info().etag()).isEqualTo(known.etag());
                assertThat(StoreTest.bytes(object)).isEqualTo(known.content());
            }
        }
    }

    private void list(BucketName bucket) {
        TreeMap<ObjectKey, Known> objects = objects(bucket);
        String prefix = List.of("", "a", "a/", "ä", "z1", "none").get(random.nextInt(6));
        Optional<String> delimiter = random.nextBoolean() ? Optional.of("/") : Optional.empty();
        List<String> expected = expected(objects, prefix, delimiter);
        List<String> actual = new ArrayList<>();
        Optional<String> after = Optional.empty();
        int limit = 1 + random.nextInt(20);
        do {
            ListPage page = Futures.await(store.list(new ListRequest(bucket, prefix, delimiter, after, limit)));
            assertThat(page.entries().size()).isLessThanOrEqualTo(limit);
            page.entries().forEach(entry -> actual.add(name(entry)));
            after = page.next();
        } while (after.isPresent());
        assertThat(actual).isEqualTo(expected);
        List<String> streamed = new ArrayList<>();
        try (ListCursor cursor =
                Futures.await(store.listAll(new ListRequest(bucket, prefix, delimiter, Optional.empty(), 1)))) {
            for (Optional<ListEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                streamed.add(name(entry.get()));
            }
        }
        assertThat(streamed).isEqualTo(expected);
    }

    private static String name(ListEntry entry) {
        return entry instanceof ListEntry.ObjectLine object
                ? object.info().key().toString()
                : ((ListEntry.PrefixLine) entry).prefix();
    }

    private static List<String> expected(TreeMap<ObjectKey, Known> objects, String prefix, Optional<String> delimiter) {
        TreeSet<ObjectKey> names = new TreeSet<>();
        for (ObjectKey key : objects.keySet()) {
            String text = key.toString();
            if (text.startsWith(prefix)) {
                int cut = delimiter.map(d -> text.indexOf(d, prefix.length())).orElse(-1);
                names.add(cut < 0 ? key : ObjectKey.of(text.substring(0, cut + 1)));
            }
        }
        return names.stream().map(ObjectKey::toString).toList();
    }

    private void seal() {
        await(store.jobs().submit(new JobRequest(JobRequest.Kind.SEAL, Optional.empty(), true)));
    }

    /** Sometimes of what is sealed, sometimes of everything; between two looks at all of it. */
    private void compact() {
        if (random.nextBoolean()) {
            seal();
        }
        await(store.jobs().submit(new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), true)));
        if (random.nextInt(4) == 0) {
            compareAll();
        }
    }

    private void rebuildOnline() {
        await(store.jobs().submit(new JobRequest(JobRequest.Kind.REBUILD_INDEX, Optional.empty(), true)));
    }

    private void await(Job job) {
        Awaitility.await()
                .until(() ->
                        store.jobs().find(job.id()).orElseThrow().finishedAt().isPresent());
        Job ended = store.jobs().find(job.id()).orElseThrow();
        assertThat(ended.state()).as("%s", ended.error()).isEqualTo(Job.State.DONE);
    }

    /** Without the run mark the next start finds no reason to trust any view. */
    private void reopen(boolean withoutMark) throws IOException {
        store.close();
        if (withoutMark) {
            Files.delete(folder.resolve("RUN"));
            if (random.nextBoolean()) {
                damageAHint();
            }
        }
        store = open();
        compareAll();
    }

    private void damageAHint() throws IOException {
        Path hints = folder.resolve("partitions/0/hints");
        try (var files = Files.list(hints)) {
            Optional<Path> hint =
                    files.filter(file -> file.toString().endsWith(".hint")).findFirst();
            if (hint.isPresent()) {
                byte[] bytes = Files.readAllBytes(hint.get());
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(hint.get(), bytes, StandardOpenOption.TRUNCATE_EXISTING);
            }
        }
    }

    private void compareAll() {
        assertThat(store.buckets().stream().map(Bucket::name).toList()).isEqualTo(List.copyOf(model.keySet()));
        model.forEach((bucket, objects) -> {
            objects.forEach((key, known) -> compare(bucket, key, known));
            BucketStatistics statistics = store.statistics(bucket);
            assertThat(statistics.objects()).isEqualTo(objects.size());
            assertThat(statistics.logicalBytes())
                    .isEqualTo(objects.values().stream()
                            .mapToLong(known -> known.content().length)
                            .sum());
            list(bucket);
        });
    }
}
