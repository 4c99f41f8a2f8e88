package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.open;
import static dev.hayloft.log.LogFixture.range;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real small file system that becomes full. Needs the right to mount one; without it the tests say so. */
class FullDiskTest {
    private static final long VOLUME_SIZE = 1 << 20;
    private static final int PAYLOAD = 50_000;

    /** File systems of 6 to 16 MiB. */
    enum Disk {
        TMPFS {
            @Override
            boolean mount(Path image, Path target) throws IOException {
                return run("mount", "-t", "tmpfs", "-o", "size=6m", "none", target.toString());
            }
        },
        EXT4 {
            @Override
            boolean mount(Path image, Path target) throws IOException {
                Files.write(image, new byte[16 << 20]);
                return run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString())
                        && run("mount", "-o", "loop", image.toString(), target.toString());
            }
        };

        abstract boolean mount(Path image, Path target) throws IOException;
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Disk.class)
    void append_whenTheDiskIsFull_refusesLosesNothingAndGoesOnOnceThereIsRoom(Disk disk) throws IOException {
        Path mount = Files.createDirectory(folder.resolve("mount"));
        assumeTrue(disk.mount(folder.resolve("image"), mount), "no right to mount a small file system: " + disk);
        try {
            check(mount);
        } finally {
            // Chronicle Queue lets go of its last memory on a thread of its own, a moment after it was closed.
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> run("umount", mount.toString()));
        }
    }

    private static void check(Path mount) throws IOException {
        Path filler = mount.resolve("filler");
        Path half = mount.resolve("half");
        Files.write(filler, new byte[1 << 20]);
        Files.write(half, new byte[1 << 20]);
        Path partition = mount.resolve("partition");
        int written = 0;
        try (VolumeLog log = start(partition, VOLUME_SIZE, false)) {
            written = fill(log, written);
            assertThat(written).isGreaterThan(10);
        }
        Path rest = mount.resolve("rest");
        fillUp(rest);
        try (VolumeLog log = open(partition, VOLUME_SIZE)) { // A start on a full disk is refused, reads go on.
            long end = scan(log, 0).report().end();
            assertThatThrownBy(() -> log.startAppending(end, true)).isInstanceOf(CapacityException.class);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, written));
        }
        Files.delete(rest);
        Files.delete(half);
        try (VolumeLog log = start(partition, VOLUME_SIZE, true)) {
            written = fill(log, written);
            long end = log.end();
            int count = written;
            for (int i = 0; i < 5; i++) { // Refused again and again, and nothing changes.
                assertThatThrownBy(() -> append(log, count, PAYLOAD))
                        .isInstanceOfSatisfying(CapacityException.class, full -> assertThat(full.code())
                                .isEqualTo(ErrorCode.STORAGE_FULL));
            }
            assertThat(log.end()).isEqualTo(end);
            assertThat(log.force()).isEqualTo(end);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, written));

            Files.delete(filler);
            int more = fill(log, written);
            assertThat(more).isGreaterThan(written + 10);
            written = more;
            log.force();
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, written));

            log.delete(0);
            append(log, written, PAYLOAD);
            log.force();
        }
        try (VolumeLog log = open(partition, VOLUME_SIZE)) {
            LogFixture.Seen seen = scan(log, 0);
            assertThat(seen.damaged()).isEmpty();
            List<Long> sequences = seen.sequences();
            assertThat(sequences).isEqualTo(range(sequences.get(0), written + 1L));
        }
    }

    /** Appends until the disk is full; answers the sequence that was refused. */
    private static int fill(VolumeLog log, int from) {
        for (int i = from; i < 1_000; i++) {
            try {
                append(log, i, PAYLOAD);
            } catch (CapacityException full) {
                return i;
            }
        }
        throw new AssertionError("the disk did not become full");
    }

    private static void fillUp(Path file) throws IOException {
        try (OutputStream target = Files.newOutputStream(file)) {
            byte[] page = new byte[4096];
            for (int i = 0; i < 100_000; i++) {
                target.write(page);
            }
        } catch (IOException full) {
            return;
        }
        throw new AssertionError("the disk did not become full");
    }

    private static boolean run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
