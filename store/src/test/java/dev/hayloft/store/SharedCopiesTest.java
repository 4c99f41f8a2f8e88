package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies and patches share content with what they were made of. */
@Timeout(120)
class SharedCopiesTest extends SharingBucket {
    private static CopyRequest copyOf(String key, BucketName toBucket, String to) {
        return CopyRequest.of(BUCKET, ObjectKey.of(key), toBucket, ObjectKey.of(to));
    }

    @Test
    void copies_inOneBucket_shareTheContent() {
        byte[] small = content(20, SIZE);
        byte[] large = content(21, 2 * ObjectStore.EXTENT_SIZE + SIZE);
        put("small", small);
        upload("large", large);
        long stored = store.statistics(BUCKET).storedBytes();
        for (String key : List.of("small", "large")) {
            Futures.await(store.verbs().copy(copyOf(key, BUCKET, key + "-copy")));
            Futures.await(
                    store.verbs().rename(RenameRequest.of(BUCKET, ObjectKey.of(key), ObjectKey.of("new-" + key))));
        }
        awaitStored(stored + 2, stored + 4 * MANIFEST_MAX);
        assertThat(read(store, "small-copy")).isEqualTo(small);
        delete("new-small");
        delete("new-large");
        assertThat(read(store, "large-copy")).isEqualTo(large);
        assertThat(read(store, "small-copy")).isEqualTo(small);
        delete("small-copy");
        delete("large-copy");
        awaitNothingStored();
    }

    @Test
    void copies_ofALargeAppendedObject_shareTheContentBehindLists() {
        byte[] added = content(26, 17 * ObjectStore.EXTENT_SIZE);
        put("log", content(27, 100));
        try (Upload append = store.verbs().startAppend(AppendRequest.of(PutRequest.of(BUCKET, ObjectKey.of("log"))))) {
            for (int at = 0; at < added.length; at += ObjectStore.EXTENT_SIZE) {
                Futures.await(append.write(ByteBuffer.wrap(added, at, ObjectStore.EXTENT_SIZE)));
            }
            Futures.await(append.commit(Sha256.of(ByteBuffer.wrap(added))));
        }
        Futures.await(store.verbs().copy(copyOf("log", BUCKET, "a")));
        delete("log"); // Its own pieces go: they were never shared.
        int size = added.length + 100;
        byte[] whole = read(store, "a");
        assertThat(whole).hasSize(size).endsWith(added);
        awaitStored(size, size + 20 * MANIFEST_MAX);
        Futures.await(store.verbs().copy(copyOf("a", BUCKET, "b")));
        awaitStored(size, size + 24 * MANIFEST_MAX);
        delete("a");
        awaitStored(size, size + 22 * MANIFEST_MAX);
        onACopy(
                copied -> {
                    assertThat(read(copied, "b")).isEqualTo(whole);
                    assertThat(copied.statistics(BUCKET).storedBytes())
                            .isBetween((long) size, size + 22L * MANIFEST_MAX);
                },
                true);
        assertThat(read(store, "b")).isEqualTo(whole);
        delete("b");
        awaitNothingStored();
    }

    @Test
    void copies_fromABucketThatDoesNotShare_areShared() {
        BucketName other = new BucketName("other");
        store.createBucket(other, settings(false, false, "none"));
        byte[] content = content(22, SIZE);
        PutRequest request = PutRequest.of(other, ObjectKey.of("a"));
        Futures.await(store.put(request, ByteBuffer.wrap(content)));
        for (String key : List.of("a", "b", "c")) {
            Futures.await(store.verbs().copy(CopyRequest.of(other, ObjectKey.of("a"), BUCKET, ObjectKey.of(key))));
        }
        awaitStored(SIZE, SIZE + 4 * MANIFEST_MAX);
        assertThat(read(store, "c")).isEqualTo(content);
    }

    @Test
    void patches_whereVersionsAreKept_shareTheContent() {
        store.updateBucket(BUCKET, before -> settings(true, true, "none"));
        byte[] content = content(23, SIZE);
        put("a", content);
        for (int i = 0; i < 5; i++) {
            Map<String, String> metadata = Map.of("n", Integer.toString(i));
            Futures.await(store.verbs()
                    .patch(PatchRequest.of(
                            BUCKET,
                            ObjectKey.of("a"),
                            before -> new ObjectAttributes("text/plain", Map.of(), metadata))));
        }
        assertThat(store.statistics(BUCKET).versions()).isEqualTo(6);
        awaitStored(SIZE, SIZE + 7 * MANIFEST_MAX);
        assertThat(read(store, "a")).isEqualTo(content);
    }

    @Test
    void copy_thatIsRefused_leavesNothing() {
        put("a", content(24, SIZE));
        put("b", content(25, SIZE));
        long stored = store.statistics(BUCKET).storedBytes();
        CopyRequest request = new CopyRequest(
                BUCKET,
                ObjectKey.of("a"),
                OptionalLong.empty(),
                WriteCondition.NONE,
                BUCKET,
                ObjectKey.of("b"),
                false,
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> Futures.await(store.verbs().copy(request)))
                .isInstanceOfSatisfying(HayloftException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.PRECONDITION_FAILED));
        delete("a");
        awaitStored(SIZE, stored - SIZE); // Nobody holds what the copy held.
        assertThat(read(store, "b")).isEqualTo(content(25, SIZE));
    }
}
