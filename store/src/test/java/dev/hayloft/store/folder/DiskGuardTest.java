package dev.hayloft.store.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskGuardTest {
    @TempDir
    Path path;

    @Test
    void admitWrite_withRoom_passes() {
        DiskGuard guard = new DiskGuard(List.of(path), 0);
        assertThatCode(() -> guard.admitWrite(1)).doesNotThrowAnyException();
        assertThat(guard.isFull()).isFalse();
    }

    @Test
    void admitWrite_intoTheReserve_isStorageFull_whileDeletesPass() throws IOException {
        long free = Files.getFileStore(path).getUsableSpace();
        DiskGuard guard = new DiskGuard(List.of(path), free + (1L << 30));
        assertThatThrownBy(() -> guard.admitWrite(1))
                .isInstanceOfSatisfying(
                        CapacityException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
        assertThatCode(() -> guard.admitDelete(path)).doesNotThrowAnyException();
    }

    @Test
    void admitDelete_belowAQuarterOfTheReserve_isStorageFull() throws IOException {
        long free = Files.getFileStore(path).getUsableSpace();
        DiskGuard guard = new DiskGuard(List.of(path), 8 * free);
        assertThatThrownBy(() -> guard.admitDelete(path)).isInstanceOf(CapacityException.class);
    }

    @Test
    void admitWrite_countsWhatWasLetThroughSinceTheLastMeasurement() throws IOException {
        long free = Files.getFileStore(path).getUsableSpace();
        DiskGuard guard = new DiskGuard(List.of(path), 0);
        guard.admitWrite(free / 2);
        assertThatThrownBy(() -> guard.admitWrite(free)).isInstanceOf(CapacityException.class);
        guard.measure();
        assertThatCode(() -> guard.admitWrite(free / 2)).doesNotThrowAnyException();
    }

    @Test
    void admitWrite_whenAFurtherDiskIsInItsReserve_isStorageFull_andNamesThatDisk() {
        Path further = path.resolve("further");
        DiskGuard guard = new DiskGuard(List.of(path, further), 100, folder -> folder.equals(further) ? 20 : 1000);
        assertThat(guard.isFull()).isTrue();
        assertThatCode(() -> guard.admitDelete(path)).doesNotThrowAnyException();
        assertThatThrownBy(() -> guard.admitDelete(further)).isInstanceOf(CapacityException.class);
        assertThat(guard.freeBytes()).isEqualTo(20);
        assertThatThrownBy(() -> guard.admitWrite(1))
                .isInstanceOfSatisfying(CapacityException.class, e -> assertThat(e.fields())
                        .containsEntry("folder", further.toAbsolutePath())
                        .containsEntry("freeBytes", 20L));
    }

    @Test
    void measure_whenAFurtherDiskDoesNotAnswer_countsTheOthers() {
        Path gone = path.resolve("gone");
        DiskGuard guard = new DiskGuard(List.of(path, gone), 100, folder -> {
            if (folder.equals(gone)) {
                throw new IOException("the disk is gone");
            }
            return 1000;
        });
        assertThat(guard.freeBytes()).isEqualTo(1000);
        assertThatCode(() -> guard.admitWrite(900)).doesNotThrowAnyException();
    }
}
