package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.folder.RunMark;
import dev.hayloft.testing.TempFolders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of records: every record once, in order, also over restarts. */
class RecordStreamTest {
    private static final BucketName LOGS = new BucketName("logs");

    @TempDir
    Path data;

    private HayloftStore open(Path folder) {
        HayloftStore store = HayloftStore.open(
                TestConfig.in(folder).volumeSizeBytes(1L << 20).build(), Clock.systemUTC());
        store.createBucket(LOGS, BucketSettings.defaults(Durability.MEMORY));
        return store;
    }

    /** Waits for what a stream tells. */
    private static final class Told implements RecordStream.Listener {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void acknowledged(long records) {
            events.add(records);
        }

        @Override
        public void failed(HayloftException reason, long records) {
            events.add(reason);
            events.add(records);
        }

        Object next() throws InterruptedException {
            Object event = events.poll(30, TimeUnit.SECONDS);
            assertThat(event).as("the stream says something").isNotNull();
            return event;
        }

        void awaitAcknowledged(long records) throws InterruptedException {
            Object event;
            do {
                event = next();
                assertThat(event).isInstanceOf(Long.class);
            } while ((Long) event < records);
            assertThat(event).isEqualTo(records);
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(RecordStream stream, String key, String value) {
        stream.put(ObjectKey.of(key), ObjectAttributes.NONE, utf8(value));
    }

    private static Map<String, String> content(HayloftStore store) {
        Map<String, String> content = new TreeMap<>();
        try (ListCursor cursor =
                Futures.await(store.listAll(new ListRequest(LOGS, "", Optional.empty(), Optional.empty(), 1)))) {
            for (Optional<ListEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                ObjectKey key = ((ListEntry.ObjectLine) entry.get()).info().key();
                try (StoredObject object = store.read(LOGS, key).orElseThrow()) {
                    content.put(
                            key.toString(),
                            StandardCharsets.UTF_8.decode(object.read(0, 100)).toString());
                }
            }
        }
        return content;
    }

    private static RecordsRequest request(String producer, long first) {
        return new RecordsRequest(LOGS, Optional.empty(), Optional.of(producer), first);
    }

    private static long needles(HayloftStore store) {
        return store.volumes().stream().mapToLong(VolumeStatus::needles).sum();
    }

    @Test
    void put_manyRecords_allAreThereAtTheLastAcknowledgement() throws InterruptedException {
        int records = 30_000;
        Map<String, String> expected = new TreeMap<>();
        Told told = new Told();
        try (HayloftStore store = open(data);
                RecordStream stream = store.startRecords(RecordsRequest.of(LOGS), told)) {
            for (int i = 0; i < records; i++) {
                if (i % 7 == 3) {
                    stream.delete(ObjectKey.of("k" + i % 1000));
                    expected.remove("k" + i % 1000);
                } else {
                    put(stream, "k" + (i % 3 == 0 ? i % 1000 : i), "v" + i);
                    expected.put("k" + (i % 3 == 0 ? i % 1000 : i), "v" + i);
                }
                while (stream.isSaturated()) {
                    told.next();
                }
            }
            stream.flush();
            told.awaitAcknowledged(records);
            assertThat(content(store)).isEqualTo(expected);
            assertThat(store.statistics(LOGS).objects()).isEqualTo(expected.size());
        }
        try (HayloftStore store = open(data)) {
            assertThat(content(store)).isEqualTo(expected);
        }
    }

    private static BucketSettings keeping(BucketSettings before, int maxVersions, Duration ttl) {
        return before.toBuilder()
                .versioning(true)
                .maxVersions(Optional.of(maxVersions))
                .ttl(Optional.of(ttl))
                .build();
    }

    /** Each record is a version, what a producer repeats is none, and the bucket's bounds hold for them too. */
    @Test
    void put_whereVersionsAreKept_eachIsAVersion() throws InterruptedException {
        ObjectKey key = ObjectKey.of("k");
        List<Long> versions = new ArrayList<>();
        try (HayloftStore store = open(data)) {
            put(store, "k", 0, 3);
            store.updateBucket(LOGS, before -> keeping(before, 4, Duration.ofDays(1)));
            put(store, "k", 3, 2);
            put(store, "k", 4, 3); // The first of them is known.
            List<ListEntry.VersionLine> lines = store.versions(LOGS, key, OptionalLong.empty(), 10);
            assertThat(lines)
                    .hasSize(4)
                    .allMatch(line -> line.info().orElseThrow().expiresAt().isPresent());
            lines.forEach(line -> versions.add(line.version()));
            assertThat(content(store)).isEqualTo(Map.of("k", "v6"));
        }
        RunMark.markRunning(data);
        try (HayloftStore store = open(data)) {
            put(store, "k", 5, 2); // Known from the log.
            assertThat(store.versions(LOGS, key, OptionalLong.empty(), 10).stream()
                            .map(ListEntry.VersionLine::version)
                            .toList())
                    .isEqualTo(versions);
        }
    }

    private static void put(HayloftStore store, String key, long first, int count) throws InterruptedException {
        Told told = new Told();
        try (RecordStream stream = store.startRecords(request("p", first), told)) {
            for (int i = 0; i < count; i++) {
                put(stream, key, "v" + (first + i));
            }
            stream.flush();
            told.awaitAcknowledged(count);
        }
    }

    @Test
    void put_afterSingleWritesUnderWay_conditionsSeeTheRecords() throws InterruptedException {
        Told told = new Told();
        try (HayloftStore store = open(data);
                RecordStream stream = store.startRecords(RecordsRequest.of(LOGS), told)) {
            for (int round = 0; round < 40; round++) {
                ObjectKey key = ObjectKey.of("k" + round);
                store.put(PutRequest.of(LOGS, key), utf8("single"));
                put(stream, key.toString(), "record");
                stream.flush();
                WriteCondition absent =
                        new WriteCondition(java.util.OptionalLong.of(0), Optional.empty(), Optional.empty());
                PutRequest ifAbsent = new PutRequest(LOGS, key, ObjectAttributes.NONE, absent, Optional.empty());
                assertThatThrownBy(() -> Futures.await(store.put(ifAbsent, utf8("never"))))
                        .isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.PRECONDITION_FAILED));
                Futures.await(store.delete(LOGS, key, WriteCondition.NONE));
                assertThat(store.read(LOGS, key)).isEmpty();
            }
        }
    }

    @Test
    void delete_ofAnAbsentKey_leavesNoNeedle() throws InterruptedException {
        Told told = new Told();
        try (HayloftStore store = open(data);
                RecordStream stream = store.startRecords(RecordsRequest.of(LOGS), told)) {
            long before = needles(store);
            stream.delete(ObjectKey.of("absent"));
            put(stream, "a", "1");
            stream.delete(ObjectKey.of("a"));
            stream.delete(ObjectKey.of("a"));
            stream.flush();
            told.awaitAcknowledged(4);
            assertThat(needles(store) - before).isEqualTo(2);
            assertThat(content(store)).isEmpty();
        }
    }

    @Test
    void producer_thatRepeats_storesNothingTwice() throws InterruptedException {
        try (HayloftStore store = open(data)) {
            send(store, "p", 0, 0, 100);
            send(store, "p", 50, 50, 150);
            send(store, "q", 0, 1000, 1010);
            assertThat(needles(store)).isEqualTo(160);
        }
        try (HayloftStore store = open(data)) { // After a clean stop.
            send(store, "p", 0, 0, 150);
            send(store, "q", 5, 1005, 1015);
            assertThat(needles(store)).isEqualTo(165);
        }
    }

    @Test
    void producer_thatRepeatsAfterACrash_storesNothingTwice() throws Exception {
        Path copy = TempFolders.create("killed");
        try {
            try (HayloftStore store = open(data)) {
                for (int from = 0; from < 12_000; from += 1000) {
                    send(store, "p", from, from, from + 1000); // Over several volumes of 1 MiB.
                }
                TempFolders.copy(data, copy);
            }
            try (HayloftStore store = open(copy)) {
                assertThat(RunMark.lastStop(copy)).isNotEqualTo(RunMark.LastStop.CLEAN);
                long before = needles(store);
                send(store, "p", 0, 0, 12_001);
                assertThat(needles(store) - before).isEqualTo(1);
            }
        } finally {
            TempFolders.delete(copy);
        }
    }

    private static void send(HayloftStore store, String producer, long first, int from, int to)
            throws InterruptedException {
        Told told = new Told();
        try (RecordStream stream = store.startRecords(request(producer, first), told)) {
            for (int i = from; i < to; i++) {
                put(stream, "k" + i, "v" + i);
                while (stream.isSaturated()) {
                    told.next();
                }
            }
            stream.flush();
            told.awaitAcknowledged(to - from);
        }
    }

    @Test
    void producer_withTwoStreamsAtOnce_isAConflict() {
        try (HayloftStore store = open(data)) {
            RecordStream first = store.startRecords(request("p", 0), new Told());
            assertThatThrownBy(() -> store.startRecords(request("p", 0), new Told()))
                    .isInstanceOfSatisfying(
                            HayloftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
            first.close();
            store.startRecords(request("p", 0), new Told()).close();
        }
    }

    private static BucketSettings ofTenObjects(BucketSettings before) {
        return before.toBuilder().quotaObjects(Optional.of(10L)).build();
    }

    @Test
    void put_whenTheQuotaIsUsedUp_failsAndStoresTheBeginningOnly() throws InterruptedException {
        Told told = new Told();
        try (HayloftStore store = open(data)) {
            store.updateBucket(LOGS, RecordStreamTest::ofTenObjects);
            try (RecordStream stream = store.startRecords(RecordsRequest.of(LOGS), told)) {
                for (int i = 0; i < 10; i++) {
                    put(stream, "k" + i, "v");
                }
                stream.flush();
                told.awaitAcknowledged(10);
                put(stream, "k10", "v");
                stream.flush();
                put(stream, "k11", "v");
                stream.flush();
                assertThat(told.next()).isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                        .isEqualTo(ErrorCode.QUOTA_EXCEEDED));
                assertThat(told.next()).isEqualTo(10L);
            }
            List<String> keys = new ArrayList<>(content(store).keySet());
            assertThat(keys).hasSize(10);
        }
    }

    @Test
    void put_ofTheLargestRecord_isReadBack() throws InterruptedException {
        Told told = new Told();
        ByteBuffer value = ByteBuffer.allocate(RecordStream.RECORD_SIZE_MAX - 10);
        value.put(value.limit() - 1, (byte) 7);
        try (HayloftStore store = open(data);
                RecordStream stream = store.startRecords(RecordsRequest.of(LOGS), told)) {
            stream.put(ObjectKey.of("large"), ObjectAttributes.NONE, value);
            put(stream, "small", "v");
            stream.flush();
            told.awaitAcknowledged(2);
            try (StoredObject object = store.read(LOGS, ObjectKey.of("large")).orElseThrow()) {
                assertThat(object.read(0, value.limit())).isEqualTo(value);
            }
        }
    }
}
