package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.range;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose disk fails it takes no more writes. */
class FailureTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void force_thatFails_makesTheLogReadOnly() throws IOException {
        try (VolumeLog log = start(folder, MIB, false)) {
            append(log, 0, 100);
            long forced = log.force();
            append(log, 1, 100);
            log.sealOpenVolume();
            Files.delete(folder.resolve("volumes")); // The sealed volume has nowhere to go.
            refused(log::force);
            assertThat(log.forcedUpTo()).isEqualTo(forced);
            refused(log::force);
            refused(() -> append(log, 2, 100));
            refused(log::sealOpenVolume);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 2));
            Files.createDirectory(folder.resolve("volumes"));
            refused(log::force);
        }
        try (VolumeLog log = start(folder, MIB, false)) {
            append(log, 2, 100);
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 3));
        }
    }

    @Test
    void append_thatCannotBeginTheNextVolume_makesTheLogReadOnly() throws IOException {
        try (VolumeLog log = start(folder, MIB, false)) {
            append(log, 0, 100);
            Files.createFile(folder.resolve("log/v0000040588.cq4")); // Somebody else's.
            refused(log::sealOpenVolume);
            refused(() -> append(log, 1, 100));
            assertThat(scan(log, 0).sequences()).isEqualTo(range(0, 1));
        }
    }

    @Test
    void append_beforeStartAndAfterClose_isRefused() {
        VolumeLog log = LogFixture.open(folder, MIB);
        assertThatThrownBy(() -> append(log, 0, 1)).isInstanceOf(StoreClosedException.class);
        log.startAppending(0, true);
        log.close();
        log.close();
        assertThatThrownBy(() -> append(log, 0, 1)).isInstanceOf(StoreClosedException.class);
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StoreClosedException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.READ_ONLY);
            assertThat(refusal).hasCauseInstanceOf(Throwable.class);
        });
    }
}
