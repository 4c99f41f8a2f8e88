package dev.hayloft.store.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));

    @TempDir
    Path path;

    @Test
    void open_ofAnEmptyFolder_givesItAnIdentityThatStays() {
        DataFolder first = DataFolder.open(path.resolve("new/data"), 3, NOON);
        first.close();
        DataFolder second = DataFolder.open(path.resolve("new/data"), 7, NOON);
        second.close();
        assertThat(second.storeId()).isEqualTo(first.storeId());
        assertThat(second.incarnation()).isEqualTo(first.incarnation());
        assertThat(second.partitions()).isEqualTo(3);
    }

    @Test
    void open_twice_namesTheHolder() {
        try (DataFolder held = DataFolder.open(path, 1, NOON)) {
            assertThat(held.partitions()).isEqualTo(1);
            assertThatThrownBy(() -> DataFolder.open(path, 1, NOON))
                    .isInstanceOf(StoreClosedException.class)
                    .hasMessageContaining("Another process has this data folder open")
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        }
        DataFolder.open(path, 1, NOON).close();
    }

    @Test
    void open_thatIsRefused_leavesTheHolderItsLock() throws IOException {
        Path locks = Path.of("/proc/locks");
        Assumptions.assumeTrue(Files.isReadable(locks), "the system's list of locks can be read");
        try (DataFolder held = DataFolder.open(path, 1, NOON)) {
            String inode = ":" + Files.getAttribute(path.resolve("LOCK"), "unix:ino") + " ";
            assertThat(Files.readString(locks)).contains(inode);
            assertThatThrownBy(() -> DataFolder.open(held.path(), 1, NOON)).isInstanceOf(StoreClosedException.class);
            assertThat(Files.readString(locks)).contains(inode);
        }
    }

    @Test
    void open_ofANewerFormat_isRefusedAndChangesNothing() throws IOException {
        DataFolder.open(path, 1, NOON).close();
        String newer = Files.readString(path.resolve("STORE")).replace("format=1", "format=2");
        Files.writeString(path.resolve("STORE"), newer);
        assertThatThrownBy(() -> DataFolder.open(path, 1, NOON))
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("written by a newer Hayloft")
                .hasMessageContaining("format: 2");
        assertThat(path.resolve("STORE")).hasContent(newer);
    }

    @Test
    void open_withVolumesButNoIdentity_isRefused() throws IOException {
        Files.createDirectories(path.resolve("partitions/0"));
        assertThatThrownBy(() -> DataFolder.open(path, 1, NOON)).hasMessageContaining("its STORE file is missing");
    }

    @Test
    void open_ofADamagedIdentity_isRefused() throws IOException {
        for (String damaged : List.of(
                "format=1\npartitions=1\n",
                "format=one\n",
                "",
                "format=1\nstoreId=x\nincarnation=y\npartitions=2\n",
                "format=1\nstoreId=9b0cfc2e-6f0f-4b8e-8a53-0d1c0f6d3a11\npartitions=2\n",
                "\u00ff\u0000\u0001")) {
            Files.writeString(path.resolve("STORE"), damaged);
            assertThatThrownBy(() -> DataFolder.open(path, 1, NOON))
                    .as(damaged)
                    .isInstanceOf(StoreClosedException.class)
                    .hasMessageContaining("STORE file is damaged");
        }
    }

    @Test
    void runMark_tellsHowTheFolderWasLeft() throws IOException {
        assertThat(RunMark.lastStop(path)).isEqualTo(RunMark.LastStop.UNKNOWN);
        RunMark.markRunning(path);
        assertThat(RunMark.lastStop(path)).isEqualTo(RunMark.LastStop.KILLED);
        Path copy = Files.createDirectory(path.resolve("copy"));
        Files.copy(path.resolve("RUN"), copy.resolve("RUN"));
        assertThat(RunMark.lastStop(copy)).isEqualTo(RunMark.LastStop.UNKNOWN);
        String otherBoot = Files.readString(path.resolve("RUN")).replaceAll("boot=.*", "boot=another");
        Files.writeString(path.resolve("RUN"), otherBoot);
        assertThat(RunMark.lastStop(path)).isEqualTo(RunMark.LastStop.UNKNOWN);
        RunMark.markClean(path);
        assertThat(RunMark.lastStop(path)).isEqualTo(RunMark.LastStop.CLEAN);
    }

    @Test
    void storeKey_isMadeOnceAndIsSecret() throws IOException {
        StoreKey first = StoreKey.open(path, true);
        StoreKey again = StoreKey.open(path, false);
        assertThat(again.derive("a")).isEqualTo(first.derive("a"));
        assertThat(first.derive("b")).isNotEqualTo(first.derive("a"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("store.key"))))
                .isEqualTo("rw-------");
        Files.delete(path.resolve("store.key"));
        assertThatThrownBy(() -> StoreKey.open(path, false)).hasMessageContaining("key file is missing");
        Files.writeString(path.resolve("store.key"), "not base64!");
        assertThatThrownBy(() -> StoreKey.open(path, false)).hasMessageContaining("does not hold 32 bytes");
    }
}
