package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a scrub finds, where it goes on, and how far upkeep says it is. */
@Timeout(120)
final class ScrubTest extends UpkeepCase {
    private static final Set<JobRequest.Kind> UPKEEP =
            Set.of(JobRequest.Kind.ENCODE, JobRequest.Kind.SCRUB, JobRequest.Kind.REPAIR);

    @Test
    void scrub_thatIsCutOff_goesOnBehindWhatItHadRead() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
        }
        String id;
        try (HayloftStore store = HayloftStore.open(slowly(data()), Clock.systemUTC())) {
            id = store.jobs()
                    .submit(new JobRequest(JobRequest.Kind.SCRUB, Optional.empty(), true))
                    .id();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(100))
                    .until(() -> store.jobs().find(id).orElseThrow().bytesDone() > 3 << 20);
        }
        try (HayloftStore store = open(data())) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(100))
                    .until(() ->
                            store.jobs().find(id).orElseThrow().finishedAt().isPresent());
            Job job = store.jobs().find(id).orElseThrow();
            long checked = (Long) job.result().orElseThrow().getOrDefault("checkedBytes", 0L);
            long all = (Long) run(store, JobRequest.Kind.SCRUB).getOrDefault("checkedBytes", 0L);
            assertThat(job.bytesDone()).isLessThan(all - (1 << 20));
            assertThat(checked).isGreaterThanOrEqualTo(all - (1 << 20));
        }
    }

    /** With a scrubber that takes half a minute. */
    private StoreConfig slowly(Path data) {
        return TestConfig.in(data)
                .partitions(2)
                .volumeSizeBytes(1L << 20)
                .durability(Durability.DISK)
                .parity(new ParityConfig(
                        false,
                        DATA_SHARDS,
                        PARITY_SHARDS,
                        Duration.ofHours(1),
                        1L << 40,
                        Duration.ofDays(7),
                        1L << 19,
                        disks))
                .build();
    }

    @Test
    void scrub_ofFoldersWithStrayFiles_namesThemAndLeavesThem() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            Path partition = data().resolve("partitions/0");
            Set<String> strays = new TreeSet<>();
            for (String name : List.of(
                    "volumes/0000009999.volume",
                    "volumes/notes.txt",
                    "hints/0000009999.hint",
                    "hints/0000000000.hint.tmp",
                    "parity/0000009999-004.shard",
                    "parity/0000000000-099.shard")) {
                Path stray = partition.resolve(name);
                Files.writeString(stray, "stray");
                Files.setLastModifiedTime(stray, FileTime.fromMillis(0));
                strays.add(stray.toString());
            }
            for (String name : List.of("partitions/77", "spool/left")) {
                Path stray = data().resolve(name);
                Files.createDirectories(stray);
                Files.setLastModifiedTime(stray, FileTime.fromMillis(0));
                strays.add(stray.toString());
            }
            Files.createDirectories(data().resolve("partitions/78"));
            Files.writeString(partition.resolve("hints/young.tmp"), "on its way");
            try (Stream<Path> own = Files.list(partition.resolve("parity"))) {
                for (Path file : own.toList()) { // What belongs to the store may be as old as it likes.
                    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
                }
            }
            List<?> orphans = (List<?>) run(store, JobRequest.Kind.SCRUB).getOrDefault("orphans", List.of());
            assertThat(orphans.stream().map(entry -> String.valueOf(((Map<?, ?>) entry).get("path"))))
                    .containsExactlyInAnyOrderElementsOf(strays);
            assertThat(strays).allSatisfy(stray -> assertThat(Path.of(stray)).exists());
            assertAllReadable(store);
        }
    }

    @Test
    void scrub_ofAnObjectThatIsDamagedInSeveralPlaces_namesItBehindEach() throws IOException {
        try (HayloftStore store = open(data())) {
            store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
            put(store, "large", (2 << 20) + 12_345);
            put(store, "small", 500_000);
            run(store, JobRequest.Kind.SEAL);
            run(store, JobRequest.Kind.ENCODE);
            for (VolumeStatus volume : encoded(store)) {
                for (int place = 1; place < 3 && volume.bytes() > 400_000; place++) { // Others are all but empty.
                    FileDamage.flip(volume.path(), place * volume.bytes() / 3, 3);
                }
            }
            SortedMap<String, Object> scrubbed = run(store, JobRequest.Kind.SCRUB);
            assertThat(damaged(scrubbed)).hasSizeGreaterThanOrEqualTo(6).allSatisfy(place -> assertThat(
                            (List<?>) place.getOrDefault("keys", List.of()))
                    .isNotEmpty());
            assertThat(scrubbed).containsEntry("lost", List.of()).doesNotContainKey("keysCut");
        }
    }

    @Test
    void lostKeys_thatAreMoreThanAResultNames_areSaidToBeCut() throws IOException {
        try (HayloftStore store = open(data())) {
            store.createBucket(HAY, BucketSettings.defaults(Durability.MEMORY));
            List<CompletableFuture<?>> puts = new ArrayList<>();
            for (int i = 0; i <= 5000; i++) {
                puts.add(store.put(PutRequest.of(HAY, ObjectKey.of("small/" + i)), ByteBuffer.wrap(new byte[1]))
                        .toCompletableFuture());
            }
            puts.forEach(CompletableFuture::join);
            run(store, JobRequest.Kind.SEAL);
            for (VolumeStatus volume : store.volumes()) {
                if (volume.needles() > 0) {
                    FileDamage.hole(volume.path(), 0, volume.bytes());
                }
            }
            for (JobRequest.Kind kind : List.of(JobRequest.Kind.REPAIR, JobRequest.Kind.SCRUB)) {
                SortedMap<String, Object> result = run(store, kind);
                assertThat((List<?>) result.getOrDefault("lost", List.of()))
                        .hasSize(5000)
                        .doesNotHaveDuplicates();
                assertThat(result).containsEntry("keysCut", true);
            }
        }
    }

    @Test
    void progress_ofEachJob_isNeverMoreThanThereIsToDo() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            damageShards(store);
            for (JobRequest.Kind kind : List.of(
                    JobRequest.Kind.REPAIR,
                    JobRequest.Kind.SCRUB,
                    JobRequest.Kind.COMPACT,
                    JobRequest.Kind.SEAL,
                    JobRequest.Kind.ENCODE)) {
                run(store, kind);
            }
            assertThat(store.jobs().list()).hasSizeGreaterThanOrEqualTo(7).allSatisfy(job -> {
                assertThat(job.bytesDone()).as(job.toString()).isLessThanOrEqualTo(job.bytesTotal());
                if (UPKEEP.contains(job.kind())) {
                    assertThat(job.bytesDone()).as(job.toString()).isEqualTo(job.bytesTotal());
                }
            });
        }
    }

    @Test
    void scrub_ofADamagedSystemPartition_namesItsRecords() throws IOException {
        try (HayloftStore store = open(data())) {
            store.records().write("of-a-front", Map.of("name", "value"));
        }
        RecordDamage.flip(data(), "front/of-a-front");
        try (HayloftStore store = open(data())) {
            SortedMap<String, Object> result = run(store, JobRequest.Kind.SCRUB);
            for (String field : List.of("damaged", "lost")) {
                assertThat(String.valueOf(result.get(field)))
                        .contains("key=front/of-a-front")
                        .containsPattern("bucket=[,}]");
            }
        }
    }
}
