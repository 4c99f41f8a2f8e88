package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionRecordTest {
    @TempDir
    Path folder;

    @Test
    void write_ofRuns_isReadAsItWas() throws IOException {
        BitSet taken = new BitSet();
        taken.set(0, 4);
        taken.set(9);
        CompactionRecord record = new CompactionRecord(7, 8, 9, new TreeSet<>(List.of(10, 20)), taken);
        CompactionRecord.write(folder.resolve("COMPACTED"), record);
        assertThat(CompactionRecord.read(folder.resolve("COMPACTED"))).contains(record);
        assertThat(Files.readAllLines(folder.resolve("COMPACTED")).subList(4, 12))
                .containsExactly(
                        "gone 10",
                        "gone 20",
                        "takenFrom 0",
                        "takenTo 3",
                        "takenFrom 9",
                        "takenTo 10",
                        "takenFrom 20",
                        "takenTo 20");
        assertThat(record.isTaken(3)).isTrue();
        assertThat(record.isTaken(4)).isFalse();
        assertThat(record.nextVolume()).isEqualTo(21);
        assertThat(CompactionRecord.NOTHING.nextVolume()).isZero();
    }

    @Test
    void read_ofARecordWithoutRuns_hasTakenWhatIsGone() throws IOException {
        String lines = "format 1\nsequence 7\nversion 8\ndeletion 9\ngone 3\n";
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("COMPACTED");
        Files.writeString(file, lines + "crc32c " + Long.toHexString(crc.getValue()) + "\n");
        CompactionRecord record = CompactionRecord.read(file).orElseThrow();
        assertThat(record.gone()).containsExactly(3);
        assertThat(record.isTaken(3)).isTrue();
        assertThat(record.isTaken(2)).isFalse();
        assertThat(record.lastDroppedDeletion()).isEqualTo(9);
    }
}
