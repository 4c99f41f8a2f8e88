package dev.hayloft.store.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ForgottenDiskTest {
    private static final UUID STORE = new UUID(1, 2);

    @TempDir
    private Path folder = Path.of("");

    private Path data = Path.of("");
    private Path further = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        data = Files.createDirectories(folder.resolve("data"));
        further = folder.resolve("further");
    }

    /** Opens with a further disk on which partition 1 begins. */
    private void begin() throws IOException {
        Disks disks = Disks.open(data, List.of(further), STORE);
        assertThat(disks.partition(1)).isEqualTo(further.resolve("partitions/1"));
        Files.createDirectories(disks.partition(1).resolve("log"));
    }

    @Test
    void disk_thatTheSettingsForgot_isMissedBeforeItsPartitionBeginsAnew() throws IOException {
        begin();
        assertThatThrownBy(() -> Disks.open(data, List.of(), STORE))
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("does not name any more")
                .hasMessageContaining(further.toString());
        assertThat(data.resolve("partitions")).doesNotExist();
        assertThat(Disks.open(data, List.of(further), STORE).partition(1)).isEqualTo(further.resolve("partitions/1"));
    }

    @Test
    void disk_thatIsLostOrMoved_isNotMissed() throws IOException {
        begin();
        Path moved = Files.move(further, folder.resolve("moved"));
        assertThat(Disks.open(data, List.of(moved), STORE).partition(1)).isEqualTo(moved.resolve("partitions/1"));
        TempFolders.delete(moved);
        assertThat(Disks.open(data, List.of(), STORE).partition(1)).isEqualTo(data.resolve("partitions/1"));
    }
}
