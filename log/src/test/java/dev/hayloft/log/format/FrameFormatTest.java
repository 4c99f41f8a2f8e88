package dev.hayloft.log.format;

import static dev.hayloft.log.format.Samples.NOTHING;
import static dev.hayloft.log.format.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class FrameFormatTest {
    @Test
    void encode_samples_equalTheGoldenFiles() throws IOException {
        assertThat(Samples.singlePut()).isEqualTo(Samples.golden("frame-single-put.bin"));
        assertThat(Samples.group()).isEqualTo(Samples.golden("frame-group.bin"));
        assertThat(Samples.versions()).isEqualTo(Samples.golden("frame-versions.bin"));
        assertThat(Samples.volumeStart()).isEqualTo(Samples.golden("frame-volume-start.bin"));
        assertThat(Samples.volumeEnd()).isEqualTo(Samples.golden("frame-volume-end.bin"));
    }

    @Test
    void parse_goldenGroup_givesWhatWasWritten() throws IOException {
        FrameView frame = FrameView.parse(9, Samples.golden("frame-group.bin"), 0);
        assertThat(frame.position()).isEqualTo(9);
        assertThat(frame.bucketId()).isEqualTo(0x01020304);
        assertThat(frame.firstSequence()).isEqualTo(1_000_000_000_001L);
        assertThat(frame.firstVersion()).isEqualTo(2_000_000_000_002L);
        assertThat(frame.timeMillis()).isEqualTo(Samples.TIME);
        assertThat(frame.forcedUpTo()).isEqualTo(0x0000_0003_0000_1000L);
        assertThat(frame.needleCount()).isEqualTo(4);
        assertThat(frame.producerRuns()).isEmpty();
        List<String> seen = new ArrayList<>();
        frame.forEachNeedle(needle -> seen.add(needle.type() + " " + needle.sequence() + " " + needle.version() + " "
                + needle.timeMillis() + " " + needle.contentSize() + " " + needle.isManifest() + " "
                + needle.expiresAtMillis() + " " + needle.sha256().isPresent() + " " + needle.offsetInFrame()));
        assertThat(seen)
                .containsExactly(
                        "OBJECT 1000000000001 2000000000002 1700000000123 3 false OptionalLong[1700000060123] true 64",
                        "TOMBSTONE 1000000000002 2000000000003 1700000000123 0 false OptionalLong.empty false 178",
                        "EXTENT 1000000000003 2000000000004 1700000000123 4 false OptionalLong.empty false 206",
                        "OBJECT 5 6 7 1048580 true OptionalLong.empty true 242");
    }

    @Test
    void parse_goldenVolumeMarks_givesWhatWasWritten() throws IOException {
        FrameView.parse(0, Samples.golden("frame-volume-start.bin"), 0)
                .forEachNeedle(needle -> assertThat(VolumeMarkFormat.parseStart(needle))
                        .isEqualTo(new VolumeStart(
                                UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                                3,
                                18,
                                OptionalInt.of(17),
                                1_234_568,
                                Samples.TIME)));
        FrameView.parse(0, Samples.golden("frame-volume-end.bin"), 0)
                .forEachNeedle(needle -> assertThat(VolumeMarkFormat.parseEnd(needle))
                        .isEqualTo(new VolumeEnd(18, 1_000_004, Samples.TIME)));
    }

    @Test
    void parse_anyFlippedBit_isNoticed() {
        for (ByteBuffer frame :
                List.of(Samples.singlePut(), Samples.group(), Samples.volumeStart(), Samples.volumeEnd())) {
            for (int bit = 0; bit < frame.limit() * 8; bit++) {
                byte whole = frame.get(bit / 8);
                frame.put(bit / 8, (byte) (whole ^ 1 << bit % 8));
                assertThatThrownBy(() -> FrameView.parse(0, frame, 0))
                        .as("bit %d", bit)
                        .isInstanceOf(CorruptionException.class);
                frame.put(bit / 8, whole);
            }
        }
    }

    @Test
    void parse_anyTruncation_isNoticed() {
        ByteBuffer frame = Samples.group();
        for (int size = 0; size < frame.capacity(); size++) {
            frame.limit(size);
            assertThatThrownBy(() -> FrameView.parse(0, frame, 0))
                    .as("size %d", size)
                    .isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void parse_newerVersion_isRefusedAsNewerNotAsDamage() {
        ByteBuffer frame = Samples.singlePut();
        frame.put(FrameFormat.VERSION_OFFSET, (byte) 2);
        sealHeader(frame);
        assertThatThrownBy(() -> FrameView.parse(0, frame, 0))
                .isInstanceOf(StoreClosedException.class)
                .hasMessage("This was written by a newer Hayloft; this one cannot read it. (formatVersion: 2)");
    }

    @Test
    void parse_compressedBody_isRefusedAsNewer() {
        ByteBuffer frame = Samples.singlePut();
        frame.put(FrameFormat.FLAGS_OFFSET, (byte) 1);
        sealHeader(frame);
        assertThatThrownBy(() -> FrameView.parse(0, frame, 0)).isInstanceOf(StoreClosedException.class);
    }

    @Test
    void parse_needleCountOfAnother_isNoticed() {
        for (int count : new int[] {0, 1, 3, 5}) {
            ByteBuffer frame = Samples.group();
            frame.putInt(FrameFormat.NEEDLE_COUNT_OFFSET, count);
            sealHeader(frame);
            FrameView view = FrameView.parse(0, frame, 0);
            assertThatThrownBy(() -> view.forEachNeedle(needle -> {})).isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void producerRuns_areReadFromTheHeader() {
        ByteBuffer plain = Samples.singlePut();
        ByteBuffer run = ByteBuffer.allocate(1 + 2 + 8 + 4).order(ByteOrder.LITTLE_ENDIAN);
        run.put((byte) 2).put(text("p1")).putLong(1_000).putInt(1).flip();
        ByteBuffer frame = ByteBuffer.allocate(plain.limit() + 2 * run.limit()).order(ByteOrder.LITTLE_ENDIAN);
        frame.put(plain.slice(0, 64))
                .put(run.duplicate())
                .put(run.duplicate())
                .put(plain.slice(64, plain.limit() - 64));
        frame.flip().putShort(FrameFormat.HEADER_SIZE_OFFSET, (short) (64 + 2 * run.limit()));
        sealHeader(frame);
        FrameView view = FrameView.parse(0, frame, 0);
        assertThat(view.producerRuns())
                .containsExactly(new ProducerRun("p1", 1_000, 1), new ProducerRun("p1", 1_000, 1));
        List<ByteBuffer> payloads = new ArrayList<>();
        view.forEachNeedle(needle -> payloads.add(needle.payload()));
        assertThat(payloads).containsExactly(text("hello"));
        for (int size = 65; size < 64 + 2 * run.limit(); size++) {
            frame.putShort(FrameFormat.HEADER_SIZE_OFFSET, (short) size);
            if (size != 64 + run.limit()) {
                assertThatThrownBy(() -> FrameFormat.producerRuns(frame, 0)).isInstanceOf(CorruptionException.class);
            }
        }
    }

    @Test
    void add_pastTheLargestFrame_isRefusedAndLeavesTheFrame() {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(1, 1, 1, 1);
        ByteBuffer half = ByteBuffer.allocate(FrameFormat.SIZE_MAX - 64 - 2 * 24);
        encoder.add(NeedleHead.extent(1), NOTHING, NOTHING, half);
        int size = encoder.sizeBytes();
        assertThatThrownBy(() -> encoder.add(NeedleHead.extent(1), NOTHING, NOTHING, text("x")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(encoder.sizeBytes()).isEqualTo(size);
        encoder.add(NeedleHead.extent(0), NOTHING, NOTHING, NOTHING);
        assertThat(encoder.sizeBytes()).isEqualTo(FrameFormat.SIZE_MAX);
        assertThat(FrameView.parse(0, Samples.bytes(encoder, 0), 0).needleCount())
                .isEqualTo(2);
    }

    @Test
    void overhead_staysInItsBounds() {
        // A single PUT: Chronicle's word of 4 and its padding of up to 3 are added here.
        ByteBuffer single = Samples.singlePut();
        assertThat(4 + single.limit() + 3 - "a/b".length() - "hello".length()).isLessThanOrEqualTo(144);
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(1, 1, 1, 1);
        int frame = encoder.sizeBytes();
        encoder.add(
                NeedleHead.object(5, new Sha256(1, 2, 3, 4)),
                text("a/b"),
                AttributesFormat.encode(new ObjectAttributes("application/json", Map.of(), Map.of())),
                text("hello"));
        assertThat(encoder.sizeBytes() - frame - "a/b".length() - "hello".length())
                .isLessThanOrEqualTo(64);
    }

    private static void sealHeader(ByteBuffer frame) {
        CRC32C crc = new CRC32C();
        int headerSize = frame.getShort(FrameFormat.HEADER_SIZE_OFFSET);
        crc.update(frame.slice(FrameFormat.VERSION_OFFSET, headerSize - FrameFormat.VERSION_OFFSET));
        frame.putInt(FrameFormat.HEADER_CRC_OFFSET, (int) crc.getValue());
    }
}
