package dev.hayloft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.CleanExit.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.io.TempDir;

final class CleanExitTest {
    @TempDir
    Path folder;

    @Test
    void services_namesTheGuard_soThatEveryClassHasIt() {
        assertThat(ServiceLoader.load(Extension.class)).anyMatch(CleanExit.class::isInstance);
        assertThat(System.getProperty("junit.jupiter.extensions.autodetection.enabled"))
                .isEqualTo("true");
    }

    @Test
    void minus_newThread_isNamedUntilItEnds() throws InterruptedException {
        Snapshot before = Snapshot.take();
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                },
                "forgotten");
        thread.start();
        assertThat(Snapshot.take().minus(before)).containsExactly("thread forgotten");
        end.countDown();
        thread.join();
        assertThat(CleanExit.leftAfterPatience(before)).isEmpty();
    }

    @Test
    void minus_openFile_isNamedUntilItIsClosed() throws IOException {
        Path file = Files.writeString(folder.resolve("open"), "x");
        Snapshot before = Snapshot.take();
        try (InputStream in = Files.newInputStream(file)) {
            assertThat(in.available()).isEqualTo(1);
            assertThat(Snapshot.take().minus(before)).containsExactly("open file " + file.toRealPath());
        }
        assertThat(CleanExit.leftAfterPatience(before)).isEmpty();
    }

    @Test
    void minus_mappingOfDeletedFile_isNamedUntilItIsCollected() throws IOException {
        Path file = Files.writeString(folder.resolve("mapped"), "x");
        Snapshot before = Snapshot.take();
        assertThat(mappedByte(file, before)).isEqualTo((byte) 'x');
        Files.delete(file);
        assertThat(CleanExit.leftAfterPatience(before)).isEmpty();
    }

    private static byte mappedByte(Path file, Snapshot before) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            byte mapped = channel.map(MapMode.READ_ONLY, 0, 1).get(0);
            assertThat(Snapshot.take().minus(before)).contains("mapping " + file.toRealPath());
            return mapped;
        }
    }

    @Test
    void minus_forgottenFolder_isNamedUntilItIsDeleted() throws IOException {
        Snapshot before = Snapshot.take();
        Path made = TempFolders.create("forgotten");
        assertThat(Snapshot.take().minus(before)).containsExactly("folder " + made);
        TempFolders.delete(made);
        assertThat(CleanExit.leftAfterPatience(before)).isEmpty();
    }
}
