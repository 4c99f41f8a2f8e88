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
import dev.hayloft.model.error.RequestException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/embedding.md: what stands there stands here, word for word, and is run. */
class EmbeddingExampleTest {
    private static final BucketName PHOTOS = new BucketName("photos");
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final int BLOCKS = 7;

    @TempDir
    Path folder;

    static String keep(StoreConfig config) {
        try (ObjectStore store = HayloftStore.open(config, Clock.systemUTC())) {
            BucketName photos = new BucketName("photos");
            store.createBucket(photos, BucketSettings.defaults(Durability.DISK)); // Or takes the one that is there.
            ObjectKey key = ObjectKey.of("2026/hay.txt");
            await(store.put(PutRequest.of(photos, key), StandardCharsets.UTF_8.encode("hay, dry and sweet")));
            // Here the disk has it.
            try (StoredObject object = store.read(photos, key).orElseThrow()) {
                ByteBuffer content = object.read(0, (int) object.info().sizeBytes());
                return StandardCharsets.UTF_8.decode(content).toString();
            }
        }
    }

    /** Waits, and throws what the store says without its wrapper. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof HayloftException told) {
                throw told;
            }
            throw failed;
        }
    }

    static void putWithAttributes(ObjectStore store, ObjectKey key, ByteBuffer content) {
        ObjectAttributes attributes = new ObjectAttributes(
                "image/jpeg", Map.of("cache-control", "no-cache"), Map.of("author", "Zoë")); // Headers, metadata.
        await(store.put(
                new PutRequest(PHOTOS, key, attributes, WriteCondition.NONE, Optional.of(Durability.MEMORY)), content));
    }

    static List<String> list(ObjectStore store, String prefix) {
        List<String> names = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            ListPage page = await(store.list(new ListRequest(PHOTOS, prefix, Optional.of("/"), after, 1_000)));
            for (ListEntry entry : page.entries()) {
                if (entry instanceof ListEntry.ObjectLine object) {
                    names.add(object.info().key().toString());
                } else if (entry instanceof ListEntry.PrefixLine rolledUp) {
                    names.add(rolledUp.prefix());
                }
            }
            after = page.next();
        } while (after.isPresent());
        return names;
    }

    /** Adds one, whoever else does at the same time: a race that was lost is seen and run again. */
    static long increment(ObjectStore store, ObjectKey counter) {
        while (true) {
            long version = 0; // Says: the key is absent.
            long value = 0;
            Optional<StoredObject> found = store.read(PHOTOS, counter);
            if (found.isPresent()) {
                try (StoredObject object = found.get()) {
                    version = object.info().version();
                    ByteBuffer digits = object.read(0, (int) object.info().sizeBytes());
                    value = Long.parseLong(StandardCharsets.UTF_8.decode(digits).toString());
                }
            }
            WriteCondition unchanged = new WriteCondition(OptionalLong.of(version), Optional.empty(), Optional.empty());
            PutRequest request = new PutRequest(PHOTOS, counter, ObjectAttributes.NONE, unchanged, Optional.empty());
            try {
                await(store.put(request, StandardCharsets.UTF_8.encode(Long.toString(value + 1))));
                return value + 1;
            } catch (RequestException refused) {
                if (refused.code() != ErrorCode.PRECONDITION_FAILED) {
                    throw refused;
                }
            }
        }
    }

    static WriteResult storeFile(ObjectStore store, ObjectKey key, Path file) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        try (InputStream source = Files.newInputStream(file);
                Upload upload = store.startUpload(PutRequest.of(PHOTOS, key))) {
            byte[] extent = source.readNBytes(ObjectStore.EXTENT_SIZE);
            while (extent.length > 0) {
                digest.update(extent);
                await(upload.write(ByteBuffer.wrap(extent)));
                extent = source.readNBytes(ObjectStore.EXTENT_SIZE);
            }
            return await(upload.commit(Sha256.of(digest))); // Only now it is there, whole.
        }
    }

    static void fetch(ObjectStore store, ObjectKey key, WritableByteChannel target) throws IOException {
        try (StoredObject object = store.read(PHOTOS, key).orElseThrow()) {
            long offset = 0;
            while (offset < object.info().sizeBytes()) {
                ByteBuffer part = object.read(offset, ObjectStore.EXTENT_SIZE);
                offset += part.remaining();
                while (part.hasRemaining()) {
                    target.write(part);
                }
            }
        }
    }

    private StoreConfig config() {
        return TestConfig.in(folder.resolve("data"))
                .partitions(2)
                .volumeSizeBytes(8L << 20)
                .build();
    }

    private ObjectStore open() {
        ObjectStore store = HayloftStore.open(config(), Clock.systemUTC());
        store.createBucket(PHOTOS, BucketSettings.defaults(Durability.DISK));
        return store;
    }

    @Test
    void page_showsThisCode() throws IOException {
        Path root = Path.of(System.getProperty("hayloft.root", ".."));
        String page = Files.readString(root.resolve("docs/embedding.md"));
        String source = words(
                Files.readString(root.resolve("store/src/test/java/dev/hayloft/store/EmbeddingExampleTest.java")));
        Matcher blocks = BLOCK.matcher(page);
        int count = 0;
        while (blocks.find()) {
            assertThat(source).contains(words(blocks.group(1)));
            count++;
        }
        assertThat(count).isEqualTo(BLOCKS);
    }

    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    @Test
    void keep_givesBackWhatItStored_andTheFolderKeepsIt() {
        assertThat(keep(config())).isEqualTo("hay, dry and sweet");
        try (ObjectStore store = open()) {
            assertThat(list(store, "")).containsExactly("2026/");
        }
    }

    @Test
    void list_rollsUpFolders() {
        try (ObjectStore store = open()) {
            for (String name : List.of("2026/a", "2026/b", "2026/may/c", "2027/d")) {
                putWithAttributes(store, ObjectKey.of(name), StandardCharsets.UTF_8.encode(name));
            }
            assertThat(list(store, "2026/")).containsExactly("2026/a", "2026/b", "2026/may/");
            try (StoredObject object =
                    store.read(PHOTOS, ObjectKey.of("2026/a")).orElseThrow()) {
                assertThat(object.info().attributes().metadata()).containsEntry("author", "Zoë");
            }
        }
    }

    @Test
    void increment_fromManyThreads_losesNone() {
        try (ObjectStore store = open()) {
            ObjectKey counter = ObjectKey.of("counter");
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(CompletableFuture.runAsync(() -> {
                    for (int n = 0; n < 20; n++) {
                        increment(store, counter);
                    }
                }));
            }
            threads.forEach(CompletableFuture::join);
            assertThat(increment(store, counter)).isEqualTo(81);
        }
    }

    @Test
    void largeObject_comesBack() throws IOException {
        byte[] content = new byte[(5 << 20) + 77];
        new Random(11).nextBytes(content);
        Path file = Files.write(folder.resolve("large"), content);
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        try (ObjectStore store = open()) {
            WriteResult stored = storeFile(store, ObjectKey.of("large"), file);
            assertThat(stored.sha256()).isEqualTo(Sha256.of(ByteBuffer.wrap(content)));
            assertThat(fetched(store, "large")).isEqualTo(content);
            storeFile(store, ObjectKey.of("empty"), empty);
            assertThat(fetched(store, "empty")).isEmpty();
        }
    }

    private static byte[] fetched(ObjectStore store, String key) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        fetch(store, ObjectKey.of(key), Channels.newChannel(target));
        return target.toByteArray();
    }

    @Test
    void await_ofRefusedWrite_throwsWhatTheStoreSays() {
        try (ObjectStore store = open()) {
            PutRequest nowhere = PutRequest.of(new BucketName("nowhere"), ObjectKey.of("a"));
            assertThatThrownBy(() -> await(store.put(nowhere, ByteBuffer.allocate(1))))
                    .isInstanceOfSatisfying(HayloftException.class, told -> assertThat(told.code())
                            .isEqualTo(ErrorCode.NO_SUCH_BUCKET));
        }
    }
}
