package dev.hayloft.api.ciaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.StoredObject;
import dev.hayloft.testing.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Bytes as the public client and servers write them, and whatever else may come. */
class BlobsFormatTest {
    private static final String ONE = "04000000eeffffff04000000010000000c0000000000060008000400060000000400000"
            + "00b00000068656c6c6f206369616f7300";
    private static final String TWO = "04000000d6ffffff0400000002000000240000000400000"
            + "0eaffffff040000000700000042424242424242000000060008000400060000000400000004000000"
            + "41414141";
    private static final String NONE = "0c00000000000600080004000600000004000000" + "00000000";

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static List<byte[]> read(byte[] buffer) {
        List<byte[]> blobs = new ArrayList<>();
        for (ByteBuffer blob : BlobsFormat.read(ByteBuffer.wrap(buffer))) {
            byte[] copy = new byte[blob.remaining()];
            blob.get(copy);
            blobs.add(copy);
        }
        return blobs;
    }

    /** Written through pieces of this size. */
    private static byte[] write(List<byte[]> blobs, int pieceSize) {
        int size = blobs.stream().mapToInt(blob -> blob.length).sum();
        ByteBuffer content = ByteBuffer.allocate(size);
        blobs.forEach(content::put);
        BlobLengths lengths =
                new BlobLengths(blobs.stream().mapToLong(blob -> blob.length).toArray());
        ByteBuffer whole = ByteBuffer.allocate((int) BlobsFormat.size(lengths));
        try (BlobsSource source = new BlobsSource(new Content(content.flip()), lengths)) {
            ByteBuffer piece = ByteBuffer.allocate(pieceSize);
            while (!source.isAtEnd()) {
                source.fill(piece.clear());
                whole.put(piece.flip());
            }
        }
        assertThat(whole.hasRemaining()).isFalse();
        return whole.array();
    }

    /** As any program with the official library would. */
    private static byte[] official(List<byte[]> blobs) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int[] tables = new int[blobs.size()];
        for (int i = 0; i < tables.length; i++) {
            int data = builder.createByteVector(blobs.get(i));
            builder.startTable(1);
            builder.addOffset(0, data, 0);
            tables[i] = builder.endTable();
        }
        int files = builder.createVectorOfTables(tables);
        builder.startTable(1);
        builder.addOffset(0, files, 0);
        builder.finish(builder.endTable());
        return builder.sizedByteArray();
    }

    @Test
    void recordedBuffers_readAndWritten_areTheSameBytes() {
        assertThat(read(bytes(ONE))).containsExactly(ascii("hello ciaos"));
        assertThat(HexFormat.of().formatHex(write(List.of(ascii("hello ciaos")), 7)))
                .isEqualTo(ONE);
        assertThat(read(bytes(TWO))).containsExactly(ascii("AAAA"), ascii("BBBBBBB"));
        assertThat(HexFormat.of().formatHex(write(List.of(ascii("AAAA"), ascii("BBBBBBB")), 100)))
                .isEqualTo(TWO);
        assertRefused(bytes(NONE), "No data in data list");
    }

    @Test
    void anyBlobs_writtenPieceByPiece_areWhatTheOfficialLibraryWrites() {
        SplittableRandom random = Seeds.random("BlobsFormatTest");
        for (int round = 0; round < 200; round++) {
            List<byte[]> blobs = new ArrayList<>();
            int count = 1 + random.nextInt(round < 190 ? 8 : 3000);
            for (int i = 0; i < count; i++) {
                byte[] blob = new byte[random.nextInt(3) == 0 ? random.nextInt(4) : random.nextInt(200)];
                random.nextBytes(blob);
                blobs.add(blob);
            }
            byte[] written = write(blobs, 1 + random.nextInt(4096));
            assertThat(written).isEqualTo(official(blobs));
            List<byte[]> again = read(written);
            assertThat(again).hasSize(count);
            for (int i = 0; i < count; i++) {
                assertThat(again.get(i)).isEqualTo(blobs.get(i));
            }
        }
    }

    @Test
    void otherLegalLayouts_areRead() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int shared = builder.createByteVector(ascii("twice"));
        int[] tables = new int[3];
        for (int i = 0; i < 2; i++) {
            builder.startTable(4); // Of a later schema, with fields that we do not know.
            builder.addInt(2, 7, 0);
            builder.addOffset(0, shared, 0);
            tables[i] = builder.endTable();
        }
        builder.startTable(1); // Without data.
        tables[2] = builder.endTable();
        int files = builder.createVectorOfTables(tables);
        builder.startTable(2);
        builder.addOffset(0, files, 0);
        builder.addByte(1, (byte) 1, 0);
        builder.finish(builder.endTable());
        byte[] written = builder.sizedByteArray();
        assertThat(read(written)).containsExactly(ascii("twice"), ascii("twice"));
        assertThat(read(Arrays.copyOf(written, written.length + 9))).hasSize(2);
    }

    private static void assertRefused(byte[] buffer, String prefix) {
        assertThatThrownBy(() -> read(buffer)).isInstanceOf(CiaosRefusal.class).hasMessageStartingWith(prefix);
    }

    @Test
    void illegalBuffers_areRefused_neverFollowed() {
        assertRefused(new byte[4], "No files found in FlatBuffers data");
        for (String text : new String[] {"ab", "abcd", "no flatbuffer at all", "aaaaaaaaaaaaaaaaaaaaaaaa"}) {
            assertRefused(ascii(text), "Failed to parse FlatBuffers data: ");
        }
        for (int cut = 0; cut < 51; cut++) { // The last byte is padding.
            assertRefused(Arrays.copyOf(bytes(ONE), cut), "Failed to parse FlatBuffers data: ");
        }
        SplittableRandom random = Seeds.random("BlobsFormatTest");
        for (int round = 0; round < 20_000; round++) {
            byte[] buffer = bytes(random.nextBoolean() ? ONE : TWO);
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                buffer[random.nextInt(buffer.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(read(buffer)).isNotEmpty();
            } catch (CiaosRefusal refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void oneBlob_namedAMillionTimes_isRefused() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int data = builder.createByteVector(new byte[1 << 20]);
        builder.startTable(1);
        builder.addOffset(0, data, 0);
        int[] tables = new int[2000];
        Arrays.fill(tables, builder.endTable());
        int files = builder.createVectorOfTables(tables);
        builder.startTable(1);
        builder.addOffset(0, files, 0);
        builder.finish(builder.endTable());
        assertRefused(builder.sizedByteArray(), "Failed to parse FlatBuffers data: ");
    }

    @Test
    void lengths_keptAndReadBack_areTheSame() {
        SplittableRandom random = Seeds.random("BlobsFormatTest");
        for (int count : new int[] {2, 3, 100, 500, 10_000}) {
            long[] lengths = new long[count];
            for (int i = 0; i < count; i++) {
                lengths[i] = random.nextInt(8) == 0 ? 0 : random.nextInt(1 << 16);
            }
            BlobLengths blobs = new BlobLengths(lengths);
            BlobLengths kept = BlobLengths.of(blobs.attributes(), blobs.total());
            assertThat(kept.count()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                assertThat(kept.length(i)).isEqualTo(lengths[i]);
            }
        }
        long[] equal = new long[1_000_000];
        Arrays.fill(equal, 7);
        ObjectAttributes attributes = new BlobLengths(equal).attributes();
        assertThat(attributes.headers()).containsEntry(ObjectAttributes.CIAOS_BLOBS, "7x1000000");
        assertThat(BlobLengths.of(attributes, 7_000_000).count()).isEqualTo(1_000_000);
        assertThat(new BlobLengths(new long[] {5}).attributes()).isEqualTo(ObjectAttributes.NONE);
    }

    @Test
    void lengths_thatDoNotFitTheContent_giveWhatThereIs() {
        ObjectAttributes kept = new BlobLengths(new long[] {2, 3}).attributes();
        assertThat(BlobLengths.of(kept, 9).count()).isEqualTo(3);
        assertThat(BlobLengths.of(kept, 9).length(2)).isEqualTo(4);
        assertThat(BlobLengths.of(kept, 4).count()).isEqualTo(1);
        assertThat(BlobLengths.of(ObjectAttributes.NONE, 0).length(0)).isZero();
        for (String bad :
                new String[] {"", "x", "1,,2", "-1", "1x0", "1x9999999", "z", "z!", "zAAAA", "99999999999999999999"}) {
            ObjectAttributes broken = new ObjectAttributes(
                    "a/b", java.util.Map.of(ObjectAttributes.CIAOS_BLOBS, bad), java.util.Map.of());
            assertThat(BlobLengths.of(broken, 9).count()).as(bad).isEqualTo(1);
        }
    }

    /** An object in memory that gives at most 50 bytes at a time. */
    private static final class Content implements StoredObject {
        private final ByteBuffer content;

        Content(ByteBuffer content) {
            this.content = content;
        }

        @Override
        public ObjectInfo info() {
            return new ObjectInfo(
                    ObjectKey.of("k"), 1, content.limit(), Sha256.of(content), ObjectAttributes.NONE, Instant.EPOCH);
        }

        @Override
        public boolean inMemory() {
            return false;
        }

        @Override
        public ByteBuffer read(long offset, int sizeMaxBytes) {
            return content.slice((int) offset, (int) Math.min(Math.min(50, sizeMaxBytes), content.limit() - offset));
        }

        @Override
        public void close() {}
    }
}
