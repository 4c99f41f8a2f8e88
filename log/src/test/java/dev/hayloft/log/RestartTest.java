package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.open;
import static dev.hayloft.log.LogFixture.range;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.LogFixture.Seen;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a crash between any two steps of sealing, cutting and beginning a volume leaves, and how the log goes on. */
class RestartTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void open_ofNothing_makesTwoEmptyFolders() throws IOException {
        try (VolumeLog log = open(folder, MIB)) {
            assertThat(log.volumes()).isEmpty();
            assertThat(scan(log, 0).report()).isEqualTo(new ScanReport(0, 0, 0, List.of(), 0));
        }
        assertThat(names("log")).isEmpty();
        assertThat(names("volumes")).isEmpty();
    }

    @Test
    void start_afterARollThatWasNotPutAway_putsTheVolumeAway() throws IOException {
        // The copy is taken between roll and force, as a killed process leaves it.
        Path copy = folder.resolve("copy");
        try (VolumeLog log = start(folder.resolve("a"), MIB, false)) {
            fill(log, 0, 20);
            log.force();
            log.sealOpenVolume();
            fill(log, 20, 30);
            TempFolders.copy(folder.resolve("a"), copy);
        }
        assertThat(names(copy, "log")).contains("v0000040587.cq4", "v0000040588.cq4");
        try (VolumeLog log = start(copy, MIB, false)) {
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 30));
            assertThat(log.volumes()).hasSize(3);
            assertThat(log.volumes().get(0).sealedAtMillis()).isPresent();
            fill(log, 30, 35);
        }
        assertThat(names(copy, "volumes")).containsExactly("0000000000.volume", "0000000001.volume");
        expect(copy, 35);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4})
    void start_afterACutBehindTheEndFrame_keepsWhatFollowsInTheNextVolume(int bytesLeft) throws IOException {
        Path copy = folder.resolve("copy");
        long dataEnd;
        try (VolumeLog log = start(folder.resolve("a"), MIB, false)) {
            fill(log, 0, 20);
            log.sealOpenVolume();
            dataEnd = log.volumes().get(0).dataEndBytes();
            fill(log, 20, 30);
            TempFolders.copy(folder.resolve("a"), copy);
        }
        try (FileChannel file =
                FileChannel.open(copy.resolve("log").resolve("v0000040587.cq4"), StandardOpenOption.WRITE)) {
            file.truncate(dataEnd + bytesLeft);
        }
        try (VolumeLog log = start(copy, MIB, false)) {
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 30));
            fill(log, 30, 35);
        }
        expect(copy, 35);
    }

    @Test
    void start_cleanAfterARollThatWasNotPutAway_goesOnInTheOpenVolume() throws IOException {
        Path copy = folder.resolve("copy");
        try (VolumeLog log = start(folder.resolve("a"), MIB, false)) {
            fill(log, 0, 20);
            log.sealOpenVolume();
            fill(log, 20, 30);
            TempFolders.copy(folder.resolve("a"), copy);
        }
        try (VolumeLog log = start(copy, MIB, true)) {
            fill(log, 30, 35);
            assertThat(LogPosition.volume(log.end())).isEqualTo(1);
        }
        assertThat(names(copy, "volumes")).containsExactly("0000000000.volume");
        expect(copy, 35);
    }

    @Test
    void start_withTheNextVolumeBegunButEmpty_beginsItAnew() throws IOException {
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 0, 20);
        }
        Files.createFile(folder.resolve("log/v0000040588.cq4"));
        try (VolumeLog log = start(folder, MIB, false)) {
            assertThat(log.volumes()).hasSize(2);
            fill(log, 20, 25);
        }
        expect(folder, 25);
    }

    @Test
    void start_withOnlyAnEmptyVolume_beginsItAnew() throws IOException {
        open(folder, MIB).close();
        Files.createFile(folder.resolve("log/v0000040587.cq4"));
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 0, 5);
            assertThat(LogPosition.volume(log.end())).isZero();
        }
        expect(folder, 5);
    }

    @Test
    void start_withTheCutVolumePutAwayAndNoNext_beginsTheNext() throws IOException {
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 0, 20);
        }
        try (VolumeLog log = start(folder, MIB, false)) {
            assertThat(LogPosition.volume(log.end())).isEqualTo(1);
        }
        Files.delete(folder.resolve("log/v0000040588.cq4"));
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 20, 25);
            assertThat(LogPosition.volume(log.end())).isEqualTo(1);
        }
        expect(folder, 25);
    }

    @Test
    void start_withAFileInBothFolders_keepsTheOneThatArrived() throws IOException {
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 0, 20);
        }
        byte[] before = Files.readAllBytes(folder.resolve("log/v0000040587.cq4"));
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 20, 25);
        }
        Files.write(folder.resolve("log/v0000040587.cq4"), before);
        try (VolumeLog log = start(folder, MIB, true)) {
            fill(log, 25, 30);
        }
        assertThat(names("log")).doesNotContain("v0000040587.cq4");
        expect(folder, 30);
    }

    @Test
    void start_withDiscardedFilesAndATable_sweepsThem() throws IOException {
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 0, 5);
        }
        Files.createFile(folder.resolve("log/v0000040588.cq4-123.discard"));
        Files.write(folder.resolve("log/metadata.cq4t"), new byte[] {1, 2, 3});
        try (VolumeLog log = start(folder, MIB, true)) {
            fill(log, 5, 10);
        }
        assertThat(names("log")).containsExactly("metadata.cq4t", "v0000040587.cq4");
        expect(folder, 10);
    }

    @Test
    void start_whereOlderVolumesWereDeleted_goesOnWithDenseIds() {
        try (VolumeLog log = start(folder, MIB, false)) {
            for (int volume = 0; volume < 4; volume++) {
                fill(log, volume * 5, volume * 5 + 5);
                log.sealOpenVolume();
            }
            log.force();
            for (int volume = 0; volume < 4; volume++) {
                log.delete(volume);
            }
            assertThat(log.volumes()).extracting(VolumeInfo::id).containsExactly(4);
        }
        try (VolumeLog log = start(folder, MIB, false)) {
            assertThat(LogPosition.volume(log.end())).isEqualTo(5);
            fill(log, 100, 101);
            assertThat(scan(log, 0).sequences()).containsExactly(100L);
        }
    }

    @Test
    void start_afterVolumesThatAreGone_givesNoneOfTheirNumbersAgain() {
        try (VolumeLog log = open(folder, 1 << 20)) {
            log.startAppending(LogPosition.START, false, 5);
            append(log, 0, 100);
            log.sealOpenVolume();
            log.force();
            assertThat(log.volumes()).extracting(VolumeInfo::id).containsExactly(5, 6);
        }
        try (VolumeLog log = open(folder, 1 << 20)) {
            LogFixture.Seen seen = scan(log, LogPosition.START);
            assertThat(seen.sequences()).containsExactly(0L);
            log.startAppending(seen.report().end(), false, 3);
            append(log, 1, 100);
            assertThat(log.volumes().get(0).id()).isEqualTo(5);
            assertThat(scan(log, LogPosition.START).sequences()).containsExactly(0L, 1L);
        }
    }

    @Test
    void open_ofAnotherStoresVolume_isRefused() {
        try (VolumeLog log = start(folder, MIB, false)) {
            fill(log, 0, 1);
        }
        VolumeLogConfig other = new VolumeLogConfig(folder, new UUID(9, 9), 3, MIB, MIB);
        assertThatThrownBy(() -> VolumeLog.open(other, LogFixture.CLOCK))
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("another store");
    }

    @Test
    void seal_ofAVolumeWithoutFrames_changesNothing() {
        try (VolumeLog log = start(folder, MIB, false)) {
            assertThat(log.sealOpenVolume()).isEqualTo(LogPosition.of(0, 0));
            fill(log, 0, 1);
            assertThat(log.sealOpenVolume()).isEqualTo(LogPosition.of(1, 0));
            assertThat(log.sealOpenVolume()).isEqualTo(LogPosition.of(1, 0));
        }
    }

    @Test
    void append_ofAFrameLargerThanAVolume_isTaken() {
        try (VolumeLog log = start(folder, VolumeLogConfig.VOLUME_SIZE_MIN, false)) {
            append(log, 0, 3 << 20);
            append(log, 1, 3 << 20);
            append(log, 2, 14 << 20);
            append(log, 3, 10);
            log.force();
            assertThat(LogPosition.volume(log.end())).isEqualTo(3);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 4));
        }
        expect(folder, 4);
    }

    @Test
    void append_ofManySmallFrames_passesChroniclesIndexPages() {
        // An index page holds 4,096 entries of every 16th excerpt; the second stands amid the data.
        int frames = 70_000;
        try (VolumeLog log = start(folder, 64 * MIB, false)) {
            FrameEncoder encoder = new FrameEncoder();
            for (int i = 0; i < frames; i++) {
                log.append(LogFixture.frame(encoder, i, LogFixture.payload(i, 10)));
            }
            log.force();
            ScanReport report = log.scan(0, frame -> {});
            assertThat(report.frames()).isEqualTo(frames + 1);
            assertThat(report.end()).isEqualTo(log.end());
        }
        try (VolumeLog log = start(folder, 64 * MIB, true)) {
            append(log, frames, 10);
            assertThat(log.volumes()).hasSize(1);
            Seen seen = scan(log, 0);
            assertThat(seen.sequences()).hasSize(frames + 1);
            assertThat(seen.damaged()).isEmpty();
        }
    }

    private void fill(VolumeLog log, int from, int to) {
        for (int i = from; i < to; i++) {
            append(log, i, 1_000);
        }
    }

    private static void expect(Path folder, int count) {
        try (VolumeLog log = open(folder, MIB)) {
            Seen seen = scan(log, 0);
            assertThat(seen.sequences()).isEqualTo(range(0, count));
            assertThat(seen.damaged()).isEmpty();
            assertThat(seen.report().tornBytes()).isZero();
        }
    }

    private List<String> names(String name) throws IOException {
        return names(folder, name);
    }

    private static List<String> names(Path partition, String name) throws IOException {
        try (Stream<Path> files = Files.list(partition.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
