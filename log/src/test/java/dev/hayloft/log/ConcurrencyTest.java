package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.payload;
import static dev.hayloft.log.LogFixture.range;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.log.LogFixture.Seen;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.LogPosition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One writer, one flusher, readers and a scanner at once, over many rolls. */
class ConcurrencyTest {
    private static final int FRAMES = 4_000;
    private static final int PAYLOAD = 2_000;

    @TempDir
    Path folder;

    private final ConcurrentHashMap<Long, Long> positions = new ConcurrentHashMap<>();
    private final AtomicLong appended = new AtomicLong();
    private final AtomicBoolean isDone = new AtomicBoolean();

    @Test
    void append_forceReadAndScanAtOnce_neverDisagree() throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try (VolumeLog log = start(folder, 512 << 10, false)) {
            List<Future<?>> others = new ArrayList<>();
            others.add(threads.submit(() -> flush(log)));
            others.add(threads.submit(() -> scanAgainAndAgain(log)));
            others.add(threads.submit(() -> readAtRandom(log, 1)));
            others.add(threads.submit(() -> readAtRandom(log, 2)));
            Future<?> writer = threads.submit(() -> write(log));
            try {
                writer.get();
            } finally {
                isDone.set(true);
            }
            for (Future<?> other : others) {
                other.get();
            }
            assertThat(log.force()).isEqualTo(log.end()).isEqualTo(log.forcedUpTo());
            assertThat(log.volumes()).hasSizeGreaterThan(15);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, FRAMES));
        } finally {
            threads.shutdown();
        }
        try (VolumeLog log = LogFixture.open(folder, 512 << 10)) {
            Seen seen = scan(log, 0);
            assertThat(seen.sequences()).isEqualTo(range(0, FRAMES));
            assertThat(seen.damaged()).isEmpty();
        }
    }

    private void write(VolumeLog log) {
        FrameEncoder encoder = new FrameEncoder();
        for (long i = 0; i < FRAMES; i++) {
            positions.put(i, log.append(LogFixture.frame(encoder, i, payload(i, PAYLOAD))));
            appended.set(i + 1);
        }
    }

    private void flush(VolumeLog log) {
        long last = 0;
        while (!isDone.get()) {
            long before = log.end();
            long forced = log.force();
            assertThat(forced).isGreaterThanOrEqualTo(before).isGreaterThanOrEqualTo(last);
            last = forced;
        }
    }

    private void scanAgainAndAgain(VolumeLog log) {
        while (!isDone.get()) {
            long before = appended.get();
            Seen seen = scan(log, LogPosition.START);
            assertThat(seen.damaged()).isEmpty();
            assertThat(seen.report().tornBytes()).isZero();
            assertThat(seen.sequences()).isEqualTo(range(0, seen.sequences().size()));
            assertThat(seen.sequences().size()).isGreaterThanOrEqualTo((int) before);
        }
    }

    private void readAtRandom(VolumeLog log, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int needleSize =
                LogFixture.frame(new FrameEncoder(), 1_000, payload(0, PAYLOAD)).lastNeedleSize();
        ByteBuffer target = ByteBuffer.allocateDirect(needleSize);
        while (!isDone.get()) {
            long count = appended.get();
            if (count <= 1_000) {
                Thread.onSpinWait();
                continue;
            }
            long sequence = random.nextLong(1_000, count); // Keys of four digits: all needles are of one size.
            long position = positions.getOrDefault(sequence, -1L);
            try (VolumeLease lease = log.lease(LogPosition.volume(position))) {
                long offset = LogPosition.offset(position) + FrameFormat.HEADER_SIZE;
                if (!lease.tryRead(offset, target.clear())) {
                    lease.read(offset, target);
                }
            }
            assertThat(NeedleView.parse(target.flip()).payload()).isEqualTo(payload(sequence, PAYLOAD));
        }
    }
}
