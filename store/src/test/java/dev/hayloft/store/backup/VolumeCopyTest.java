package dev.hayloft.store.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.store.parity.ParityKeeper;
import dev.hayloft.store.partition.PartitionCut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeCopyTest {
    private static final int SIZE = 200_000;
    private static final int BAD_FROM = 70_000;
    private static final int BAD_TO = 70_100;

    private static final ParityKeeper.Volumes NOTHING = new ParityKeeper.Volumes() {
        @Override
        public Path ownFile(int volume) {
            return Path.of("nowhere");
        }

        @Override
        public boolean isTaken(int volume) {
            return false;
        }

        @Override
        public void forgotten(int volume) {}
    };

    private static byte[] content() {
        byte[] content = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            content[i] = (byte) (1 + i % 100);
        }
        return content;
    }

    /** A disk that refuses every read that touches a sector, and gives a little at a time. */
    private static int read(ByteBuffer into, long offset) throws IOException {
        if (offset < BAD_TO && offset + into.remaining() > BAD_FROM) {
            throw new IOException("Input/output error");
        }
        int count = (int) Math.min(Math.min(into.remaining(), 10_000), SIZE - offset);
        into.put(content(), (int) offset, count);
        return count == 0 ? -1 : count;
    }

    private static void take(ByteArrayOutputStream copied, ByteBuffer bytes) {
        byte[] taken = new byte[bytes.remaining()];
        bytes.get(taken);
        copied.write(taken, 0, taken.length);
    }

    @Test
    void salvage_ofAFileWithABadSector_hasZerosThereAndNowhereElse() throws IOException {
        ByteArrayOutputStream copied = new ByteArrayOutputStream();
        long lost = VolumeCopy.salvage(VolumeCopyTest::read, SIZE, bytes -> take(copied, bytes));
        assertThat(lost).isEqualTo(4096);
        byte[] expected = content();
        Arrays.fill(expected, 69_632, 69_632 + 4096, (byte) 0);
        assertThat(copied.toByteArray()).isEqualTo(expected);
    }

    @Test
    void salvage_ofAFileThatBecameShorter_hasZerosAtItsEnd() throws IOException {
        ByteArrayOutputStream copied = new ByteArrayOutputStream();
        VolumeCopy.Reader source = (into, at) -> {
            if (at >= 4096) {
                return -1;
            }
            into.put((byte) 1);
            return 1;
        };
        long lost = VolumeCopy.salvage(source, 8192, bytes -> take(copied, bytes));
        assertThat(lost).isEqualTo(4096);
        assertThat(copied.toByteArray()).hasSize(8192);
        assertThat(copied.toByteArray()[4095]).isNotZero();
        assertThat(copied.toByteArray()[4096]).isZero();
    }

    @Test
    void salvage_thatIsInterrupted_calmsNobodyWithZeros() {
        assertThatThrownBy(() -> VolumeCopy.salvage(
                        (into, at) -> {
                            throw new ClosedByInterruptException();
                        },
                        SIZE,
                        bytes -> {}))
                .isInstanceOf(ClosedByInterruptException.class);
    }

    /** Its file stays while the cut is open, but the log knows it no more. */
    @Test
    void copy_ofAVolumeThatCompactionHasTakenMeanwhile_isWhole(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("0000000009.volume"), content());
        UUID store = new UUID(1, 2);
        VolumeLogConfig config = new VolumeLogConfig(folder.resolve("partition"), store, 0, 1 << 20, 256 << 10);
        try (VolumeLog log = VolumeLog.open(config, Clock.systemUTC());
                ParityKeeper parity = ParityKeeper.open(store, 0, List.of(folder.resolve("parity")), NOTHING)) {
            PartitionCut.Volume taken = new PartitionCut.Volume(9, file, folder.resolve("hint"), SIZE, parity, log);
            VolumeCopy.Result result = VolumeCopy.copy(taken, folder.resolve("copy"), bytes -> {});
            assertThat(result.isWhole()).isTrue();
            assertThat(result.lostBytes()).isZero();
            assertThat(folder.resolve("copy")).hasBinaryContent(content());
        }
    }
}
