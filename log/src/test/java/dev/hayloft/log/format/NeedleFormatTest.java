package dev.hayloft.log.format;

import static dev.hayloft.log.format.Samples.NOTHING;
import static dev.hayloft.log.format.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NeedleFormatTest {
    /** One needle and all that goes in. */
    record Input(NeedleHead head, ByteBuffer key, ByteBuffer metadata, ByteBuffer payload) {}

    @Property(tries = 300)
    void add_thenParse_givesTheSame(@ForAll("inputs") @Size(max = 8) List<Input> inputs) {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(3, 100, 200, 300);
        List<Integer> offsets = new ArrayList<>();
        for (Input in : inputs) {
            long size =
                    NeedleFormat.sizeOf(in.head, in.key.remaining(), in.metadata.remaining(), in.payload.remaining());
            offsets.add(add(encoder, in));
            assertThat(encoder.lastNeedleSize()).isEqualTo(size);
        }
        ByteBuffer frame = Samples.bytes(encoder, 5);
        FrameView view = FrameView.parse(0, frame, 0);
        assertThat(view.needleCount()).isEqualTo(inputs.size());
        List<Integer> seen = new ArrayList<>();
        view.forEachNeedle(needle -> {
            int i = seen.size();
            seen.add(needle.offsetInFrame());
            Input in = inputs.get(i);
            assertSame(needle, in);
            Stamp expected = in.head.stamp().orElse(new Stamp(100 + i, 200 + i, 300));
            assertThat(new Stamp(needle.sequence(), needle.version(), needle.timeMillis()))
                    .isEqualTo(expected);
            // The same needle read alone, as a GET does.
            ByteBuffer alone = frame.slice(needle.offsetInFrame(), needle.sizeBytes());
            assertSame(NeedleView.parse(alone), in);
            Stamp fromFrame = new Stamp(100 + i, 200 + i, 300);
            assertThat(NeedleView.parse(alone, needle.offsetInFrame(), fromFrame)
                            .version())
                    .isEqualTo(expected.version());
        });
        assertThat(seen).isEqualTo(offsets);
    }

    @Property(tries = 100)
    void parse_anyFlippedBit_isNoticed(@ForAll("input") Input in) {
        ByteBuffer needle = encoded(in);
        for (int bit = 0; bit < needle.limit() * 8; bit++) {
            byte whole = needle.get(bit / 8);
            needle.put(bit / 8, (byte) (whole ^ 1 << bit % 8));
            assertThatThrownBy(() -> NeedleView.parse(needle)).isInstanceOf(CorruptionException.class);
            needle.put(bit / 8, whole);
        }
    }

    @Property(tries = 50)
    void parse_anyTruncationOrExtension_isNoticed(@ForAll("input") Input in) {
        ByteBuffer needle = encoded(in);
        for (int size = 0; size < needle.limit(); size++) {
            ByteBuffer cut = needle.slice(0, size);
            assertThatThrownBy(() -> NeedleView.parse(cut)).isInstanceOf(CorruptionException.class);
        }
        ByteBuffer longer =
                ByteBuffer.allocate(needle.limit() + 1).put(needle.duplicate()).clear();
        assertThatThrownBy(() -> NeedleView.parse(longer)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void sequence_withoutFrameAndStamp_isUnknown() {
        NeedleView needle = NeedleView.parse(encoded(new Input(NeedleHead.tombstone(), text("k"), NOTHING, NOTHING)));
        assertThatThrownBy(needle::sequence).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(needle::version).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(needle::timeMillis).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void parse_unknownTypeFlagOrCodec_isRefusedAsNewer() {
        for (int offset : new int[] {NeedleFormat.TYPE_OFFSET, NeedleFormat.FLAGS_OFFSET, NeedleFormat.CODEC_OFFSET}) {
            ByteBuffer needle = encoded(new Input(NeedleHead.tombstone(), text("k"), NOTHING, NOTHING));
            needle.put(offset, (byte) 0x80);
            CRC32C crc = new CRC32C();
            crc.update(needle.slice(4, needle.limit() - 4));
            needle.order(ByteOrder.LITTLE_ENDIAN).putInt(0, (int) crc.getValue());
            assertThatThrownBy(() -> NeedleView.parse(needle)).isInstanceOf(StoreClosedException.class);
        }
    }

    @Test
    void add_keyAtAndPastTheBound_isTakenAndRefused() {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(1, 1, 1, 1);
        encoder.add(NeedleHead.tombstone(), ByteBuffer.allocate(65_535), ByteBuffer.allocate(65_535), NOTHING);
        assertThatThrownBy(() -> encoder.add(NeedleHead.tombstone(), ByteBuffer.allocate(65_536), NOTHING, NOTHING))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encoder.add(NeedleHead.tombstone(), text("k"), ByteBuffer.allocate(65_536), NOTHING))
                .isInstanceOf(IllegalArgumentException.class);
        FrameView.parse(0, Samples.bytes(encoder, 0), 0)
                .forEachNeedle(needle -> assertThat(needle.key().remaining()).isEqualTo(65_535));
    }

    @Test
    void add_ofManyNeedles_allocatesNothingForEach() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FrameEncoder encoder = new FrameEncoder();
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                Coding.RAW,
                false,
                100,
                Optional.of(new Sha256(1, 2, 3, 4)),
                OptionalLong.of(5),
                Optional.of(new Stamp(1, 2, 3)));
        ByteBuffer key = text("key");
        ByteBuffer payload = ByteBuffer.allocateDirect(100);
        int needles = 5_000;
        long allocated = 0;
        for (int round = 0; round < 3; round++) { // The first makes the buffer grow and classes load.
            long before = threads.getCurrentThreadAllocatedBytes();
            encoder.begin(1, 1, 1, 1);
            for (int i = 0; i < needles; i++) {
                encoder.add(head, key, NOTHING, payload);
            }
            encoder.finish(0);
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isLessThan(needles);
    }

    private static void assertSame(NeedleView needle, Input in) {
        assertThat(needle.type()).isEqualTo(in.head.type());
        assertThat(needle.coding()).isEqualTo(in.head.coding());
        assertThat(needle.isManifest()).isEqualTo(in.head.manifest());
        assertThat(needle.contentSize()).isEqualTo(in.head.contentSize());
        assertThat(needle.sha256()).isEqualTo(in.head.sha256());
        assertThat(needle.expiresAtMillis()).isEqualTo(in.head.expiresAtMillis());
        assertThat(needle.isKept()).isEqualTo((in.head.marks() & NeedleHead.KEPT) != 0);
        assertThat(needle.isAppended()).isEqualTo((in.head.marks() & NeedleHead.APPENDED) != 0);
        assertThat(needle.origin()).isEqualTo(in.head.origin());
        boolean tombstone = in.head.type() == NeedleType.TOMBSTONE;
        boolean marked = tombstone && (in.head.marks() & NeedleHead.MARKER) != 0;
        assertThat(needle.namedVersion()).isEqualTo(tombstone ? in.head.contentSize() : 0);
        assertThat(needle.isMarker()).isEqualTo(marked && in.head.contentSize() == 0);
        assertThat(needle.endsOlder()).isEqualTo(marked && in.head.contentSize() != 0);
        assertThat(needle.isStamped()).isEqualTo(in.head.stamp().isPresent());
        assertThat(needle.key()).isEqualTo(in.key);
        assertThat(needle.metadata()).isEqualTo(in.metadata);
        assertThat(needle.payload()).isEqualTo(in.payload);
        assertThat(needle.payloadSize()).isEqualTo(in.payload.remaining());
    }

    private static int add(FrameEncoder encoder, Input in) {
        return encoder.add(in.head, in.key, in.metadata, in.payload);
    }

    private static ByteBuffer encoded(Input in) {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(1, 1, 1, 1);
        int offset = add(encoder, in);
        return Samples.bytes(encoder, 0).slice(offset, encoder.lastNeedleSize());
    }

    @Provide
    Arbitrary<List<Input>> inputs() {
        return input().list();
    }

    @Provide
    Arbitrary<Input> input() {
        Arbitrary<ByteBuffer> bytes =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(60).map(ByteBuffer::wrap);
        return Combinators.combine(heads(), bytes, bytes, bytes).as(Input::new);
    }

    private static Arbitrary<NeedleHead> heads() {
        Arbitrary<Long> numbers = Arbitraries.longs();
        Arbitrary<Optional<Sha256>> digests = Combinators.combine(numbers, numbers, numbers, numbers)
                .as(Sha256::new)
                .optional();
        Arbitrary<OptionalLong> expiries = numbers.optional()
                .map(value -> value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty());
        Arbitrary<Optional<Stamp>> stamps =
                Combinators.combine(numbers, numbers, numbers).as(Stamp::new).optional();
        return Combinators.combine(
                        Arbitraries.of(NeedleType.class),
                        Arbitraries.of(true, false),
                        Arbitraries.longs().greaterOrEqual(0).injectNull(0.3),
                        digests,
                        expiries,
                        stamps,
                        Arbitraries.integers().between(0, 7),
                        Arbitraries.of(NeedleOrigin.class))
                .as((type, manifest, size, digest, expiry, stamp, marks, origin) -> new NeedleHead(
                        type,
                        Coding.RAW,
                        manifest,
                        size == null ? 0 : size,
                        digest,
                        expiry,
                        stamp,
                        marks * NeedleHead.KEPT,
                        origin));
    }
}
