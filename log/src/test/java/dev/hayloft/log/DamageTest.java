package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.BUCKET;
import static dev.hayloft.log.LogFixture.CLOCK;
import static dev.hayloft.log.LogFixture.NOTHING;
import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.open;
import static dev.hayloft.log.LogFixture.payload;
import static dev.hayloft.log.LogFixture.range;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static dev.hayloft.log.LogFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.LogFixture.Seen;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of a log as a power cut or a bad disk leaves them. */
class DamageTest {
    private static final long MIB = 1 << 20;
    private static final int FRAMES = 60;
    private static final int FORCED = 40;

    @TempDir
    Path folder;

    private final List<Long> positions = new ArrayList<>();
    private long end;

    /** A log whose first frames were forced one by one and whose last frames were only appended. */
    @BeforeEach
    void write() {
        try (VolumeLog log = start(folder, MIB, false)) {
            for (int i = 0; i < FRAMES; i++) {
                positions.add(append(log, i, 500 + i));
                if (i < FORCED) {
                    log.force();
                }
            }
            end = log.end();
        }
    }

    @Test
    void scan_ofTheWholeLog_showsEverything() {
        Seen seen = rescan();
        assertThat(seen.sequences()).isEqualTo(range(0, FRAMES));
        assertThat(seen.report().end()).isEqualTo(end);
        assertThat(seen.report().tornBytes()).isZero();
        assertThat(seen.report().frames()).isEqualTo(FRAMES + 1);
        assertThat(seen.report().needles()).isEqualTo(FRAMES + 1);
    }

    @Test
    void scan_afterAZeroedTail_endsBeforeIt() throws IOException {
        FileDamage.zero(file(), offset(50));
        Seen seen = rescan();
        assertThat(seen.sequences()).isEqualTo(range(0, 50));
        assertThat(seen.damaged()).isEmpty();
        assertThat(seen.report().end()).isEqualTo(positions.get(50) - 1);
        assertThat(seen.report().tornBytes()).isPositive().isLessThanOrEqualTo(4);
    }

    @Test
    void scan_afterACutTail_endsBeforeTheCutFrame() throws IOException {
        for (long cut = offset(55) + 300; cut > offset(54); cut -= 97) {
            FileDamage.cut(file(), cut);
            int whole = cut >= offset(55) - 4 ? 55 : 54;
            Seen seen = rescan();
            assertThat(seen.sequences()).isEqualTo(range(0, whole));
            assertThat(seen.damaged()).isEmpty();
            assertThat(seen.report().end()).isEqualTo(positions.get(whole) - 1);
        }
    }

    @Test
    void scan_afterAFlippedBitInTheUnforcedTail_endsThere() throws IOException {
        // Frames behind it were never forced either: nobody was told that they are safe.
        FileDamage.flip(file(), offset(50) + 200, 3);
        Seen seen = rescan();
        assertThat(seen.sequences()).isEqualTo(range(0, 50));
        assertThat(seen.damaged()).isEmpty();
        assertThat(seen.report().tornBytes()).isGreaterThan(9 * 500);
    }

    @Test
    void scan_afterAFlippedBitInForcedData_reportsItAndGoesOn() throws IOException {
        FileDamage.flip(file(), offset(20) + 200, 3);
        Seen seen = rescan();
        List<Long> expected = range(0, FRAMES);
        expected.remove(20);
        assertThat(seen.sequences()).isEqualTo(expected);
        assertThat(seen.damaged())
                .containsExactly(
                        new DamagedRange(0, offset(20) - 4, offset(21) - 4, "a frame's header or body is damaged"));
        assertThat(seen.report().damaged()).isEqualTo(seen.damaged());
        assertThat(seen.report().end()).isEqualTo(end);
    }

    @Test
    void scan_ofADamagedFrame_tellsTheNeedlesOfItThatAreWhole() throws IOException {
        Path many = folder.resolve("many");
        long frame;
        try (VolumeLog log = start(many, MIB, false)) {
            FrameEncoder encoder = new FrameEncoder();
            encoder.begin(BUCKET, 0, 1000, CLOCK.millis());
            for (int i = 0; i < 3; i++) {
                ByteBuffer payload = payload(i, 500);
                encoder.add(NeedleHead.object(500, Sha256.of(payload)), text("key-" + i), NOTHING, payload);
            }
            frame = LogPosition.offset(log.append(encoder));
            log.force();
            append(log, 3, 500);
            log.force();
        }
        int needle = 24 + 32 + 5 + 500;
        long second = frame + FrameFormat.HEADER_SIZE + needle;
        assertThat(remains(many)).isEmpty();
        FileDamage.flip(openFile(many), second + 300, 3);
        assertThat(remains(many)).containsExactly(0L, 2L);
        FileDamage.flip(openFile(many), second + 12, 0); // Its payload's size: where the next one begins is not known.
        assertThat(remains(many)).containsExactly(0L);
        FileDamage.flip(openFile(many), frame + 30, 0); // In the frame's header.
        assertThat(remains(many)).isEmpty();
    }

    private static List<Long> remains(Path partition) {
        List<Long> sequences = new ArrayList<>();
        try (VolumeLog log = open(partition, MIB)) {
            log.scan(LogPosition.START, new FrameVisitor() {
                @Override
                public void frame(FrameView frame) {
                    assertThat(frame.firstSequence()).isNotNegative();
                }

                @Override
                public void remains(FrameView frame) {
                    frame.forEachIntactNeedle(needle -> sequences.add(needle.sequence()));
                }
            });
        }
        return sequences;
    }

    @Test
    void scan_afterAHoleOverForcedData_reportsItAndGoesOn() throws IOException {
        FileDamage.hole(file(), offset(10) - 4, offset(20) - offset(10) + 100);
        Seen seen = rescan();
        List<Long> expected = range(0, 10);
        expected.addAll(range(21, FRAMES));
        assertThat(seen.sequences()).isEqualTo(expected);
        assertThat(seen.damaged())
                .containsExactly(new DamagedRange(0, offset(10) - 4, offset(21) - 4, "nothing was written"));
    }

    @Test
    void scan_afterAHoleInTheUnforcedTail_endsBeforeItThoughGoodFramesFollow() throws IOException {
        FileDamage.hole(file(), offset(45) - 4, 1_000);
        Seen seen = rescan();
        assertThat(seen.sequences()).isEqualTo(range(0, 45));
        assertThat(seen.report().end()).isEqualTo(positions.get(45) - 1);
    }

    @Test
    void scan_afterAHoleAcrossTheForcedBorder_losesNothingForcedOutsideTheHole() throws IOException {
        FileDamage.hole(file(), offset(38) - 4, offset(44) - offset(38));
        Seen seen = rescan();
        List<Long> expected = range(0, 38);
        expected.addAll(range(44, FRAMES));
        assertThat(seen.sequences()).isEqualTo(expected);
        assertThat(seen.damaged()).hasSize(1);
    }

    @Test
    void scan_afterAnyFlippedBitOfAnEntrysWord_keepsEveryForcedFrame() throws IOException {
        for (int bit = 0; bit < 32; bit++) {
            long word = offset(20) - 4;
            FileDamage.flip(file(), word + bit / 8, bit % 8);
            Seen seen = rescan();
            assertThat(seen.sequences()).as("bit %d", bit).isEqualTo(range(0, FRAMES));
            assertThat(seen.damaged()).as("bit %d", bit).hasSize(1);
            FileDamage.flip(file(), word + bit / 8, bit % 8);
        }
    }

    @Test
    void scan_afterAnyFlippedBitOfAForcedFrame_losesThatFrameAlone() throws IOException {
        List<Long> expected = range(0, FRAMES);
        expected.remove(20);
        for (long at = offset(20); at < offset(21) - 7; at++) {
            int bit = (int) (at % 8);
            FileDamage.flip(file(), at, bit);
            Seen seen = rescan();
            assertThat(seen.sequences()).as("byte %d", at - offset(20)).isEqualTo(expected);
            assertThat(seen.damaged()).hasSize(1);
            FileDamage.flip(file(), at, bit);
        }
    }

    @Test
    void scan_withDamagedPagesOfChronicle_keepsEveryFrame() throws IOException {
        for (long at = 0; at < offset(0) - 200; at += 4096) {
            FileDamage.hole(file(), at, Math.min(4096, offset(0) - 200 - at));
            assertThat(rescan().sequences()).as("at %d", at).isEqualTo(range(0, FRAMES));
        }
    }

    @Test
    void scan_withADamagedStartFrame_keepsTheVolume() throws IOException {
        FileDamage.flip(file(), offset(0) - 60, 1);
        Seen seen = rescan();
        assertThat(seen.sequences()).isEqualTo(range(0, FRAMES));
        assertThat(seen.damaged()).hasSize(1);
    }

    @Test
    void scan_ofAFrameWhoseObjectHoldsAVolume_neverTakesItsFramesForOurs() throws IOException {
        // The embedded copy starts on a multiple of 4, where a search for frames would find it.
        byte[] volume = Files.readAllBytes(file());
        ByteBuffer copy = ByteBuffer.wrap(volume, (int) offset(5) - 4, 20_000).slice();
        Path other = folder.resolve("other");
        long outer;
        try (VolumeLog log = start(other, MIB, false)) {
            append(log, 1_000, 100);
            log.force();
            FrameEncoder encoder = new FrameEncoder();
            encoder.begin(LogFixture.BUCKET, 1_001, 1, 1);
            encoder.add(NeedleHead.extent(copy.limit()), ByteBuffer.allocate(8), LogFixture.NOTHING, copy);
            outer = log.append(encoder);
            log.force();
            append(log, 1_002, 100);
            log.force();
            append(log, 1_003, 100);
        }
        Path damaged = openFile(other);
        for (long at : new long[] {-4, -3, 0, 9, 17, 60, 70, 15_000}) {
            FileDamage.flip(damaged, LogPosition.offset(outer) + at, 2);
            try (VolumeLog log = open(other, MIB)) {
                assertThat(scan(log, 0).sequences()).as("flipped at %d", at).containsExactly(1_000L, 1_002L, 1_003L);
            }
            FileDamage.flip(damaged, LogPosition.offset(outer) + at, 2);
        }
    }

    @Test
    void startAppending_afterATornTail_cutsItAndGoesOnInTheNextVolume() throws IOException {
        FileDamage.hole(file(), offset(45) - 4, 1_000);
        try (VolumeLog log = open(folder, MIB)) {
            ScanReport report = log.scan(0, frame -> {});
            log.startAppending(report.end(), false);
            append(log, 100, 500);
            assertThat(scan(log, 0).sequences()).endsWith(44L, 100L).hasSize(46);
            assertThat(log.volumes().get(0).dataEndBytes()).isEqualTo(LogPosition.offset(report.end()));
            assertThat(Files.size(log.volumes().get(0).path())).isEqualTo(LogPosition.offset(report.end()));
        }
        Seen seen = rescan();
        assertThat(seen.sequences()).endsWith(44L, 100L).hasSize(46);
        assertThat(seen.damaged()).isEmpty();
    }

    @Test
    void startAppending_saidToBeCleanThoughTheFileGoesOn_isTreatedAsUnclean() {
        try (VolumeLog log = open(folder, MIB)) {
            log.startAppending(positions.get(50) - 1, true);
            append(log, 100, 500);
            assertThat(LogPosition.volume(log.end())).isEqualTo(1);
            assertThat(scan(log, 0).sequences()).endsWith(49L, 100L);
        }
    }

    @Test
    void startAppending_saidToBeCleanThoughTheFileEndsBefore_isTreatedAsUnclean() throws IOException {
        FileDamage.zero(file(), offset(50) - 4);
        try (VolumeLog log = open(folder, MIB)) {
            log.startAppending(end, true);
            append(log, 100, 500);
            assertThat(LogPosition.volume(log.end())).isEqualTo(1);
        }
    }

    @Test
    void scan_ofACutSealedVolume_reportsWhatIsMissing() throws IOException {
        try (VolumeLog log = start(folder, MIB, true)) {
            log.sealOpenVolume();
            append(log, 100, 10);
        }
        Path sealed = folder.resolve("volumes/0000000000.volume");
        FileDamage.cut(sealed, offset(30) + 8);
        Seen seen = rescan();
        List<Long> expected = range(0, 30);
        expected.add(100L);
        assertThat(seen.sequences()).isEqualTo(expected);
        assertThat(seen.damaged()).hasSize(1);
        assertThat(seen.damaged().get(0).fromOffset()).isEqualTo(offset(30) - 4);
    }

    @Test
    void open_ofANewerFormat_isRefusedWithFileAndVersion() throws IOException {
        Path file = file();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(header, offset(20));
            header.put(8, (byte) 9);
            CRC32C crc = new CRC32C();
            crc.update(header.slice(8, 56));
            header.putInt(4, (int) crc.getValue());
            channel.write(header.flip(), offset(20));
        }
        try (VolumeLog log = open(folder, MIB)) {
            assertThatThrownBy(() -> log.scan(0, frame -> {}))
                    .isInstanceOf(StoreClosedException.class)
                    .hasMessageContaining("newer Hayloft")
                    .hasMessageContaining("formatVersion: 9")
                    .hasMessageContaining("v0000040587.cq4");
        }
    }

    private Seen rescan() {
        try (VolumeLog log = open(folder, MIB)) {
            return scan(log, LogPosition.START);
        }
    }

    private long offset(int frame) {
        return LogPosition.offset(positions.get(frame));
    }

    private Path file() {
        return openFile(folder);
    }

    private static Path openFile(Path partition) {
        return partition.resolve("log/v0000040587.cq4");
    }
}
