package dev.hayloft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ProgressTest {
    private final StringWriter drawn = new StringWriter();

    @Test
    @Timeout(30)
    void bar_onATerminal_tellsShareRateAndTimeLeft_andIsWiped() {
        try (Progress progress = Progress.start(new PrintWriter(drawn), true, "files")) {
            progress.expect(4, 4096);
            progress.addBytes(2048);
            progress.addItem();
            progress.addItem();
            while (!drawn.toString().contains("left")) {
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        }
        assertThat(drawn.toString())
                .contains("[############............] 50 %, 2 of 4 files, 2.0 KiB, ")
                .contains("/s, ");
        assertThat(drawn.toString()).endsWith("\r\u001b[K");
    }

    @Test
    void shortWork_withoutTerminal_saysNothing() {
        try (Progress progress = Progress.start(new PrintWriter(drawn), false, "files")) {
            progress.addBytes(1);
        }
        assertThat(drawn.toString()).isEmpty();
    }
}
