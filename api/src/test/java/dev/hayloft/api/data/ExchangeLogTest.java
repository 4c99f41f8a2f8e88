package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hayloft.api.http.Exchange;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.io.EofException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log hears of requests that fail. */
final class ExchangeLogTest {
    @Test
    void failure_inTheServer_isLoggedWithoutTheQuery() {
        List<ILoggingEvent> events = failing(new IllegalStateException("a defect"));
        assertThat(events).hasSize(1);
        assertThat(events.get(0).getFormattedMessage())
                .contains("GET /place failed")
                .doesNotContain("signature");
        assertThat(events.get(0).getLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void failure_thatIsTheClients_isNoWarning() {
        for (Throwable usual : List.of(
                new EofException("gone"),
                new TimeoutException("silent"),
                new RejectedExecutionException("full"),
                new BadMessageException("Early EOF"))) {
            assertThat(failing(usual)).as(usual.toString()).isEmpty();
        }
    }

    /** Warnings about a request that fails so. */
    private static List<ILoggingEvent> failing(Throwable failure) {
        try (LocalExchange local = new LocalExchange()) {
            Logger logger = (Logger) LoggerFactory.getLogger(Exchange.class);
            ListAppender<ILoggingEvent> heard = new ListAppender<>();
            heard.start();
            logger.setLevel(Level.WARN);
            logger.setAdditive(false);
            logger.addAppender(heard);
            try {
                local.exchange.fail(failure);
                return List.copyOf(heard.list);
            } finally {
                logger.detachAppender(heard);
                logger.setAdditive(true);
                logger.setLevel(null);
            }
        }
    }
}
