package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.KeyHasher;
import dev.hayloft.log.Redundancy;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.model.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hint files of volumes that go while they are written: a hint file alone would speak of a lost volume. */
@Timeout(60)
class HintWritingTest {
    private static final UUID STORE = new UUID(1, 2);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
    private static final int VOLUME = 0;

    @TempDir
    Path root;

    private PartitionFolder folder;
    private HintWriting hints;

    @BeforeEach
    void create() {
        folder = new PartitionFolder(root);
        folder.create();
        PartitionConfig config =
                new PartitionConfig(root, 0, STORE, 1 << 20, Duration.ofSeconds(1), 1024, 8 << 20, 8 << 20);
        hints = new HintWriting(config, folder, new KeyHasher(1, 2));
    }

    /** A log with one sealed volume. */
    private VolumeLog open(Redundancy redundancy) {
        VolumeLog log =
                VolumeLog.open(new VolumeLogConfig(root, STORE, 0, 1 << 20, 256 << 10), CLOCK, List.of(), redundancy);
        log.startAppending(LogPosition.START, true);
        log.append(anything());
        log.sealOpenVolume();
        log.force();
        assertThat(log.volumes().get(0).state()).isEqualTo(VolumeInfo.State.SEALED);
        return log;
    }

    private static FrameEncoder anything() {
        FrameEncoder frame = new FrameEncoder();
        frame.begin(7, "");
        frame.add(
                NeedleHead.tombstone(),
                ByteBuffer.wrap(new byte[] {'k'}),
                ByteBuffer.allocate(0),
                ByteBuffer.allocate(0));
        frame.number(1, 1, CLOCK.millis());
        return frame;
    }

    /** Gives the bytes of a volume, which compaction deletes when it is read first. */
    private final class DeletedWhileRead implements Redundancy {
        private final Path bytes = root.resolve("bytes");
        private Runnable compaction = () -> {};

        void begin(VolumeLog log) throws IOException {
            Files.copy(log.volumes().get(0).path(), bytes);
            log.reopen(VOLUME, true);
            compaction = () -> {
                compaction = () -> {};
                log.delete(VOLUME);
                folder.deleteHint(VOLUME);
            };
        }

        @Override
        public int readSome(int volume, long offset, ByteBuffer target) throws IOException {
            compaction.run();
            try (FileChannel channel = FileChannel.open(bytes)) {
                return channel.read(target, offset);
            }
        }

        @Override
        public boolean rebuild(int volume, long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
            return false;
        }

        /** As a partition's. */
        @Override
        public void forget(int volume) {
            assertThat(folder.volume(volume)).as("goes last").exists();
            folder.deleteHint(volume);
        }
    }

    @Test
    void write_ofAVolumeThatGoesMeanwhile_leavesNone() throws IOException {
        DeletedWhileRead deleted = new DeletedWhileRead();
        try (VolumeLog log = open(deleted)) {
            deleted.begin(log);
            hints.write(log, VOLUME);
            assertThat(folder.volume(VOLUME)).doesNotExist();
            assertThat(folder.hinted()).isEmpty();
        }
    }

    @Test
    void ensure_ofAVolumeThatGoesMeanwhile_leavesNone() throws IOException {
        DeletedWhileRead deleted = new DeletedWhileRead();
        try (VolumeLog log = open(deleted)) {
            deleted.begin(log);
            hints.ensure(log, VOLUME);
            assertThat(folder.volume(VOLUME)).doesNotExist();
            assertThat(folder.hinted()).isEmpty();
        }
    }

    @Test
    void ensure_ofAVolumeThatIsGone_writesNone() {
        try (VolumeLog log = open(Redundancy.NONE)) {
            assertThat(hints.ensure(log, VOLUME)).isTrue();
            assertThat(hints.ensure(log, VOLUME)).isFalse();
            log.delete(VOLUME);
            folder.deleteHint(VOLUME);
            assertThat(hints.ensure(log, VOLUME)).isFalse();
            assertThat(folder.hinted()).isEmpty();
        }
    }
}
