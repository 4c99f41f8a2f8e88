package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StoreThreadsTest {
    @Test
    void every_whoseTaskThrowsAnything_comesAgain() throws InterruptedException {
        CountDownLatch exceptions = new CountDownLatch(3);
        CountDownLatch errors = new CountDownLatch(3);
        try (StoreThreads threads = new StoreThreads()) {
            threads.every(Duration.ofMillis(1), "failing with an exception", () -> {
                exceptions.countDown();
                throw new IllegalStateException("on purpose");
            });
            threads.every(Duration.ofMillis(1), "failing with an error", () -> {
                errors.countDown();
                throw new AssertionError("on purpose");
            });
            assertThat(exceptions.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(errors.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
