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
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.MovableClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Single laws of versions and times to live; everything together is the model test's. */
class VersionTest {
    private static final BucketName BUCKET = new BucketName("versioned");
    private static final ObjectKey KEY = ObjectKey.of("a/b");

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T10:00:00Z"));

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private HayloftStore store;

    @BeforeEach
    void open() {
        store = HayloftStore.open(StoreConfig.defaults(folder), clock);
        store.createBucket(BUCKET, settings(true, 0));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static BucketSettings settings(boolean versioning, int maxVersions) {
        BucketSettings defaults = BucketSettings.defaults(Durability.MEMORY);
        return defaults.toBuilder()
                .versioning(versioning)
                .maxVersions(maxVersions == 0 ? Optional.empty() : Optional.of(maxVersions))
                .build();
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private WriteResult put(String content) {
        return Futures.await(store.put(PutRequest.of(BUCKET, KEY), utf8(content)));
    }

    private List<Long> versions() {
        return store.versions(BUCKET, KEY, OptionalLong.empty(), 1_000_000).stream()
                .map(ListEntry.VersionLine::version)
                .toList();
    }

    @Test
    void put_whenVersioningIsSwitchedOn_keepsWhatWasThere() {
        store.updateBucket(BUCKET, before -> settings(false, 0));
        put("replaced");
        long before = put("there before").version();
        store.updateBucket(BUCKET, unused -> settings(true, 0));
        long after = put("after").version();
        assertThat(versions()).containsExactly(after, before);
        store.updateBucket(BUCKET, unused -> settings(false, 0));
        long last = put("takes the place of the one that was not kept").version();
        assertThat(versions()).containsExactly(last, after);
    }

    @Test
    void changes_tellNoDeletionWhenAnOlderVersionMakesRoom() {
        store.updateBucket(BUCKET, unused -> settings(true, 2));
        put("one");
        put("two");
        put("three");
        put("four");
        ByteBuffer part = utf8("five");
        AppendRequest append = new AppendRequest(PutRequest.of(BUCKET, KEY), OptionalLong.empty());
        Futures.await(store.verbs().append(append, part, Sha256.of(part)));
        assertThat(versions()).hasSize(2);
        ChangesRequest all = new ChangesRequest(BUCKET, ChangesRequest.EARLIEST, "", 100, false);
        assertThat(store.changes(all).changes().stream().map(Change::op))
                .containsExactly(Change.Op.PUT, Change.Op.PUT, Change.Op.PUT, Change.Op.PUT, Change.Op.APPEND);
    }

    @Test
    void conditions_ofADeleteOfAVersion_lookAtThatVersion() {
        WriteResult first = put("one");
        put("two");
        DeleteRequest.Target target = new DeleteRequest.Target.Version(first.version());
        assertThatThrownBy(() -> Futures.await(
                        store.delete(new DeleteRequest(BUCKET, KEY, target, ifMatch(Sha256.of(utf8("two")))))))
                .isInstanceOf(RequestException.class)
                .extracting(failure -> ((HayloftException) failure).code())
                .isEqualTo(ErrorCode.PRECONDITION_FAILED);
        assertThat(versions()).hasSize(2);
        Futures.await(store.delete(new DeleteRequest(BUCKET, KEY, target, ifMatch(Sha256.of(utf8("one"))))));
        assertThat(versions()).hasSize(1);
    }

    private static WriteCondition ifMatch(Sha256 digest) {
        WriteCondition.Tags tags = new WriteCondition.Tags(false, List.of(digest.hex()));
        return new WriteCondition(OptionalLong.empty(), Optional.of(tags), Optional.empty());
    }

    @Test
    void condition_ofAPut_takesAMarkerForNothing() {
        put("one");
        Futures.await(store.delete(DeleteRequest.of(BUCKET, KEY)));
        PutRequest request =
                new PutRequest(BUCKET, KEY, ObjectAttributes.NONE, WriteCondition.ABSENT, Optional.empty());
        assertThat(Futures.await(store.put(request, utf8("two"))).created()).isTrue();
        assertThat(versions()).hasSize(3);
    }

    @Test
    void put_overWhatHasExpired_creates() {
        PutRequest brief = new PutRequest(
                BUCKET,
                KEY,
                ObjectAttributes.NONE,
                WriteCondition.NONE,
                Optional.empty(),
                Optional.of(Duration.ofSeconds(1)));
        Futures.await(store.put(brief, utf8("brief")));
        clock.advance(Duration.ofSeconds(1));
        assertThat(store.read(BUCKET, KEY)).isEmpty();
        PutRequest request =
                new PutRequest(BUCKET, KEY, ObjectAttributes.NONE, WriteCondition.ABSENT, Optional.empty());
        assertThat(Futures.await(store.put(request, utf8("new"))).created()).isTrue();
        store.sweepExpired();
        assertThat(versions()).hasSize(1);
        assertThat(store.read(BUCKET, KEY).map(object -> {
                    try (object) {
                        return StoreTest.bytes(object);
                    }
                }))
                .contains("new".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Timeout(120)
    void versions_byTheThousand_stayQuickToPutAndToPage() {
        store.updateBucket(BUCKET, before -> settings(true, 4_000));
        List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            writes.add(store.put(PutRequest.of(BUCKET, KEY), utf8("v" + i)).toCompletableFuture());
            if (i % 500 == 499) {
                writes.forEach(CompletableFuture::join);
            }
        }
        List<Long> expected = new ArrayList<>();
        writes.subList(6_000, 10_000)
                .forEach(write -> expected.add(0, write.join().version()));
        assertThat(versions()).isEqualTo(expected);
        OptionalLong after = OptionalLong.of(expected.get(2_500));
        assertThat(store.versions(BUCKET, KEY, after, 2).stream()
                        .map(ListEntry.VersionLine::version)
                        .toList())
                .isEqualTo(expected.subList(2_501, 2_503));
        assertThat(store.statistics(BUCKET).versions()).isEqualTo(4_000);
        Futures.await(
                store.delete(new DeleteRequest(BUCKET, KEY, new DeleteRequest.Target.All(), WriteCondition.NONE)));
        assertThat(versions()).isEmpty();
        assertThat(store.statistics(BUCKET).versions()).isZero();
    }

    /** Whoever reads while settings change and versions come and go finds a whole version or nothing. */
    @Test
    @Timeout(120)
    void versions_whileSettingsChange_areWhole() {
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 3_000; i++) {
                put("content " + i);
                if (i % 7 == 0) {
                    Futures.await(store.delete(DeleteRequest.of(BUCKET, KEY)));
                }
            }
        });
        CompletableFuture<Void> changer = CompletableFuture.runAsync(() -> {
            for (int i = 0; !ended.get(); i++) {
                boolean versioning = i % 2 == 0;
                int max = i % 5;
                store.updateBucket(BUCKET, before -> settings(versioning, max));
            }
        });
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            while (!ended.get()) {
                for (ListEntry.VersionLine line : store.versions(BUCKET, KEY, OptionalLong.empty(), 5)) {
                    ReadAttempt attempt = store.read(BUCKET, KEY, OptionalLong.of(line.version()));
                    if (attempt instanceof ReadAttempt.Found found) {
                        try (StoredObject object = found.object()) {
                            assertThat(new String(StoreTest.bytes(object), StandardCharsets.UTF_8))
                                    .startsWith("content ");
                        }
                    }
                }
            }
        });
        writer.join();
        ended.set(true);
        changer.join();
        reader.join();
        List<Long> before = versions();
        BucketStatistics statistics = store.statistics(BUCKET);
        store.close();
        store = HayloftStore.open(StoreConfig.defaults(folder), clock);
        assertThat(versions()).isEqualTo(before);
        assertThat(store.statistics(BUCKET)).isEqualTo(statistics);
    }

    /** Flips a bit of what stands in a volume, near its beginning. */
    private void damage(String content) throws IOException {
        for (VolumeStatus volume : store.volumes()) {
            ByteBuffer head = ByteBuffer.allocate(1 << 20);
            try (FileChannel channel = FileChannel.open(volume.path(), StandardOpenOption.READ)) {
                channel.read(head, 0);
            }
            int at = StandardCharsets.ISO_8859_1.decode(head.flip()).toString().indexOf(content);
            if (at >= 0) {
                FileDamage.flip(volume.path(), at, 0);
                return;
            }
        }
        throw new AssertionError("the content is not stored as it is");
    }

    @Test
    void versions_ofWhichOneIsDamaged_showItAndAllBehindItAndLetItBePurged() throws IOException {
        long first = put("the first one").version();
        long damaged = put("the damaged one").version();
        long last = put("the last one").version();
        damage("the damaged one");

        List<ListEntry.VersionLine> lines = store.versions(BUCKET, KEY, OptionalLong.empty(), 10);
        assertThat(lines.stream().map(ListEntry.VersionLine::version)).containsExactly(last, damaged, first);
        assertThat(lines.get(1).damaged().orElseThrow().sizeBytes()).isEqualTo("the damaged one".length());
        assertThat(lines.get(1).isMarker()).isFalse();
        ListRequest keys = new ListRequest(BUCKET, "", Optional.empty(), Optional.empty(), 10);
        assertThat(Futures.await(store.listVersions(new VersionListRequest(keys, OptionalLong.empty())))
                        .entries())
                .isEqualTo(List.<ListEntry>copyOf(lines));

        Futures.await(store.delete(
                new DeleteRequest(BUCKET, KEY, new DeleteRequest.Target.Version(damaged), WriteCondition.NONE)));
        assertThat(versions()).containsExactly(last, first);
    }
}
