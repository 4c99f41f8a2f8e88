package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.open;
import static dev.hayloft.log.LogFixture.payload;
import static dev.hayloft.log.LogFixture.range;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeLogTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void append_thenScan_showsFramesAtTheirPositions() {
        try (VolumeLog log = start(folder, MIB, false)) {
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                positions.add(append(log, i, 100 + i));
            }
            List<Long> seen = new ArrayList<>();
            ScanReport report = log.scan(LogPosition.START, frame -> {
                if (frame.bucketId() == LogFixture.BUCKET) {
                    seen.add(frame.position());
                }
            });
            assertThat(seen).isEqualTo(positions);
            assertThat(report.end()).isEqualTo(log.end());
            assertThat(report.damaged()).isEmpty();
        }
    }

    @Test
    void read_throughLease_givesTheNeedle() {
        try (VolumeLog log = start(folder, MIB, false)) {
            FrameEncoder encoder = LogFixture.frame(new FrameEncoder(), 5, payload(5, 1000));
            long position = log.append(encoder);
            ByteBuffer needle = ByteBuffer.allocateDirect(encoder.lastNeedleSize());
            try (VolumeLease lease = log.lease(0)) {
                lease.read(LogPosition.offset(position) + 64, needle);
                assertThat(NeedleView.parse(needle.flip()).payload()).isEqualTo(payload(5, 1000));
                needle.clear();
                assertThat(lease.tryRead(LogPosition.offset(position) + 64, needle))
                        .isTrue();
                assertThat(NeedleView.parse(needle.flip()).payload()).isEqualTo(payload(5, 1000));
            }
        }
    }

    @Test
    void append_pastTheVolumesSize_rollsAndSealsAtTheNextForce() throws IOException {
        List<Integer> sealed = new ArrayList<>();
        try (VolumeLog log = start(folder, MIB, false)) {
            log.setSealListener(sealed::add);
            for (int i = 0; i < 300; i++) {
                append(log, i, 10_000);
                if (i % 10 == 0) {
                    assertThat(log.force()).isEqualTo(log.end());
                }
            }
            log.force();
            assertThat(sealed).isEqualTo(List.of(0, 1, 2));
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 300));
            for (VolumeInfo volume : log.volumes()) {
                boolean isOpen = volume.id() == 3;
                assertThat(volume.state()).isEqualTo(isOpen ? VolumeInfo.State.OPEN : VolumeInfo.State.SEALED);
                if (!isOpen) {
                    assertThat(Files.size(volume.path())).isEqualTo(volume.dataEndBytes() + 4);
                    assertThat(volume.dataEndBytes()).isLessThanOrEqualTo(MIB);
                }
            }
        }
    }

    @Test
    void reopen_afterACleanStop_goesOnInTheOpenVolume() {
        for (long round = 0; round < 5; round++) {
            try (VolumeLog log = start(folder, MIB, true)) {
                assertThat(scan(log, 0).sequences()).isEqualTo(range(0, round * 50));
                for (int i = 0; i < 50; i++) {
                    append(log, round * 50 + i, 5_000);
                }
            }
        }
        try (VolumeLog log = open(folder, MIB)) {
            assertThat(log.volumes()).hasSize(2);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 250));
        }
    }

    @Test
    void reopen_afterAnUncleanStop_beginsTheNextVolume() {
        for (long round = 0; round < 5; round++) {
            try (VolumeLog log = start(folder, MIB, false)) {
                assertThat(scan(log, 0).sequences()).isEqualTo(range(0, round * 10));
                for (int i = 0; i < 10; i++) {
                    append(log, round * 10 + i, 100);
                }
            }
        }
        try (VolumeLog log = open(folder, MIB)) {
            assertThat(log.volumes()).hasSize(5);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 50));
        }
    }

    @Test
    void lease_ofNoVolume_isRefused() {
        try (VolumeLog log = start(folder, MIB, false)) {
            assertThatThrownBy(() -> log.lease(1)).isInstanceOf(RequestException.class);
        }
    }
}
