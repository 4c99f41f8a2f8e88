package dev.hayloft.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class PipeInputTest {
    private final PipeInput input = new PipeInput(new ByteArrayInputStream(new byte[] {1, -1}));

    @Test
    void end_withoutInterrupt_isTheEnd() throws IOException {
        assertThat(input.read()).isEqualTo(1);
        assertThat(input.read()).isEqualTo(255);
        assertThat(input.read()).isEqualTo(-1);
    }

    @Test
    void end_withAnInterrupt_isAFailure() throws IOException {
        assertThat(input.readNBytes(2)).hasSize(2);
        input.interrupt();
        assertThatThrownBy(input::read).isInstanceOf(IOException.class).hasMessageContaining("interrupted");
    }
}
