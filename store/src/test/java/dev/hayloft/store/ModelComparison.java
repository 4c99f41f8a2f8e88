package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.ReferenceBucket.Known;
import dev.hayloft.testing.MovableClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** A store and what it should hold: all that it answers is what {@link ReferenceBucket} says. */
abstract class ModelComparison {
    static final int KEYS = 6;
    static final long NEVER = Long.MAX_VALUE;

    final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T10:00:00Z"));
    final TreeMap<BucketName, ReferenceBucket> model = new TreeMap<>();
    final Set<BucketName> everKept = new HashSet<>();

    @SuppressWarnings("NullAway.Init") // Each run sets it first.
    Random random;

    @SuppressWarnings("NullAway.Init") // Likewise.
    HayloftStore store;

    ReferenceBucket bucket(BucketName name) {
        return Objects.requireNonNull(model.get(name));
    }

    Optional<Known> visible(BucketName name, ObjectKey key) {
        return bucket(name).visible(key, clock.millis());
    }

    /** Takes over the numbers that the store has given, which must fall from one version to the next older one. */
    void number(BucketName name, ObjectKey key) {
        List<Long> numbers = store.versions(name, key, OptionalLong.empty(), 1000).stream()
                .map(ListEntry.VersionLine::version)
                .toList();
        assertThat(numbers).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        bucket(name).number(key, numbers);
    }

    boolean isRead(BucketName name, ObjectKey key) {
        Optional<StoredObject> found = store.read(name, key);
        found.ifPresent(StoredObject::close);
        return found.isPresent();
    }

    void compareAll() {
        assertThat(store.buckets().stream().map(Bucket::name).toList()).isEqualTo(List.copyOf(model.keySet()));
        model.forEach(this::compareAll);
    }

    void compareAll(BucketName name, ReferenceBucket bucket) {
        for (int i = 0; i < KEYS; i++) {
            compare(name, ObjectKey.of("k" + i));
        }
        List<Known> objects =
                bucket.all().stream().filter(known -> !known.isMarker()).toList();
        List<String> visible = bucket.keys().keySet().stream()
                .filter(key -> visible(name, key).isPresent())
                .map(ObjectKey::toString)
                .toList();
        BucketStatistics statistics = store.statistics(name);
        assertThat(statistics.objects()).isEqualTo(visible.size());
        assertThat(statistics.versions()).isEqualTo(objects.size());
        assertThat(statistics.logicalBytes())
                .isEqualTo(objects.stream()
                        .mapToLong(known -> known.content().length)
                        .sum());
        List<String> listed = new ArrayList<>();
        Futures.await(store.list(new ListRequest(name, "", Optional.empty(), Optional.empty(), 100)))
                .entries()
                .forEach(entry -> listed.add(line(((ListEntry.ObjectLine) entry).info())));
        List<String> expected = visible.stream()
                .map(ObjectKey::of)
                .map(key -> key + " " + visible(name, key).orElseThrow().number() + " "
                        + visible(name, key).orElseThrow().etag() + " "
                        + visible(name, key).orElseThrow().attributes().metadata())
                .toList();
        assertThat(listed).isEqualTo(expected);
        comparePages(name, bucket.all());
        if (!everKept.contains(name)) {
            compareFeed(name);
        }
    }

    static String line(ObjectInfo info) {
        return info.key() + " " + info.version() + " " + info.etag() + " "
                + info.attributes().metadata();
    }

    /** Who follows the feed from its beginning ends with what is there. */
    void compareFeed(BucketName name) {
        TreeMap<ObjectKey, String> followed = new TreeMap<>();
        String cursor = "earliest";
        boolean atEnd = false;
        while (!atEnd) {
            ChangesPage page = store.changes(new ChangesRequest(name, cursor, "", 1 + random.nextInt(40), false));
            for (Change change : page.changes()) {
                change.object()
                        .ifPresentOrElse(
                                stored -> followed.put(change.key(), change.version() + " " + stored.etag()),
                                () -> followed.remove(change.key()));
            }
            cursor = page.cursor();
            atEnd = page.atEnd();
        }
        TreeMap<ObjectKey, String> there = new TreeMap<>();
        bucket(name).keys().keySet().forEach(key -> visible(name, key)
                .ifPresent(known -> there.put(key, known.number() + " " + known.etag())));
        assertThat(followed).isEqualTo(there);
    }

    /** All versions of all keys, page by page. */
    void comparePages(BucketName name, List<Known> all) {
        int limit = 1 + random.nextInt(7);
        List<Long> numbers = new ArrayList<>();
        Optional<String> after = Optional.empty();
        OptionalLong afterVersion = OptionalLong.empty();
        do {
            ListRequest keys = new ListRequest(name, "", Optional.empty(), after, limit);
            VersionListPage page = Futures.await(store.listVersions(new VersionListRequest(keys, afterVersion)));
            page.entries().forEach(entry -> numbers.add(((ListEntry.VersionLine) entry).version()));
            assertThat(page.entries().size()).isLessThanOrEqualTo(limit);
            after = page.next();
            afterVersion = page.nextVersion();
        } while (after.isPresent());
        assertThat(numbers).isEqualTo(all.stream().map(Known::number).toList());
    }

    void compare(BucketName name, ObjectKey key) {
        List<Known> versions = bucket(name).versions(key);
        List<ListEntry.VersionLine> lines = store.versions(name, key, OptionalLong.empty(), 1000);
        assertThat(lines.stream().map(ListEntry.VersionLine::version).toList())
                .as("versions of %s/%s", name, key)
                .isEqualTo(versions.stream().map(Known::number).toList());
        assertThat(isRead(name, key))
                .as("%s/%s", name, key)
                .isEqualTo(visible(name, key).isPresent());
        for (int i = 0; i < versions.size(); i++) {
            Known version = versions.get(i);
            assertThat(lines.get(i).info().isEmpty()).isEqualTo(version.isMarker());
            ReadAttempt attempt = store.read(name, key, OptionalLong.of(version.number()));
            if (version.isMarker()) {
                assertThat(attempt).isEqualTo(new ReadAttempt.Deleted(version.number()));
            } else {
                try (StoredObject object = ((ReadAttempt.Found) attempt).object()) {
                    compare(object, version);
                }
            }
        }
        assertThat(store.read(name, key, OptionalLong.of(7))).isInstanceOf(ReadAttempt.Absent.class);
    }

    static void compare(StoredObject object, Known version) {
        ObjectInfo info = object.info();
        assertThat(info.version()).isEqualTo(version.number());
        assertThat(info.sizeBytes()).isEqualTo(version.content().length);
        assertThat(info.etag()).as("entity tag of %s", info.key()).isEqualTo(version.etag());
        assertThat(info.attributes().contentType())
                .isEqualTo(version.attributes().contentType());
        assertThat(info.attributes().metadata()).isEqualTo(version.attributes().metadata());
        assertThat(info.expiresAt().map(Instant::toEpochMilli).orElse(NEVER)).isEqualTo(version.expiresAtMillis());
        assertThat(StoreTest.bytes(object)).as("content of %s", info.key()).isEqualTo(version.content());
    }
}
