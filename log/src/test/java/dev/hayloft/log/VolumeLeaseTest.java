package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeLeaseTest {
    @TempDir
    Path folder;

    private VolumeLog log;
    private long position;

    @BeforeEach
    void open() {
        log = start(folder, 1 << 20, false);
        position = append(log, 0, 10_000);
        log.sealOpenVolume();
        log.force();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void delete_whileLeased_refusesNewLeasesAndKeepsTheFileUntilTheLastIsBack() {
        Path file = log.volumes().get(0).path();
        VolumeLease first = log.lease(0);
        VolumeLease second = log.lease(0);
        log.delete(0);
        assertThatThrownBy(() -> log.lease(0)).isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> log.delete(0)).isInstanceOf(RequestException.class);
        first.close();
        first.close();
        assertThat(file).exists();
        ByteBuffer target = ByteBuffer.allocate(100);
        second.read(LogPosition.offset(position), target);
        assertThat(target.hasRemaining()).isFalse();
        second.close();
        assertThat(file).doesNotExist();
    }

    @Test
    void delete_withoutLease_removesTheFileAtOnce() {
        Path file = log.volumes().get(0).path();
        assertThat(file).exists();
        log.delete(0);
        assertThat(file).doesNotExist();
        assertThat(log.volumes()).extracting(VolumeInfo::id).containsExactly(1);
    }

    @Test
    void delete_ofTheOpenVolume_isRefused() {
        assertThatThrownBy(() -> log.delete(1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Files.exists(log.volumes().get(1).path())).isTrue();
    }

    @Test
    void read_behindTheEndOfTheFile_isCorruption() {
        try (VolumeLease lease = log.lease(0)) {
            long end = lease.dataEnd();
            ByteBuffer target = ByteBuffer.allocate(100);
            assertThatThrownBy(() -> lease.read(end - 50, target)).isInstanceOf(CorruptionException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tryRead_behindTheEndOrIntoAHeapBuffer_answersNoAndLeavesThePosition(boolean direct) {
        try (VolumeLease lease = log.lease(0)) {
            ByteBuffer target = direct ? ByteBuffer.allocateDirect(100) : ByteBuffer.allocate(100);
            target.position(7);
            assertThat(lease.tryRead(direct ? lease.dataEnd() : 0, target)).isFalse();
            assertThat(target.position()).isEqualTo(7);
        }
    }

    @Test
    void tryRead_ofWhatIsCached_givesWhatReadGives() {
        try (VolumeLease lease = log.lease(0)) {
            ByteBuffer expected = ByteBuffer.allocateDirect(9_999);
            lease.read(LogPosition.offset(position) + 3, expected);
            ByteBuffer target = ByteBuffer.allocateDirect(10_010).position(11);
            assertThat(lease.tryRead(LogPosition.offset(position) + 3, target)).isTrue();
            assertThat(target.position()).isEqualTo(10_010);
            assertThat(target.flip().position(11)).isEqualTo(expected.flip());
        }
    }

    @Test
    void read_ofALeaseGivenBack_isRefused() {
        VolumeLease lease = log.lease(0);
        lease.close();
        assertThatThrownBy(() -> lease.read(0, ByteBuffer.allocate(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> lease.tryRead(0, ByteBuffer.allocate(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void read_onAnInterruptedThread_givesTheBytesAndKeepsTheInterruptAndTheChannelForOthers()
            throws InterruptedException {
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        AtomicReference<ByteBuffer> seen = new AtomicReference<>();
        ByteBuffer expected = ByteBuffer.allocate(1_000);
        try (VolumeLease lease = log.lease(0)) {
            lease.read(LogPosition.offset(position), expected);
            Thread reader = new Thread(
                    () -> {
                        Thread.currentThread().interrupt();
                        ByteBuffer target = ByteBuffer.allocate(1_000);
                        lease.read(LogPosition.offset(position), target);
                        seen.set(target.flip());
                        stillInterrupted.set(Thread.interrupted());
                    },
                    "interrupted-reader");
            reader.start();
            reader.join();
            assertThat(seen.get()).isEqualTo(expected.flip());
            assertThat(stillInterrupted).isTrue();
            lease.read(LogPosition.offset(position), expected.clear());
        }
    }

    @Test
    void lease_takenBeforeTheSeal_readsOnAfterTheMove() {
        long open = append(log, 1, 500);
        ByteBuffer before = ByteBuffer.allocate(500);
        ByteBuffer after = ByteBuffer.allocate(500);
        try (VolumeLease lease = log.lease(1)) {
            lease.read(LogPosition.offset(open), before);
            log.sealOpenVolume();
            log.force();
            lease.read(LogPosition.offset(open), after);
            assertThat(after.flip()).isEqualTo(before.flip());
        }
    }
}
