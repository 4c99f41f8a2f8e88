package dev.hayloft.bench;

import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** The log by itself: encoding frames of 64 needles with their checksum, and scanning a log of them; per needle. */
public class LogRoomBenchmark extends RoomBenchmark {
    private static final int NEEDLES = 64;
    private static final int FRAMES = 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Bytes of content of a needle. */
    @Param({"100", "1024"})
    public int payloadSize;

    private final FrameEncoder encoder = new FrameEncoder();
    private final ByteBuffer key = ByteBuffer.wrap(new byte[21]);
    private ByteBuffer payload = NOTHING;
    private NeedleHead head = NeedleHead.object(0, new Sha256(1, 2, 3, 4));
    private List<VolumeLog> log = List.of();
    private long sequence;

    /** Fills a log of 64 Ki needles, which then lies in the page cache. */
    @Override
    void open(Path folder) throws IOException {
        payload = ByteBuffer.allocateDirect(payloadSize);
        head = NeedleHead.object(payloadSize, new Sha256(1, 2, 3, 4));
        VolumeLog open = VolumeLog.open(VolumeLogConfig.defaults(folder, new UUID(1, 2), 0), InstantSource.system());
        open.startAppending(LogPosition.START, true);
        for (int i = 0; i < FRAMES; i++) {
            open.append(frame());
        }
        open.force();
        log = List.of(open);
    }

    @Override
    void close() {
        log.forEach(VolumeLog::close);
    }

    private FrameEncoder frame() {
        encoder.begin(1, sequence, sequence, sequence);
        for (int i = 0; i < NEEDLES; i++) {
            encoder.add(head, key, NOTHING, payload);
        }
        sequence += NEEDLES;
        return encoder;
    }

    /** A frame, finished. */
    @Benchmark
    @OperationsPerInvocation(NEEDLES)
    public ByteBuffer encode() {
        return frame().finish(0);
    }

    /** The whole log, every frame's and needle's checksum checked. */
    @Benchmark
    @OperationsPerInvocation(NEEDLES * FRAMES)
    public long scan() {
        long[] sizes = new long[1];
        log.get(0).scan(LogPosition.START, frame -> frame.forEachNeedle(needle -> sizes[0] += needle.sizeBytes()));
        return sizes[0];
    }
}
