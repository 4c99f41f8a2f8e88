package dev.hayloft.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.index.hint.HintFormat;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HintFileTest {
    private static final UUID STORE = new UUID(0x0123_4567_89AB_CDEFL, 0x0FED_CBA9_8765_4321L);

    @TempDir
    Path folder;

    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void read_ofWhatWasWritten_isTheSame(@ForAll long seed, @ForAll @IntRange(min = 0, max = 9_000) int count)
            throws IOException {
        Path place = TempFolders.create("hints");
        try {
            Path file = place.resolve("0.hints");
            List<HintEntry> entries = arbitrary(new Random(seed), count);
            HintHeader header = header(entries);
            HintFile.write(file, header, entries);
            List<HintEntry> back = new ArrayList<>();
            assertThat(HintFile.read(file, back::add)).isEqualTo(header);
            assertThat(back).isEqualTo(entries);
        } finally {
            TempFolders.delete(place);
        }
    }

    @Test
    void write_whenFiguresComeLast_keepsTheLastOnes() {
        Path file = folder.resolve("0.hints");
        List<HintEntry> entries = ordinary(10);
        HintHeader before = new HintHeader(STORE, 1, 3, 0, 0, -1, List.of());
        HintFile.write(file, before, entries::forEach, () -> header(entries));
        assertThat(HintFile.read(file, entry -> {})).isEqualTo(header(entries));
    }

    @Test
    void write_ofOrdinaryNeedles_takesLessThan36BytesEach() throws IOException {
        Path file = folder.resolve("0.hints");
        HintFile.write(file, header(List.of()), ordinary(100_000));
        assertThat(Files.size(file)).isLessThan(36 * 100_000);
    }

    @Test
    void write_whenTheSourceFails_leavesNoFile() {
        Path file = folder.resolve("0.hints");
        HintHeader header = header(List.of());
        assertThatThrownBy(() -> HintFile.write(
                        file,
                        header,
                        entries -> {
                            throw new IllegalStateException("the volume cannot be read");
                        },
                        () -> header))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file).doesNotExist();
    }

    @Test
    void read_ofAFileWithAnyBitFlipped_isCorrupt() throws IOException {
        Path file = folder.resolve("0.hints");
        HintFile.write(file, header(ordinary(5)), ordinary(5));
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            assertCorrupt(file, "bit " + bit);
        }
    }

    @Test
    void read_ofAFileCutOrContinuedAnywhere_isCorrupt() throws IOException {
        Path file = folder.resolve("0.hints");
        HintFile.write(file, header(ordinary(5)), ordinary(5));
        byte[] whole = Files.readAllBytes(file);
        for (int size = 0; size < whole.length; size++) {
            Files.write(file, java.util.Arrays.copyOf(whole, size));
            assertCorrupt(file, "size " + size);
        }
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length + 1));
        assertCorrupt(file, "one byte more");
    }

    @Test
    void read_whenABlockIsMissing_isCorrupt() throws IOException {
        Path file = folder.resolve("0.hints");
        HintFile.write(file, header(List.of()), ordinary(5_000));
        byte[] whole = Files.readAllBytes(file);
        ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int first = HintFormat.HEAD_SIZE;
        int second = first + HintFormat.BLOCK_HEAD_SIZE + bytes.getInt(first + 4) + HintFormat.CRC_SIZE;
        assertThat(bytes.getInt(second)).as("a second block of entries").isEqualTo(HintFormat.KIND_ENTRIES);
        byte[] without = new byte[whole.length - (second - first)];
        System.arraycopy(whole, 0, without, 0, first);
        System.arraycopy(whole, second, without, first, whole.length - second);
        Files.write(file, without);
        assertCorrupt(file, "first block left out");
    }

    @Test
    void read_ofALaterVersion_saysNewer() throws IOException {
        Path file = folder.resolve("0.hints");
        HintFile.write(file, header(List.of()), List.of());
        byte[] whole = Files.readAllBytes(file);
        ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(4, HintFormat.VERSION + 1);
        int crcAt = HintFormat.HEAD_SIZE - HintFormat.CRC_SIZE;
        bytes.putInt(crcAt, HintFormat.crc(bytes, 0, crcAt));
        Files.write(file, whole);
        assertThatThrownBy(() -> HintFile.read(file, entry -> {}))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("newer");
    }

    /** The bytes of version 1. They never change: a new layout is a new version, and this file stays readable. */
    @Test
    void write_ofTheExample_isAsInTheGoldenFile() throws IOException {
        Path golden = Path.of("src/test/resources/golden/v1/two.hints");
        Path file = folder.resolve("0.hints");
        List<HintEntry> entries = ordinary(2);
        HintFile.write(file, header(entries), entries);
        assertThat(file).hasSameBinaryContentAs(golden);
        List<HintEntry> back = new ArrayList<>();
        assertThat(HintFile.read(golden, back::add)).isEqualTo(header(entries));
        assertThat(back).isEqualTo(entries);
    }

    private static void assertCorrupt(Path file, String what) {
        assertThatThrownBy(() -> HintFile.read(file, entry -> {})).as(what).isInstanceOf(CorruptionException.class);
    }

    private static HintHeader header(List<HintEntry> entries) {
        return new HintHeader(
                STORE,
                1,
                3,
                123_456,
                1_000,
                999 + entries.size(),
                List.of(new BucketTally(5, 1L << 40, 77), new BucketTally(9, 0, 0)));
    }

    /** As a stream of small puts leaves them: two hundred to a frame. */
    private static List<HintEntry> ordinary(int count) {
        List<HintEntry> entries = new ArrayList<>();
        long offset = 65_812;
        int inFrame = 100;
        for (int i = 0; i < count; i++) {
            if (i % 200 == 0 && i > 0) {
                offset += (inFrame + 200L) / 4 * 4;
                inFrame = 100;
            }
            int size = 150 + i % 9;
            long time = 1_763_700_000_000L + i / 100;
            long version = (time << 16) + i;
            long named = (i & Location.TOMBSTONE) != 0 ? version - 7 : 0;
            long expiresAt = (i & Location.EXPIRES) != 0 ? time + 60_000 : 0;
            Location location = new Location(
                    LogPosition.of(3, offset), inFrame, size, version, size - 60, i % 16, 5, time, named, expiresAt);
            entries.add(new HintEntry(KeyIndexTest.hash(i), 1_000 + i, location));
            inFrame += size;
        }
        return entries;
    }

    private static List<HintEntry> arbitrary(Random random, int count) {
        List<HintEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int flags = random.nextInt(Location.FLAGS_MAX + 1);
            boolean names = (flags & Location.TOMBSTONE) != 0 && random.nextBoolean();
            Location location = new Location(
                    random.nextLong() >>> 1 + random.nextInt(60),
                    random.nextInt() >>> 1,
                    random.nextInt() >>> 1 + random.nextInt(30),
                    random.nextLong(),
                    random.nextLong() >>> 16 + random.nextInt(40),
                    flags,
                    random.nextInt() >>> 1,
                    random.nextLong() >>> 16,
                    names ? random.nextLong() >>> 1 : 0,
                    (flags & Location.EXPIRES) != 0 ? random.nextLong() >>> 16 : 0);
            entries.add(new HintEntry(KeyIndexTest.hash(random.nextLong()), random.nextLong(), location));
        }
        return entries;
    }
}
