package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A further disk comes and goes, or takes no changes, while volumes with shards on it are compacted. */
@Timeout(120)
final class AwayDiskTest extends UpkeepCase {
    private Path disk = Path.of("");

    @BeforeEach
    void disks() {
        onSixDisks();
        disk = disks.get(disks.size() - 1); // No partition stands on it.
    }

    private Path away() {
        return folder.resolve("away");
    }

    private List<Path> shardFiles() throws IOException {
        try (Stream<Path> files = Files.walk(disk)) {
            return files.filter(file -> file.toString().endsWith(".shard")).toList();
        }
    }

    /** As at another boot, when no view of the log is trusted. */
    private void deleteIndexes() throws IOException {
        List<Path> roots = new ArrayList<>(disks);
        roots.add(data());
        for (Path root : roots) {
            TempFolders.delete(root.resolve("partitions/0/index"));
            TempFolders.delete(root.resolve("partitions/1/index"));
        }
    }

    private static Set<String> ids(List<VolumeStatus> volumes) {
        Set<String> ids = new TreeSet<>();
        volumes.forEach(volume -> ids.add(volume.id()));
        return ids;
    }

    private Set<String> compactWhileAway(HayloftStore store) throws IOException {
        fill(store);
        deleteTwoOfThree(store);
        Set<String> before = ids(encoded(store));
        Files.move(disk, away());
        Files.createDirectories(disk); // The mount point.
        run(store, JobRequest.Kind.COMPACT);
        before.removeAll(ids(store.volumes()));
        assertThat(before).as("compacted").hasSizeGreaterThanOrEqualTo(2);
        return before;
    }

    private void comeBack() throws IOException {
        TempFolders.delete(disk);
        Files.move(away(), disk);
        assertThat(shardFiles()).isNotEmpty();
    }

    @Test
    void start_withADiskThatWasAway_bringsNoCompactedVolumeBack() throws IOException {
        Set<String> compacted;
        try (HayloftStore store = open(data())) {
            compacted = compactWhileAway(store);
        }
        open(data()).close(); // The last word on what was deleted is said before the disk is there again.
        comeBack();
        deleteIndexes();
        try (HayloftStore store = open(data())) {
            assertThat(ids(store.volumes())).doesNotContainAnyElementsOf(compacted);
            assertThat(shardFiles()).hasSize((int) encoded(store).stream()
                    .flatMap(volume -> volume.shards().stream())
                    .filter(shard -> shard.path().startsWith(disk))
                    .count());
            assertAllGone(store);
            assertAllReadable(store);
        }
    }

    @Test
    void scrub_withADiskThatWasAway_deletesItsShardsOfCompactedVolumes() throws IOException {
        try (HayloftStore store = open(data())) {
            compactWhileAway(store);
            comeBack();
            int before = shardFiles().size();
            run(store, JobRequest.Kind.SCRUB);
            assertThat(shardFiles()).hasSizeLessThan(before).hasSize((int) encoded(store).stream()
                    .flatMap(volume -> volume.shards().stream())
                    .filter(shard -> shard.path().startsWith(disk))
                    .count());
            assertAllReadable(store);
        }
    }

    @Test
    void compaction_whereAShardCannotBeDeleted_isDoneAndTheStoreStarts() throws IOException {
        Path inTheWay;
        try (HayloftStore store = open(data())) {
            fill(store);
            deleteTwoOfThree(store);
            VolumeStatus first = encoded(store).get(0);
            Path shard = first.shards().stream()
                    .map(VolumeStatus.Shard::path)
                    .filter(path -> path.startsWith(disk))
                    .findAny()
                    .orElseThrow();
            inTheWay = Files.createDirectories(shard.resolveSibling(shard.getFileName() + "-kept/inside"));
            run(store, JobRequest.Kind.COMPACT);
            assertThat(ids(store.volumes())).doesNotContain(first.id());
        }
        for (int i = 0; i < 2; i++) {
            try (HayloftStore store = open(data())) {
                assertAllGone(store);
                assertAllReadable(store);
            }
        }
        assertThat(inTheWay).exists();
    }
}
