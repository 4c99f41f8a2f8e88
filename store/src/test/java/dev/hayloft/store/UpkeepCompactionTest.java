package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Encoded volumes are compacted and backed up, damaged ones too. */
@Timeout(120)
final class UpkeepCompactionTest extends UpkeepCase {
    private int shardFiles(VolumeStatus volume) {
        return (int) volume.shards().stream()
                .filter(shard -> !shard.path().equals(volume.path()))
                .count();
    }

    private List<Path> shardFiles() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".shard")).toList();
        }
    }

    @Test
    void compaction_ofEncodedVolumesOnOneDisk_movesWhatLives() throws IOException {
        compactsThroughDamage();
    }

    @Test
    void compaction_ofEncodedVolumesOnSixDisks_movesWhatLives() throws IOException {
        onSixDisks();
        compactsThroughDamage();
    }

    /** What is damaged is made again on its way; of the volumes and their shards nothing is left. */
    private void compactsThroughDamage() throws IOException {
        try (HayloftStore store = open(data())) {
            fill(store);
            deleteTwoOfThree(store);
            for (VolumeStatus volume : encoded(store)) { // Nothing is known of it when compaction comes.
                damageShards(volume, random.nextInt(PARITY_SHARDS + 1));
            }
            assertThat(shardFiles()).isNotEmpty();
            SortedMap<String, Object> result = run(store, JobRequest.Kind.COMPACT);
            assertThat(result).containsEntry("refused", List.of());
            assertThat((Long) result.get("volumes")).isGreaterThanOrEqualTo(4);
            assertThat(encoded(store).stream()
                            .filter(volume -> volume.deadBytes() > 0)
                            .toList())
                    .isEmpty();
            assertThat(shardFiles())
                    .hasSize(encoded(store).stream().mapToInt(this::shardFiles).sum());
            run(store, JobRequest.Kind.REPAIR); // Volumes of which nothing was dead.
            assertAllReadable(store);
            assertAllGone(store);
            SortedMap<String, Object> scrubbed = run(store, JobRequest.Kind.SCRUB);
            assertThat(damaged(scrubbed)).isEmpty();
            assertThat(scrubbed).containsEntry("indexMissing", List.of()).containsEntry("indexOrphans", 0L);
        }
        for (String view : List.of("partitions/0/index", "partitions/1/index")) {
            for (Path root : roots()) {
                TempFolders.delete(root.resolve(view));
            }
        }
        try (HayloftStore store = open(data())) {
            assertAllReadable(store);
            assertAllGone(store);
        }
    }

    private List<Path> roots() {
        List<Path> roots = new ArrayList<>(disks);
        roots.add(data());
        return roots;
    }

    /** The same column of so many data shards. */
    private static void damageShards(VolumeStatus volume, int count) throws IOException {
        for (int index = 0; index < count; index++) {
            VolumeStatus.Shard shard = volume.shards().get(index);
            if (Files.exists(shard.path())) {
                FileDamage.hole(shard.path(), shard.offset(), shard.length());
            }
        }
    }

    @Test
    void compaction_ofAVolumeDamagedBeyondParity_leavesItAndDoesTheOthers() throws IOException {
        String lost;
        Set<String> unreadable = new HashSet<>();
        try (HayloftStore store = open(data())) {
            fill(store);
            deleteTwoOfThree(store);
            VolumeStatus volume = encoded(store).get(0);
            lost = volume.id();
            damageShards(volume, PARITY_SHARDS + 1);
            SortedMap<String, Object> result = run(store, JobRequest.Kind.COMPACT);
            assertThat(result).containsEntry("refused", List.of(lost));
            assertThat((Long) result.get("volumes")).isGreaterThanOrEqualTo(2);
            assertThat(encoded(store).stream().map(VolumeStatus::id)).contains(lost);
            assertThat(run(store, JobRequest.Kind.COMPACT)).containsEntry("refused", List.of(lost));
            model.forEach((key, content) -> {
                try {
                    assertThat(read(store, key)).isEqualTo(content);
                } catch (CorruptionException named) {
                    unreadable.add(key);
                }
            });
            SortedMap<String, Object> scrubbed = run(store, JobRequest.Kind.SCRUB);
            assertThat(keys(scrubbed.get("lost"))).isEqualTo(unreadable);
            assertAllGone(store);
        }
        assertThat(unreadable).isNotEmpty();
        try (HayloftStore store = open(data())) {
            for (String key : unreadable) {
                assertThatThrownBy(() -> read(store, key)).isInstanceOf(CorruptionException.class);
            }
        }
    }

    private static Set<String> keys(@org.jspecify.annotations.Nullable Object named) {
        Set<String> keys = new HashSet<>();
        for (Object entry : named instanceof List<?> list ? list : List.of()) {
            keys.add(String.valueOf(((Map<?, ?>) entry).get("key")));
        }
        return keys;
    }

    @Test
    void backup_ofVolumesThatExistAsShardsAlone_holdsThemWhole() throws IOException {
        onSixDisks();
        Path backup = folder.resolve("backup");
        try (HayloftStore store = open(data())) {
            fill(store);
            damageShards(store);
            Job job = store.jobs().submit(JobRequest.backup(backup));
            Awaitility.await().atMost(Duration.ofSeconds(100)).until(() -> store.jobs()
                    .find(job.id())
                    .orElseThrow()
                    .finishedAt()
                    .isPresent());
            Job ended = store.jobs().find(job.id()).orElseThrow();
            assertThat(ended.error()).isEmpty();
            assertThat(ended.result().orElseThrow()).containsEntry("lostBytes", 0L);
        }
        assertThat(Backup.verify(backup)).isEmpty();
        Path restored = folder.resolve("restored");
        new Restore(backup, restored).run(bytes -> {});
        disks.clear();
        try (HayloftStore store = open(restored)) {
            assertAllReadable(store);
            assertThat(damaged(run(store, JobRequest.Kind.SCRUB))).isEmpty();
            run(store, JobRequest.Kind.ENCODE);
            assertAllWhole(store);
        }
    }
}
