package dev.hayloft.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.text.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class TransfersTest {
    private final StringWriter said = new StringWriter();
    private final PrintWriter err = new PrintWriter(said, true);

    @Test
    void object_thatDoesNotFitIntoMemory_isNamedAndCounted_andTheOthersGoOn() {
        try (Progress progress = Progress.start(err, false, "objects")) {
            Transfers transfers = new Transfers(1, err, progress);
            transfers.submit("large", () -> {
                throw new OutOfMemoryError("Java heap space");
            });
            transfers.submit("small", () -> {});
            assertThat(transfers.finish()).isEqualTo(1);
            assertThat(transfers.done()).isEqualTo(1);
            assertThat(said.toString()).contains("large: it does not fit into the memory");
        }
    }

    @Test
    void disk_thatIsFull_isSaidWithTheWayOut() {
        assertThat(FileFailure.of(new IOException("No space left on device")))
                .startsWith("the disk is full; make room");
        assertThat(FileFailure.of(new IOException("other"))).isEqualTo("other");
    }

    @Test
    void defect_inAWorker_endsTheCommandWithAFailure() {
        try (Progress progress = Progress.start(err, false, "objects")) {
            Transfers transfers = new Transfers(2, err, progress);
            assertThatThrownBy(() -> {
                        transfers.submit("a", () -> {
                            throw new StackOverflowError();
                        });
                        transfers.finish();
                    })
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("stopped at a by a defect");
        }
    }
}
