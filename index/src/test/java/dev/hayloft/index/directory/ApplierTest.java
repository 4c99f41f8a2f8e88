package dev.hayloft.index.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.index.DirectoryCheckpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(30)
    void run_whenAnErrorEndsTheThread_failsWhoeverWaits() {
        try (RocksFolder rocks = RocksFolder.open(folder, 8 << 20);
                Applier applier = new Applier(rocks, 16, DirectoryCheckpoint.START)) {
            applier.start();
            CompletionStage<Void> listed = applier.whenApplied(5);
            assertThatThrownBy(() -> applier.run(() -> {
                        throw new AssertionError("on purpose");
                    }))
                    .hasRootCauseInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> listed.toCompletableFuture().join()).hasRootCauseInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> applier.submit(List.of(), new DirectoryCheckpoint(1, 1)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(applier.applied()).isEqualTo(DirectoryCheckpoint.START);
        }
    }
}
