package dev.hayloft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.client.ProducerOptions.Encoding;
import dev.hayloft.client.RecordsServer.Fate;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ProducerTest {
    private static final ProducerOptions OPTIONS =
            ProducerOptions.named("p").withBatches(1 << 10, Duration.ZERO).withInFlightBytes(8 << 10);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static HayloftClient client(RecordsServer server) {
        return HayloftClient.open(ClientConfig.of(server.url()));
    }

    private static List<String> expected(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i + "=v" + i).toList();
    }

    @Test
    void records_inManyBatches_areStoredInOrderAndNumbered() throws Exception {
        try (RecordsServer server = new RecordsServer().start();
                HayloftClient client = client(server)) {
            List<CompletableFuture<Long>> settled = new ArrayList<>();
            try (Producer producer = client.producer("b", OPTIONS)) {
                for (int i = 0; i < 1_000; i++) {
                    settled.add(producer.put("k" + i, bytes("v" + i)));
                }
                producer.flush();
                for (int i = 0; i < 1_000; i++) {
                    assertThat(settled.get(i)).isCompletedWithValue((long) i);
                }
                producer.send(ProducerRecord.delete("k7"), Acknowledgement.IGNORED);
                ProducerRecord withMetadata = ProducerRecord.put("m", new byte[0])
                        .withContentType("text/plain")
                        .withMetadata("a", "b");
                producer.send(withMetadata, Acknowledgement.IGNORED);
            }
            List<String> all = new ArrayList<>(expected(1_000));
            all.add("k7 deleted");
            all.add("m={\":contentType\":\"text/plain\",\"a\":\"b\"}");
            assertThat(server.stored()).isEqualTo(all);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVE_AT_ONCE", "UNAVAILABLE", "CONFLICT", "DROP", "STORE_AND_DROP", "ACKNOWLEDGE_AND_DROP"})
    void records_afterWhatPasses_areStoredOnceAndInOrder(Fate fate) throws Exception {
        try (RecordsServer server = new RecordsServer(fate, fate, Fate.SERVE, fate).start();
                HayloftClient client = client(server)) {
            AtomicInteger acknowledged = new AtomicInteger();
            List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
            try (Producer producer = client.producer("b", OPTIONS)) {
                for (int i = 0; i < 1_000; i++) {
                    producer.send(ProducerRecord.put("k" + i, bytes("v" + i)), (number, failure) -> {
                        numbers.add(number);
                        acknowledged.addAndGet(failure.isEmpty() ? 1 : 0);
                    });
                }
            }
            assertThat(acknowledged).hasValue(1_000);
            assertThat(numbers).hasSize(1_000).isSorted();
            assertThat(server.stored()).isEqualTo(expected(1_000));
            assertThat(server.sequences())
                    .hasSizeGreaterThan(fate == Fate.SERVE_AT_ONCE ? 0 : 2)
                    .isSorted();
        }
    }

    @Test
    void record_thatIsRefused_failsAloneAndTheNextAreStored() throws Exception {
        try (RecordsServer server = new RecordsServer().start();
                HayloftClient client = client(server);
                Producer producer = client.producer("b", OPTIONS)) {
            CompletableFuture<Long> before = producer.put("a", bytes("1"));
            CompletableFuture<Long> bad = producer.put("bad", bytes("2"));
            CompletableFuture<Long> after = producer.put("c", bytes("3"));
            producer.flush();
            assertThat(before).isCompletedWithValue(0L);
            assertThat(bad)
                    .failsWithin(Duration.ZERO)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(HayloftClientException.class)
                    .withMessageContaining("bad-record");
            assertThat(after).isCompletedWithValue(2L);
            assertThat(server.stored()).containsExactly("a=1", "c=3");
        }
    }

    @Test
    void record_thatIsRefused_endsAProducerThatStopsThere() throws Exception {
        try (RecordsServer server = new RecordsServer().start();
                HayloftClient client = client(server)) {
            Producer producer = client.producer("b", OPTIONS.withStopAtBadRecord());
            CompletableFuture<Long> bad = producer.put("bad", bytes("2"));
            assertThat(bad).failsWithin(Duration.ofSeconds(10));
            assertThatThrownBy(producer::flush).hasMessageContaining("bad-record");
            assertThatThrownBy(() -> producer.put("c", bytes("3"))).hasMessageContaining("bad-record");
            assertThatThrownBy(producer::close).hasMessageContaining("bad-record");
            assertThat(server.stored()).isEmpty();
        }
    }

    @Test
    void producer_thatIsRefusedForGood_failsEveryRecord() throws Exception {
        try (RecordsServer server = new RecordsServer(Fate.FORBIDDEN).start();
                HayloftClient client = client(server)) {
            Producer producer = client.producer("b", OPTIONS);
            CompletableFuture<Long> lost = producer.put("a", bytes("1"));
            assertThatThrownBy(producer::close)
                    .isInstanceOfSatisfying(HayloftClientException.class, e -> assertThat(e.code())
                            .isEqualTo("forbidden"));
            assertThat(lost).isCompletedExceptionally();
            assertThatThrownBy(() -> producer.put("b", bytes("2"))).hasMessageContaining("forbidden");
        }
    }

    @Test
    void producer_thatGaveUp_saysSoAgainAtItsClose() throws Exception {
        try (RecordsServer server = new RecordsServer(Fate.FORBIDDEN).start();
                HayloftClient client = client(server)) {
            assertThatThrownBy(() -> {
                        try (Producer producer = client.producer("b", OPTIONS)) {
                            producer.send(ProducerRecord.delete("a"), Acknowledgement.IGNORED);
                            producer.flush();
                        }
                    })
                    .hasMessageContaining("forbidden")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        }
    }

    @Test
    void producer_whoseServerIsGone_givesUpAfterTheDeliveryTimeout() throws Exception {
        RecordsServer server = new RecordsServer().start();
        server.close();
        try (HayloftClient client = client(server)) {
            Producer producer = client.producer("b", OPTIONS.withDeliveryTimeout(Duration.ofMillis(1)));
            producer.send(ProducerRecord.put("a", bytes("1")), Acknowledgement.IGNORED);
            assertThatThrownBy(producer::close)
                    .isInstanceOfSatisfying(HayloftClientException.class, e -> assertThat(e.code())
                            .isEqualTo(HayloftClientException.NO_CONNECTION));
        }
    }

    @Test
    void records_whenTooMuchIsInFlight_waitForTheServer() throws Exception {
        try (RecordsServer server = new RecordsServer().hold().start();
                HayloftClient client = client(server);
                Producer producer = client.producer("b", OPTIONS)) {
            AtomicInteger given = new AtomicInteger();
            Thread giver = new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    producer.send(ProducerRecord.put("k" + i, new byte[1_000]), Acknowledgement.IGNORED);
                    given.incrementAndGet();
                }
            });
            giver.start();
            while (giver.getState() != Thread.State.WAITING || given.get() < 7) {
                Thread.onSpinWait();
            }
            assertThat(given.get()).isLessThanOrEqualTo(8);
            server.release();
            giver.join();
            producer.flush();
            assertThat(server.stored()).hasSize(100);
        }
    }

    @Test
    void lines_goAsTheyAre_fromAnyNumber() throws Exception {
        try (RecordsServer server = new RecordsServer().start();
                HayloftClient client = client(server)) {
            ProducerOptions options = OPTIONS.withEncoding(Encoding.LINES).startingAt(5);
            List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
            try (Producer producer = client.producer("b", options)) {
                for (String line : List.of("{\"a\": 1}\n", "{}\n")) {
                    producer.sendEncoded(ByteBuffer.wrap(bytes(line)), (number, failure) -> numbers.add(number));
                }
                assertThatThrownBy(() -> producer.delete("k")).isInstanceOf(IllegalStateException.class);
            }
            assertThat(numbers).containsExactly(5L, 6L);
            assertThat(server.stored()).containsExactly("{\"a\": 1}", "{}");
            assertThat(server.sequences()).containsExactly(5L);
        }
    }

    @Test
    void record_largerThanABatch_goesAlone_andOneTooLargeNotAtAll() throws Exception {
        try (RecordsServer server = new RecordsServer().start();
                HayloftClient client = client(server);
                Producer producer = client.producer("b", OPTIONS)) {
            CompletableFuture<Long> large = producer.put("large", new byte[100_000]);
            CompletableFuture<Long> largest = producer.put("k", new byte[ProducerRecord.SIZE_MAX - 1]);
            producer.flush();
            assertThat(large).isCompletedWithValue(0L);
            assertThat(largest).isCompletedWithValue(1L);
            byte[] tooLarge = new byte[ProducerRecord.SIZE_MAX];
            assertThatThrownBy(() -> producer.put("k", tooLarge)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> producer.delete("")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> producer.delete("k".repeat(1_025))).isInstanceOf(IllegalArgumentException.class);
            assertThat(server.stored()).hasSize(2);
        }
    }

    @Test
    void acknowledgement_thatThrows_harmsNoOther() throws Exception {
        try (RecordsServer server = new RecordsServer().start();
                HayloftClient client = client(server);
                Producer producer = client.producer("b", OPTIONS)) {
            Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
            List<Throwable> told = Collections.synchronizedList(new ArrayList<>());
            Thread.setDefaultUncaughtExceptionHandler((thread, defect) -> told.add(defect));
            try {
                producer.send(ProducerRecord.delete("a"), (number, failure) -> {
                    throw new IllegalStateException("mine");
                });
                CompletableFuture<Long> next = producer.delete("b");
                producer.flush();
                assertThat(next).isCompletedWithValue(1L);
                assertThat(told).hasSize(1);
            } finally {
                Thread.setDefaultUncaughtExceptionHandler(before);
            }
        }
    }

    @Test
    void options_outOfRange_areRefused() {
        assertThatThrownBy(() -> ProducerOptions.named("no name")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProducerOptions.named("x".repeat(65))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OPTIONS.startingAt(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OPTIONS.withBatches(1_023, Duration.ZERO)).hasMessageContaining("batch");
        assertThatThrownBy(() -> OPTIONS.withBatches(8 << 20 | 1, Duration.ZERO))
                .hasMessageContaining("batch");
        assertThatThrownBy(() -> OPTIONS.withBatches(1 << 10, Duration.ofMillis(60_001)))
                .hasMessageContaining("linger");
        assertThatThrownBy(() -> OPTIONS.withInFlightBytes(2_047)).hasMessageContaining("in flight");
        assertThatThrownBy(() -> OPTIONS.withDeliveryTimeout(Duration.ZERO)).hasMessageContaining("timeout");
        assertThat(ProducerOptions.unnamed().name())
                .isNotEqualTo(ProducerOptions.unnamed().name());
        assertThat(OPTIONS.withDurability(dev.hayloft.model.Durability.DISK).durability())
                .isEqualTo(Optional.of(dev.hayloft.model.Durability.DISK));
    }
}
