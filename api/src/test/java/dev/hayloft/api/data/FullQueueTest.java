package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.records.BinaryRecordParser;
import dev.hayloft.model.BucketName;
import dev.hayloft.store.ChangesReached;
import dev.hayloft.store.ChangesRequest;
import dev.hayloft.store.ObjectStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What has begun when the queue of blocking threads is full ends, and gives back what it took. */
final class FullQueueTest {
    private static final BucketName BUCKET = new BucketName("photos");

    @Test
    void batch_thatIsRefusedAtItsEnd_givesBackItsBudget() {
        try (LocalExchange local = new LocalExchange()) {
            local.isFull = true;
            local.brings(() -> local.chunk(1_000, false)).brings(() -> local.chunk(1_000, true));
            new BatchIntake(local.exchange, BUCKET, Optional.empty(), new BinaryRecordParser(1_000)).start();
            assertThat(local.answer()).startsWith("HTTP/1.1 429");
            assertThat(local.budget.takenBytes()).isZero();
            assertThat(local.held).hasValue(0);
        }
    }

    @Test
    void events_thatAreRefusedToGoOn_areBrokenOff() {
        try (LocalExchange local = new LocalExchange(feed())) {
            changes(local, ChangeLines.Form.EVENTS).start();
            local.isFull = true;
            local.runSteps();
            Awaitility.await().atMost(Duration.ofSeconds(2)).until(local::isBrokenOff);
        }
    }

    @Test
    void page_thatIsRefused_isAnswered() {
        try (LocalExchange local = new LocalExchange(feed())) {
            local.isFull = true;
            changes(local, ChangeLines.Form.LINES).start();
            assertThat(local.answer()).startsWith("HTTP/1.1 429");
        }
    }

    private static ChangesAnswer changes(LocalExchange local, ChangeLines.Form form) {
        ChangesRequest request = new ChangesRequest(BUCKET, ChangesRequest.EARLIEST, "", 1, false);
        return new ChangesAnswer(local.exchange, new PiecePool(), request, form, "text/plain", 0);
    }

    /** A store whose feed has always more behind what it shows, which is nothing. */
    private static ObjectStore feed() {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("changes")) {
                        return new ChangesReached("cursor", false, false);
                    }
                    throw new AssertionError("only the feed is asked for");
                });
    }
}
