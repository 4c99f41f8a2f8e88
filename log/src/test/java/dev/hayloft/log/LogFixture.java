package dev.hayloft.log;

import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A log in a folder, needles to put in, and what a scan of them says. */
final class LogFixture {
    static final UUID STORE = new UUID(0x1122334455667788L, 0x99AABBCCDDEEFF00L);
    static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_000L));
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    static final int BUCKET = 7;

    private LogFixture() {}

    static VolumeLogConfig config(Path folder, long volumeSizeBytes) {
        return new VolumeLogConfig(folder, STORE, 3, volumeSizeBytes, 1 << 20);
    }

    static VolumeLog open(Path folder, long volumeSizeBytes) {
        return VolumeLog.open(config(folder, volumeSizeBytes), CLOCK);
    }

    /** Opens and goes on where a scan says that the log ends. */
    static VolumeLog start(Path folder, long volumeSizeBytes, boolean clean) {
        VolumeLog log = open(folder, volumeSizeBytes);
        log.startAppending(log.scan(LogPosition.START, frame -> {}).end(), clean);
        return log;
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A frame of one object whose key tells its sequence. */
    static FrameEncoder frame(FrameEncoder encoder, long sequence, ByteBuffer payload) {
        encoder.begin(BUCKET, sequence, 1000 + sequence, CLOCK.millis());
        encoder.add(
                NeedleHead.object(payload.remaining(), Sha256.of(payload)), text("key-" + sequence), NOTHING, payload);
        return encoder;
    }

    static long append(VolumeLog log, long sequence, int payloadSize) {
        return log.append(frame(new FrameEncoder(), sequence, payload(sequence, payloadSize)));
    }

    static ByteBuffer payload(long sequence, int size) {
        ByteBuffer payload = ByteBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            payload.put(i, (byte) (sequence * 31 + i));
        }
        return payload;
    }

    /** What a scan saw: sequences of objects in order, and its report. */
    record Seen(List<Long> sequences, List<DamagedRange> damaged, ScanReport report) {}

    static Seen scan(VolumeLog log, long from) {
        List<Long> sequences = new ArrayList<>();
        List<DamagedRange> damaged = new ArrayList<>();
        ScanReport report = log.scan(from, new FrameVisitor() {
            @Override
            public void frame(dev.hayloft.log.format.FrameView frame) {
                frame.forEachNeedle(needle -> {
                    if (needle.type() == NeedleType.OBJECT) {
                        sequences.add(needle.sequence());
                    }
                });
            }

            @Override
            public void damaged(DamagedRange range) {
                damaged.add(range);
            }
        });
        return new Seen(sequences, damaged, report);
    }

    static List<Long> range(long from, long to) {
        List<Long> numbers = new ArrayList<>();
        for (long i = from; i < to; i++) {
            numbers.add(i);
        }
        return numbers;
    }
}
