package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.store.encryption.EncryptionConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted buckets: nothing of them is clear on disk, all of it comes back, and only with the right master key. */
@Timeout(120)
class EncryptionTest {
    private static final BucketName SECRET = new BucketName("secret");
    private static final BucketName OPEN = new BucketName("open");
    private static final int MIB = ObjectStore.EXTENT_SIZE;

    /** How a canary begins; 20 letters and digits follow. */
    private static final String MARK = "Canary";

    private static final int WORD_SIZE = MARK.length() + 20;
    private static final int RECORDS = 100;

    @TempDir
    Path root;

    private final SecureRandom random = new SecureRandom();
    private final Set<String> canaries = new TreeSet<>();

    private Path keyFile(String name) throws IOException {
        Path file = root.resolve(name);
        if (!Files.exists(file)) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            Files.writeString(file, Base64.getEncoder().encodeToString(key) + "\n");
        }
        return file;
    }

    private EncryptionConfig masterKey() throws IOException {
        return new EncryptionConfig(Optional.of(keyFile("master.key")), List.of());
    }

    private HayloftStore open(String folder, EncryptionConfig encryption) {
        StoreConfig config = TestConfig.in(root.resolve(folder))
                .volumeSizeBytes(4L << 20)
                .encryption(encryption)
                .build();
        return HayloftStore.open(config, Clock.systemUTC());
    }

    private HayloftStore open() throws IOException {
        return open("data", masterKey());
    }

    private static BucketSettings settings(boolean encrypt) {
        return BucketSettings.defaults(Durability.MEMORY)
                .withCompression("none")
                .withEncrypt(encrypt);
    }

    /** A word that comes nowhere else. */
    private String canary() {
        byte[] bytes = new byte[15];
        random.nextBytes(bytes);
        String word = MARK + Base64.getUrlEncoder().encodeToString(bytes);
        canaries.add(word);
        return word;
    }

    private ObjectAttributes attributes() {
        return new ObjectAttributes(
                "text/" + canary(), Map.of("cache-control", canary()), Map.of("note", canary(), "n", "1"));
    }

    private byte[] content(int size) {
        ByteBuffer content = ByteBuffer.allocate(size);
        if (size < WORD_SIZE) {
            return content.array();
        }
        byte[] word = canary().getBytes(StandardCharsets.US_ASCII);
        while (content.remaining() >= word.length) {
            content.put(word);
        }
        return content.array();
    }

    @SuppressWarnings("ArrayRecordComponent") // Two of them are never compared.
    private record Known(byte[] content, ObjectAttributes attributes) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return content.length;
        }
    }

    /** An object by each way into a bucket. */
    private Map<String, Known> fill(HayloftStore store, BucketName bucket) throws Exception {
        Map<String, Known> known = new TreeMap<>();
        for (int size : new int[] {0, 1, 100, 70_000, MIB}) {
            Known put = new Known(content(size), attributes());
            Futures.await(store.put(request(bucket, "put-" + size, put), ByteBuffer.wrap(put.content())));
            known.put("put-" + size, put);
        }
        Known large = new Known(content(2 * MIB + 5), attributes());
        try (Upload upload = store.startUpload(request(bucket, "large", large))) {
            for (int at = 0; at < large.content().length; at += MIB) {
                int size = Math.min(MIB, large.content().length - at);
                Futures.await(upload.write(ByteBuffer.wrap(large.content(), at, size)));
            }
            Futures.await(upload.commit(Sha256.of(ByteBuffer.wrap(large.content()))));
        }
        known.put("large", large);
        List<BatchStep> steps = new ArrayList<>();
        for (int size : new int[] {10, 5000, 5 * MIB}) {
            Known step = new Known(content(size), attributes());
            known.put("batch-" + size, step);
            steps.add(new BatchStep.Put(
                    ObjectKey.of("batch-" + size),
                    step.attributes(),
                    OptionalLong.empty(),
                    ByteBuffer.wrap(step.content())));
        }
        Futures.await(store.verbs().batch(bucket, steps, Optional.empty()));
        records(store, bucket, known);
        return known;
    }

    private void records(HayloftStore store, BucketName bucket, Map<String, Known> known) throws Exception {
        CompletableFuture<Long> done = new CompletableFuture<>();
        RecordStream.Listener listener = new RecordStream.Listener() {
            @Override
            public void acknowledged(long records) {
                if (records == RECORDS) {
                    done.complete(records);
                }
            }

            @Override
            public void failed(HayloftException reason, long records) {
                done.completeExceptionally(reason);
            }
        };
        RecordsRequest request = new RecordsRequest(bucket, Optional.of(Durability.MEMORY), Optional.of("maker"), 0);
        try (RecordStream stream = store.startRecords(request, listener)) {
            for (int i = 0; i < RECORDS; i++) {
                Known record = new Known(content(30 + i * 90), attributes());
                known.put("record-" + i, record);
                stream.put(ObjectKey.of("record-" + i), record.attributes(), ByteBuffer.wrap(record.content()));
            }
            stream.flush();
            assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(RECORDS);
        }
    }

    private static PutRequest request(BucketName bucket, String key, Known known) {
        return new PutRequest(
                bucket, ObjectKey.of(key), known.attributes(), WriteCondition.NONE, Optional.of(Durability.MEMORY));
    }

    private static void compare(HayloftStore store, BucketName bucket, Map<String, Known> known) {
        known.forEach((key, expected) -> {
            try (StoredObject object = store.read(bucket, ObjectKey.of(key)).orElseThrow()) {
                assertThat(object.info().attributes()).as(key).isEqualTo(expected.attributes());
                assertThat(object.info().etag())
                        .isEqualTo(
                                Sha256.of(ByteBuffer.wrap(expected.content())).hex());
                assertThat(StoreTest.bytes(object)).as(key).isEqualTo(expected.content());
            }
        });
        Map<String, ObjectAttributes> listed = new TreeMap<>();
        try (ListCursor cursor =
                Futures.await(store.listAll(new ListRequest(bucket, "", Optional.empty(), Optional.empty(), 1)))) {
            for (Optional<ListEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                ObjectInfo info = ((ListEntry.ObjectLine) entry.get()).info();
                listed.put(info.key().toString(), info.attributes());
            }
        }
        assertThat(listed.keySet()).isEqualTo(known.keySet());
        known.forEach((key, expected) -> assertThat(listed).containsEntry(key, expected.attributes()));
        ListPage page =
                Futures.await(store.list(new ListRequest(bucket, "put-", Optional.empty(), Optional.empty(), 9)));
        assertThat(page.entries()).hasSize(5);
    }

    /** Which canaries stand in which files below a folder. */
    private static Map<String, Set<String>> found(Path folder, Set<String> words) throws IOException {
        Map<String, Set<String>> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (int at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
                    String word = bytes.substring(at, Math.min(bytes.length(), at + WORD_SIZE));
                    if (words.contains(word)) {
                        found.computeIfAbsent(folder.relativize(file).toString(), unused -> new TreeSet<>())
                                .add(word);
                    }
                }
            }
        }
        return found;
    }

    @Test
    void encryptedBucket_onDiskAndInABackup_hasNoClearContentOrMetadata() throws Exception {
        Set<String> clear;
        try (HayloftStore store = open()) {
            store.createBucket(OPEN, settings(false));
            fill(store, OPEN);
            clear = Set.copyOf(canaries);
            canaries.clear();
            store.createBucket(SECRET, settings(true));
            Map<String, Known> known = fill(store, SECRET);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.ENCODE);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
            assertThat(found(root.resolve("data"), canaries)).isEmpty();
            compare(store, SECRET, known);
        }
        assertThat(canaries).hasSizeGreaterThan(4 * RECORDS);
        assertThat(found(root.resolve("data"), canaries)).isEmpty();
        assertThat(found(root.resolve("backup"), canaries)).isEmpty();
        // What is not encrypted is found in the volumes and in the directory, so this search would have found it.
        Map<String, Set<String>> control = found(root.resolve("data"), clear);
        assertThat(control.keySet()).anyMatch(file -> file.contains("volumes"));
        assertThat(control.keySet()).anyMatch(file -> file.contains("directory"));
        Set<String> all = new TreeSet<>();
        control.values().forEach(all::addAll);
        assertThat(all).isEqualTo(new TreeSet<>(clear));
    }

    @Test
    void read_afterReopenRebuildCompactionAndRestore_givesWhatWasWritten() throws Exception {
        Map<String, Known> known;
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(true).withCompression("auto"));
            known = fill(store, SECRET);
            compare(store, SECRET, known);
        }
        Files.delete(root.resolve("data/RUN")); // As after a power cut: no view is trusted.
        try (HayloftStore store = open()) {
            compare(store, SECRET, known);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.COMPACT);
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
            TestJobs.run(store, JobRequest.Kind.SCRUB);
            compare(store, SECRET, known);
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        new Restore(root.resolve("backup"), root.resolve("restored")).run(bytes -> {});
        try (HayloftStore store = open("restored", masterKey())) {
            compare(store, SECRET, known);
        }
    }

    private static ErrorCode failure(Runnable action) {
        try {
            action.run();
        } catch (HayloftException e) {
            return e.code();
        }
        throw new AssertionError("it should have failed");
    }

    @Test
    void open_withoutTheMasterKey_servesAllElseAndDamagesNothing() throws Exception {
        Map<String, Known> known;
        Map<String, Known> clear;
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(true));
            store.createBucket(OPEN, settings(false));
            known = fill(store, SECRET);
            clear = fill(store, OPEN);
        }
        try (HayloftStore store = open("data", EncryptionConfig.NONE)) {
            compare(store, OPEN, clear);
            for (String key : known.keySet()) {
                assertThat(failure(() -> store.read(SECRET, ObjectKey.of(key)))).isEqualTo(ErrorCode.UNAVAILABLE);
            }
            ListRequest all = new ListRequest(SECRET, "", Optional.empty(), Optional.empty(), 10);
            assertThat(failure(() -> Futures.await(store.list(all)))).isEqualTo(ErrorCode.UNAVAILABLE);
            Known more = new Known(content(10), ObjectAttributes.NONE);
            assertThat(failure(() ->
                            Futures.await(store.put(request(SECRET, "more", more), ByteBuffer.wrap(more.content())))))
                    .isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(failure(() -> store.startUpload(request(SECRET, "more", more))))
                    .isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(failure(() -> store.createBucket(new BucketName("other"), settings(true))))
                    .isEqualTo(ErrorCode.BAD_PARAMETER);
            TestJobs.run(store, JobRequest.Kind.SEAL);
            TestJobs.run(store, JobRequest.Kind.COMPACT); // Needs no key.
            TestJobs.run(store, JobRequest.Kind.REBUILD_INDEX);
        }
        try (HayloftStore store = open()) {
            compare(store, SECRET, known);
        }
    }

    @Test
    void open_withAnotherMasterKey_isRefusedAndDamagesNothing() throws Exception {
        Map<String, Known> known;
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(true));
            known = fill(store, SECRET);
        }
        EncryptionConfig wrong = new EncryptionConfig(Optional.of(keyFile("wrong.key")), List.of());
        assertThatThrownBy(() -> open("data", wrong))
                .isInstanceOf(HayloftException.class)
                .hasMessageContaining("encryption.masterKeyFile holds another key");
        Path none = root.resolve("none.key");
        assertThatThrownBy(() -> open("data", new EncryptionConfig(Optional.of(none), List.of())))
                .isInstanceOf(HayloftException.class)
                .hasMessageContaining("cannot be read");
        Path malformed = Files.writeString(root.resolve("malformed.key"), "c2hvcnQ=\n");
        assertThatThrownBy(() -> open("data", new EncryptionConfig(Optional.of(malformed), List.of())))
                .isInstanceOf(HayloftException.class)
                .hasMessageContaining("does not hold 32 bytes");
        try (HayloftStore store = open()) {
            compare(store, SECRET, known);
        }
    }

    @Test
    void open_withTheFormerKeyNamed_wrapsDataKeysAnew() throws Exception {
        Map<String, Known> known;
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(true));
            known = fill(store, SECRET);
        }
        Path next = keyFile("next.key");
        EncryptionConfig both = new EncryptionConfig(Optional.of(next), List.of(keyFile("master.key")));
        try (HayloftStore store = open("data", both)) {
            compare(store, SECRET, known);
        }
        try (HayloftStore store = open("data", new EncryptionConfig(Optional.of(next), List.of()))) {
            compare(store, SECRET, known);
        }
        assertThatThrownBy(this::open).hasMessageContaining("encryption.masterKeyFile holds another key");
    }

    @Test
    void updateBucket_encryptionOnAndOff_leavesOldObjectsAsTheyAre() throws Exception {
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(false));
            Known before = new Known(content(100), attributes());
            Futures.await(store.put(request(SECRET, "before", before), ByteBuffer.wrap(before.content())));
            canaries.clear();
            store.updateBucket(SECRET, settings -> settings.withEncrypt(true));
            Known during = new Known(content(100), attributes());
            Futures.await(store.put(request(SECRET, "during", during), ByteBuffer.wrap(during.content())));
            Set<String> hidden = Set.copyOf(canaries);
            store.updateBucket(SECRET, settings -> settings.withEncrypt(false));
            Known after = new Known(content(100), attributes());
            Futures.await(store.put(request(SECRET, "after", after), ByteBuffer.wrap(after.content())));
            Map<String, Known> all = Map.of("before", before, "during", during, "after", after);
            all.forEach((key, known) -> {
                try (StoredObject object = store.read(SECRET, ObjectKey.of(key)).orElseThrow()) {
                    assertThat(object.info().attributes()).isEqualTo(known.attributes());
                    assertThat(StoreTest.bytes(object)).isEqualTo(known.content());
                }
            });
            assertThat(found(root.resolve("data"), hidden)).isEmpty();
        }
    }

    /** Two copies of one folder go on by themselves: what both write under one data key stays apart. */
    @Test
    void objects_thatAreReadAtOnce_eachGiveTheirOwnContent() throws Exception {
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(true).withCompression("zstd"));
            Map<String, Known> known = fill(store, SECRET);
            for (int round = 0; round < 3; round++) { // From the second on in memory that was lent before.
                Map<String, StoredObject> opened = new TreeMap<>();
                for (String key : known.keySet()) {
                    opened.put(key, store.read(SECRET, ObjectKey.of(key)).orElseThrow());
                }
                for (int part = 0; part < 8; part++) { // By turns, each through all of its extents.
                    for (Map.Entry<String, Known> each : known.entrySet()) {
                        byte[] content = each.getValue().content();
                        int from = (int) ((long) content.length * part / 8);
                        ByteBuffer read = Objects.requireNonNull(opened.get(each.getKey()))
                                .read(from, 100);
                        assertThat(read).isEqualTo(ByteBuffer.wrap(content, from, read.remaining()));
                    }
                }
                opened.values().forEach(StoredObject::close);
            }
        }
    }

    @Test
    void copiesOfAFolder_eachStartedByItself_drawSaltsOfTheirOwn() throws Exception {
        try (HayloftStore store = open()) {
            store.createBucket(SECRET, settings(true));
            TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        }
        new Restore(root.resolve("backup"), root.resolve("copy")).run(bytes -> {});
        List<byte[]> sealed = new ArrayList<>();
        for (String folder : List.of("data", "copy", "data")) {
            try (HayloftStore store = open(folder, masterKey())) {
                Known same = new Known(new byte[1000], ObjectAttributes.NONE);
                Futures.await(store.put(request(SECRET, "same-key-here", same), ByteBuffer.wrap(same.content())));
            }
            sealed.add(payloadBehind(root.resolve(folder), "same-key-here"));
        }
        for (int i = 0; i < sealed.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(sealed.get(i)).isNotEqualTo(sealed.get(j));
            }
        }
    }

    /** The last 900 bytes or so of the needle that was written last. */
    private static byte[] payloadBehind(Path folder, String key) throws IOException {
        Optional<byte[]> newest = Optional.empty();
        try (Stream<Path> files = Files.walk(folder.resolve("partitions/0"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".cq4"))
                    .sorted()
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(key);
                if (at >= 0) {
                    newest = Optional.of(Arrays.copyOfRange(bytes, at + 60, at + 960));
                }
            }
        }
        return newest.orElseThrow();
    }
}
