package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Volumes without parity of which bytes are lost go once nothing that is lost is needed, and not before. */
@Timeout(120)
final class LostVolumeTest extends UpkeepCase {
    private static final ObjectKey FIRST = ObjectKey.of("small/0");

    /** The needles of a volume that a test looks at: where they begin in the file, by key. */
    private static Map<String, Long> needles(HayloftStore store, VolumeStatus volume, Predicate<NeedleType> isMeant) {
        Map<String, Long> found = new TreeMap<>();
        store.scanVolume(volume.id(), 0, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                frame.forEachNeedle(needle -> {
                    if (isMeant.test(needle.type())) {
                        byte[] key = new byte[needle.key().remaining()];
                        needle.key().get(key);
                        found.put(
                                new String(key, StandardCharsets.UTF_8),
                                LogPosition.offset(frame.position()) + needle.offsetInFrame());
                    }
                });
            }
        });
        return found;
    }

    private VolumeStatus sealedWith(HayloftStore store, String key, NeedleType type) {
        run(store, JobRequest.Kind.SEAL);
        return store.volumes().stream()
                .filter(volume -> volume.state() == VolumeStatus.State.SEALED)
                .filter(volume -> needles(store, volume, type::equals).containsKey(key))
                .findFirst()
                .orElseThrow();
    }

    private void awaitHint(VolumeStatus volume) {
        String number = volume.id().substring(volume.id().indexOf('-') + 1);
        Path hint = data().resolve(
                        "partitions/" + volume.partition() + "/hints/%010d.hint".formatted(Integer.parseInt(number)));
        Awaitility.await().until(() -> Files.exists(hint));
    }

    /** What compaction of the volume says of it; nothing when it was done. */
    private static List<?> refused(HayloftStore store, VolumeStatus volume) {
        JobRequest request = new JobRequest(JobRequest.Kind.COMPACT, Optional.of(volume.id()), false);
        return (List<?>) TestJobs.run(store, request).result().orElseThrow().getOrDefault("refused", List.of());
    }

    private static boolean isThere(HayloftStore store, VolumeStatus volume) {
        return store.volumes().stream().anyMatch(each -> each.id().equals(volume.id()));
    }

    /** Without any view of the logs, and with it. */
    private void checkAfterwards(Set<String> gone) throws IOException {
        for (boolean withoutViews : List.of(false, true)) {
            if (withoutViews) {
                for (int partition = 0; partition < 2; partition++) {
                    TempFolders.delete(data().resolve("partitions/" + partition + "/index"));
                    TempFolders.delete(data().resolve("partitions/" + partition + "/directory"));
                }
            }
            try (HayloftStore store = open(data())) {
                assertAllReadable(store);
                gone.forEach(key ->
                        assertThat(store.read(HAY, ObjectKey.of(key))).as(key).isEmpty());
                assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
                assertThat(store.volumes()).noneMatch(volume -> volume.state() == VolumeStatus.State.DAMAGED);
            }
        }
    }

    @Test
    void compaction_ofAVolumeWithLostKeys_waitsUntilTheyAreWrittenAnewOrDeleted() throws IOException {
        Set<String> gone = new TreeSet<>();
        try (HayloftStore store = open(data())) {
            fillSealed(store);
            VolumeStatus volume = sealedWith(store, FIRST.toString(), NeedleType.OBJECT);
            awaitHint(volume);
            Map<String, Long> needles = needles(store, volume, NeedleType.OBJECT::equals);
            List<String> lost = new ArrayList<>();
            for (Map.Entry<String, Long> needle : needles.entrySet()) {
                if (random.nextInt(4) == 0 || needle.getKey().equals(FIRST.toString())) {
                    FileDamage.flip(volume.path(), needle.getValue() + 1000, 3);
                    lost.add(needle.getKey());
                    assertThatThrownBy(() -> read(store, needle.getKey())).isInstanceOf(CorruptionException.class);
                }
            }
            for (String key : lost) {
                assertThat(refused(store, volume)).isNotEmpty();
                assertThat(isThere(store, volume)).isTrue();
                if (random.nextBoolean()) {
                    put(store, key, 10_000);
                } else {
                    delete(store, key);
                    gone.add(key);
                }
            }
            assertThat(refused(store, volume)).isEmpty();
            assertThat(isThere(store, volume)).isFalse();
            assertAllReadable(store);
        }
        checkAfterwards(gone);
    }

    @Test
    void compaction_ofAVolumeThatIsGone_waitsUntilItsKeysAreWrittenAnew() throws IOException {
        VolumeStatus volume;
        Map<String, Long> needles;
        try (HayloftStore store = open(data())) {
            fillSealed(store);
            volume = sealedWith(store, FIRST.toString(), NeedleType.OBJECT);
            awaitHint(volume);
            needles = needles(store, volume, NeedleType.OBJECT::equals);
        }
        Files.delete(volume.path());
        try (HayloftStore store = open(data())) {
            assertThat(refused(store, volume)).isNotEmpty();
            needles.keySet().forEach(key -> put(store, key, 10_000));
            assertThat(refused(store, volume)).isEmpty();
            assertThat(isThere(store, volume)).isFalse();
            assertAllReadable(store);
        }
        checkAfterwards(Set.of());
    }

    /** A file that was cut between two frames reads well up to its end. */
    @Test
    void compaction_ofAVolumeThatWasCut_waitsUntilItsKeysAreWrittenAnew() throws IOException {
        VolumeStatus volume;
        Map<String, Long> needles;
        TreeSet<Long> frames = new TreeSet<>();
        try (HayloftStore store = open(data())) {
            fillSealed(store);
            volume = sealedWith(store, FIRST.toString(), NeedleType.OBJECT);
            awaitHint(volume);
            needles = needles(store, volume, NeedleType.OBJECT::equals);
            store.scanVolume(volume.id(), 0, frame -> frames.add(LogPosition.offset(frame.position())));
        }
        long cut = new ArrayList<>(frames).get(frames.size() / 2) - Integer.BYTES;
        FileDamage.cut(volume.path(), cut);
        try (HayloftStore store = open(data())) {
            List<String> lost = new ArrayList<>();
            needles.forEach((key, at) -> {
                if (at > cut) {
                    assertThatThrownBy(() -> read(store, key)).isInstanceOf(CorruptionException.class);
                    lost.add(key);
                }
            });
            assertThat(lost).isNotEmpty();
            assertThat(refused(store, volume)).isNotEmpty();
            lost.forEach(key -> put(store, key, 10_000));
            assertThat(refused(store, volume)).isEmpty();
            assertThat(isThere(store, volume)).isFalse();
            assertAllReadable(store);
        }
        checkAfterwards(Set.of());
    }

    /** As long as another volume holds what a lost deletion says is gone, that would come back in a rebuild. */
    @Test
    void compaction_ofAVolumeWithLostDeletions_waitsUntilNobodyNeedsThem() throws IOException {
        try (HayloftStore store = open(data())) {
            store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
            put(store, FIRST.toString(), 20_000);
            put(store, "kept", 20_000);
            VolumeStatus before = sealedWith(store, FIRST.toString(), NeedleType.OBJECT);
            delete(store, FIRST.toString());
            put(store, "other", 20_000);
            VolumeStatus volume = sealedWith(store, FIRST.toString(), NeedleType.TOMBSTONE);
            awaitHint(volume);
            long at = needles(store, volume, NeedleType.TOMBSTONE::equals).getOrDefault(FIRST.toString(), 0L);
            FileDamage.flip(volume.path(), at + 20, 3);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).hasSize(1);
            assertThat(refused(store, volume)).isNotEmpty();
            assertThat(isThere(store, volume)).isTrue();
            assertThat(refused(store, before)).isEmpty();
            assertThat(refused(store, volume)).isEmpty();
            assertThat(isThere(store, volume)).isFalse();
        }
        checkAfterwards(Set.of(FIRST.toString()));
    }
}
