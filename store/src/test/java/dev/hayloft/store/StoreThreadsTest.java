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

    @Test
    void every_isInTimeWhateverOthersWaitFor() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(5);
        CountDownLatch turns = new CountDownLatch(3);
        try (StoreThreads threads = new StoreThreads()) {
            try {
                for (int i = 0; i < 3; i++) {
                    threads.every(Duration.ofMillis(1), "memory sync of a hung disk", () -> await(waiting, release));
                    threads.everyInTurn(Duration.ofMillis(1), "sweep of a hung disk", () -> await(waiting, release));
                }
                assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
                threads.every(Duration.ofMillis(1), "memory sync of another", turns::countDown);
                assertThat(turns.await(5, TimeUnit.SECONDS)).isTrue();
            } finally {
                release.countDown();
            }
        }
    }

    private static void await(CountDownLatch waiting, CountDownLatch release) {
        waiting.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
