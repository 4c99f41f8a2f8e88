package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.Location;
import dev.hayloft.log.format.ProducerTableFormat;
import dev.hayloft.model.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionFilesTest {
    private static final List<ProducerTableFormat.Entry> PRODUCERS = List.of(
            new ProducerTableFormat.Entry(7, "p-1", 1_000_000_000_000L), new ProducerTableFormat.Entry(8, "p_2", 0));

    @TempDir
    Path folder;

    @Test
    void appliedMark_writtenAndRead_isTheSame() {
        Path file = folder.resolve("APPLIED");
        assertThat(AppliedMark.read(file)).isEmpty();
        try (AppliedMark mark = AppliedMark.open(file)) {
            mark.write(17, LogPosition.of(3, 4096));
        }
        assertThat(AppliedMark.read(file)).contains(new AppliedMark.Applied(17, LogPosition.of(3, 4096)));
    }

    @Test
    void appliedMark_withAnyFlippedBit_isNotBelieved() throws IOException {
        Path file = folder.resolve("APPLIED");
        try (AppliedMark mark = AppliedMark.open(file)) {
            mark.write(17, LogPosition.of(3, 4096));
        }
        byte[] good = Files.readAllBytes(file);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bad);
            assertThat(AppliedMark.read(file)).as("bit %s", bit).isEmpty();
        }
        for (int size = 0; size < good.length; size++) {
            Files.write(file, Arrays.copyOf(good, size));
            assertThat(AppliedMark.read(file)).as("size %s", size).isEmpty();
        }
    }

    private static Tallies tallies() {
        Tallies tallies = new Tallies();
        tallies.appended(3, 7, 2, 300);
        tallies.recount(new Location(LogPosition.of(3, 4096), 64, 150, 99, 42, Location.KEPT, 7, 1_800_000_000_000L));
        int marker = Location.TOMBSTONE | Location.MARKER | Location.OLDER;
        tallies.recount(new Location(LogPosition.of(3, 5120), 64, 30, 98, 0, marker, 7, 1_800_000_000_000L));
        return tallies;
    }

    @Test
    void closingFigures_writtenAndRead_areTheSame() {
        Path file = folder.resolve("FIGURES");
        ClosingFigures.write(file, new ClosingFigures(LogPosition.of(3, 8192), 20, 99, tallies(), PRODUCERS, true));
        ClosingFigures read = ClosingFigures.read(file).orElseThrow();
        assertThat(read.end()).isEqualTo(LogPosition.of(3, 8192));
        assertThat(read.lastSequence()).isEqualTo(20);
        assertThat(read.lastVersion()).isEqualTo(99);
        assertThat(read.producers()).isEqualTo(PRODUCERS);
        assertThat(read.lostExtents()).isTrue();
        assertThat(read.tallies().volume(3).needles()).isEqualTo(2);
        assertThat(read.tallies().volume(3).bytes()).isEqualTo(300);
        assertThat(read.tallies().volume(3).liveBytes()).isEqualTo(180);
        assertThat(read.tallies().bytesByBucket(3).get(7)).hasValue(300);
        assertThat(read.tallies().bucket(7).objects()).isEqualTo(1);
        assertThat(read.tallies().bucket(7).versions()).isEqualTo(1);
        assertThat(read.tallies().bucket(7).kept()).isEqualTo(1);
        assertThat(read.tallies().bucket(7).liveBytes()).isEqualTo(180);
        assertThat(read.tallies().bucket(7).logicalBytes()).isEqualTo(42);
        assertThat(read.tallies().bucket(7).storedBytes()).isEqualTo(150);
        assertThat(read.tallies().bucket(7).deadBytes()).isEqualTo(120);
    }

    @Test
    void closingFigures_withAnyFlippedBitOrCut_areNotBelieved() throws IOException {
        Path file = folder.resolve("FIGURES");
        ClosingFigures.write(file, new ClosingFigures(LogPosition.of(3, 8192), 20, 99, tallies(), PRODUCERS, true));
        byte[] good = Files.readAllBytes(file);
        for (int bit = 0; bit < (good.length - 1) * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bad);
            assertThat(ClosingFigures.read(file)).as("bit %s", bit).isEmpty();
        }
        for (int size = 0; size < good.length - 1; size++) {
            Files.write(file, Arrays.copyOf(good, size));
            assertThat(ClosingFigures.read(file)).as("size %s", size).isEmpty();
        }
    }
}
