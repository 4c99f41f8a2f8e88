package dev.hayloft.log.format;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** The frames of the golden files, built by today's encoder. */
final class Samples {
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    static final long TIME = 1_700_000_000_123L;

    private Samples() {}

    /** One small object, as docs/formats.md shows it. */
    static ByteBuffer singlePut() {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(7, 42, 0x0000_018B_CFE5_6800L, TIME);
        ByteBuffer content = text("hello");
        ByteBuffer attributes = AttributesFormat.encode(new ObjectAttributes("text/plain", Map.of(), Map.of()));
        encoder.add(NeedleHead.object(5, Sha256.of(content)), text("a/b"), attributes, content);
        return bytes(encoder, 4096);
    }

    /** Every kind of needle and every optional part. */
    static ByteBuffer group() {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(0x01020304, 1_000_000_000_001L, 2_000_000_000_002L, TIME);
        Sha256 digest = new Sha256(1, 2, 3, 0xFEDC_BA98_7654_3210L);
        encoder.add(
                new NeedleHead(
                        NeedleType.OBJECT,
                        Coding.RAW,
                        false,
                        3,
                        Optional.of(digest),
                        OptionalLong.of(TIME + 60_000),
                        Optional.empty()),
                text("ключ"),
                AttributesFormat.encode(new ObjectAttributes(
                        "x/y", Map.of("cache-control", "no-store"), Map.of("colour", "grün", "a", ""))),
                text("abc"));
        encoder.add(NeedleHead.tombstone(), text("gone"), NOTHING, NOTHING);
        encoder.add(NeedleHead.extent(4), ManifestFormat.extentKey(77), NOTHING, text("ab"), text("cd"));
        encoder.add(
                new NeedleHead(
                        NeedleType.OBJECT,
                        Coding.RAW,
                        true,
                        (1 << 20) + 4,
                        Optional.of(digest),
                        OptionalLong.empty(),
                        Optional.of(new Stamp(5, 6, 7))),
                text("large"),
                NOTHING,
                ManifestFormat.encode(1 << 20, new long[] {76, 77}));
        return bytes(encoder, 0x0000_0003_0000_1000L);
    }

    static ByteBuffer volumeStart() {
        FrameEncoder encoder = new FrameEncoder();
        VolumeMarkFormat.encode(
                encoder,
                new VolumeStart(
                        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                        3,
                        18,
                        OptionalInt.of(17),
                        1_234_568,
                        TIME));
        return bytes(encoder, 0);
    }

    static ByteBuffer volumeEnd() {
        FrameEncoder encoder = new FrameEncoder();
        VolumeMarkFormat.encode(encoder, new VolumeEnd(18, 1_000_004, TIME));
        return bytes(encoder, 0x0000_0012_0000_0001L);
    }

    /** What versions need: a kept put that expires, a delete marker, and the three tombstones. */
    static ByteBuffer versions() {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(9, 100, 0x0000_018B_CFE5_6800L, TIME);
        encoder.add(
                new NeedleHead(
                        NeedleType.OBJECT,
                        Coding.RAW,
                        false,
                        2,
                        Optional.of(new Sha256(4, 3, 2, 1)),
                        OptionalLong.of(TIME + 1_000),
                        Optional.empty(),
                        NeedleHead.KEPT,
                        NeedleOrigin.COPY),
                text("k"),
                NOTHING,
                text("v1"));
        encoder.add(
                NeedleHead.tombstone(0, NeedleHead.MARKER | NeedleHead.KEPT, NeedleOrigin.PUT),
                text("k"),
                NOTHING,
                NOTHING);
        encoder.add(NeedleHead.tombstone(77, NeedleHead.KEPT, NeedleOrigin.PURGE), text("k"), NOTHING, NOTHING);
        encoder.add(
                NeedleHead.tombstone(78, NeedleHead.MARKER | NeedleHead.KEPT, NeedleOrigin.PUT),
                text("k"),
                NOTHING,
                NOTHING);
        encoder.add(NeedleHead.tombstone(0, 0, NeedleOrigin.EXPIRE), text("k"), NOTHING, NOTHING);
        return bytes(encoder, 4096);
    }

    static ByteBuffer bytes(FrameEncoder encoder, long forcedUpTo) {
        ByteBuffer frame = ByteBuffer.allocate(encoder.sizeBytes());
        frame.put(0, encoder.finish(forcedUpTo), 0, encoder.sizeBytes());
        return frame.order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer golden(String name) throws IOException {
        try (InputStream file = Samples.class.getResourceAsStream("/golden/v1/" + name)) {
            if (file == null) {
                throw new AssertionError("the golden file is missing: " + name);
            }
            return ByteBuffer.wrap(file.readAllBytes());
        }
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
