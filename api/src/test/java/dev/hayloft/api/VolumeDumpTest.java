package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.CompactionConfig;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.Upload;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.WriteResult;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.MovableClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeDumpTest {
    private static final InstantSource CLOCK = new MovableClock(Instant.parse("2026-11-21T12:00:00Z"));
    private static final BucketName PHOTOS = new BucketName("photos");

    @TempDir
    Path folder;

    /** What the verb said and how it ended. */
    private record Run(int code, String out, String err) {
        List<JsonNode> documents() {
            return out.lines()
                    .map(line -> Json.parse(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8))))
                    .toList();
        }

        /** Of all frames. */
        List<JsonNode> needles() {
            List<JsonNode> needles = new ArrayList<>();
            documents().forEach(document -> document.path("needles").forEach(needles::add));
            return needles;
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Run run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream outText = new PrintStream(out, false, StandardCharsets.UTF_8);
                PrintStream errText = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            int code = new VolumeDump(CLOCK, outText, errText).run(List.of(arguments));
            return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }

    private Run dump(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data().toString()));
        return run(all.toArray(String[]::new));
    }

    private HayloftStore open() {
        HayloftStore store = HayloftStore.open(
                StoreConfig.builder(data())
                        .partitions(1)
                        .volumeSizeBytes(4L << 20)
                        .durability(Durability.DISK)
                        .reserveBytes(0)
                        .compaction(CompactionConfig.BY_HAND)
                        .build(),
                CLOCK);
        store.createBucket(PHOTOS, BucketSettings.defaults(Durability.DISK).withCompression("none"));
        return store;
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static WriteResult put(HayloftStore store, String key, String content) {
        return await(store.put(
                PutRequest.of(PHOTOS, ObjectKey.of(key)), ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void dump_json_showsEveryNeedleOfTheVolume() {
        WriteResult small;
        try (HayloftStore store = open()) {
            small = put(store, "a/ü", "hay");
            put(store, "b", "straw");
            await(store.delete(PHOTOS, ObjectKey.of("b"), WriteCondition.NONE));
            try (Upload upload = store.startUpload(PutRequest.of(PHOTOS, ObjectKey.of("large")))) {
                await(upload.write(ByteBuffer.allocate(1 << 20)));
                await(upload.write(ByteBuffer.allocate(7)));
                await(upload.commit(Sha256.of(ByteBuffer.allocate((1 << 20) + 7))));
            }
        }
        Run run = dump("0-0", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.needles())
                .extracting(needle -> needle.path("type").asText())
                .containsExactly(
                        "volume-start", "object", "producers", "object", "tombstone", "extent", "extent", "object");
        JsonNode object = run.needles().get(1);
        assertThat(object.path("key").asText()).isEqualTo("a/ü");
        assertThat(object.path("version").asText()).isEqualTo(Long.toString(small.version()));
        assertThat(object.path("size").asLong()).isEqualTo(3);
        assertThat(object.path("sha256").asText()).isEqualTo(small.sha256().hex());
        assertThat(object.path("flags")).hasSize(1);
        assertThat(run.needles().get(4).path("key").asText()).isEqualTo("b");
        assertThat(run.needles().get(4).path("version").asLong())
                .isGreaterThan(run.needles().get(3).path("version").asLong());
        assertThat(run.needles().get(5).path("bytes").asInt()).isGreaterThan(1 << 20);
        assertThat(run.needles().get(6).path("size").asLong()).isEqualTo(7);
        JsonNode manifest = run.needles().get(7);
        assertThat(manifest.path("size").asLong()).isEqualTo((1 << 20) + 7);
        assertThat(manifest.path("extents").asInt()).isEqualTo(2);
        assertThat(manifest.path("flags").toString()).contains("\"manifest\"");
        long offset = 0;
        for (JsonNode frame : run.documents()) {
            assertThat(frame.path("offset").asLong()).isGreaterThan(offset);
            offset = frame.path("offset").asLong() + frame.path("bytes").asLong();
            assertThat(frame.path("needleCount").asInt())
                    .isEqualTo(frame.path("needles").size());
            assertThat(frame.path("time").asText()).isEqualTo("2026-11-21T12:00:00.000Z");
        }
    }

    @Test
    void dump_text_keepsEachNeedleOnItsLine() {
        try (HayloftStore store = open()) {
            put(store, "line\nend \"and\" \u001b[2J", "hay");
        }
        Run run = dump("0-0");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("  object \"line\\u000aend \\\"and\\\" \\u001b[2J\", bytes ")
                .contains(", content 3, sha256 ");
        assertThat(run.out().lines().toList()).hasSize(7).last().asString().startsWith("volume 0, open, created ");
    }

    @Test
    void dump_ofSystemPartition_showsTheBucketsRecord() {
        try (HayloftStore store = open()) {
            assertThat(store.findBucket(PHOTOS)).isPresent();
        }
        Run run = dump("system-0");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("object \"bucket");
    }

    @Test
    void dump_whileTheStoreIsOpen_saysToStopIt() {
        try (HayloftStore store = open()) {
            put(store, "a", "hay");
            Run run = dump("0-0");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("stop it").doesNotContain("\tat ");
            assertThat(run.out()).isEmpty();
            put(store, "b", "is taken all the same");
        }
    }

    @Test
    void dump_ofDamagedVolume_showsTheRangeAndTheRest() throws IOException {
        try (HayloftStore store = open()) {
            put(store, "first", "hay");
            put(store, "second", "straw");
            put(store, "third", "chaff");
        }
        JsonNode second = dump("0-0", "--json").documents().get(3); // The producers stand between.
        long inside = second.path("offset").asLong() + second.path("bytes").asLong() - 1;
        FileDamage.flip(volumeFile(), inside, 3);
        Run json = dump("0-0", "--json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(json.documents())
                .filteredOn(document -> document.has("damagedFrom"))
                .singleElement()
                .satisfies(range -> {
                    assertThat(range.path("damagedFrom").asLong()).isLessThanOrEqualTo(inside);
                    assertThat(range.path("damagedTo").asLong()).isGreaterThan(inside);
                });
        assertThat(json.needles())
                .extracting(needle -> needle.path("key").asText())
                .containsExactly("", "first", "", "third");
        assertThat(dump("0-0").out()).contains("damaged from ").contains("damaged ranges 1");
    }

    private Path volumeFile() throws IOException {
        try (Stream<Path> files = Files.list(data().resolve("partitions/0/log"))) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .findAny()
                    .orElseThrow();
        }
    }

    @Test
    void dump_changesNothingButTheLock() throws IOException {
        try (HayloftStore store = open()) {
            put(store, "a", "hay");
        }
        Map<String, Sha256> before = files();
        assertThat(dump("0-0").code()).isZero();
        assertThat(dump("system-0").code()).isZero();
        assertThat(dump("0-9").code()).isEqualTo(1);
        assertThat(files()).isEqualTo(before);
    }

    private Map<String, Sha256> files() throws IOException {
        Map<String, Sha256> files = new HashMap<>();
        try (Stream<Path> found = Files.walk(data())) {
            for (Path file : found.filter(file -> !file.endsWith("LOCK")).toList()) {
                ByteBuffer content = ByteBuffer.wrap(Files.isDirectory(file) ? new byte[0] : Files.readAllBytes(file));
                files.put(file.toString(), Sha256.of(content));
            }
        }
        return files;
    }

    @Test
    void dump_ofWhatIsNotThere_namesWhatIs() {
        Run nowhere = dump("0-0");
        assertThat(nowhere.code()).isEqualTo(1);
        assertThat(nowhere.err()).contains("is no data folder").contains("--data");
        assertThat(data()).doesNotExist();
        try (HayloftStore store = open()) {
            put(store, "a", "hay");
        }
        Run volume = dump("0-9");
        assertThat(volume.code()).isEqualTo(1);
        assertThat(volume.err()).contains("partition 0 has no volume 9; it has 0");
        Run partition = dump("1-0");
        assertThat(partition.code()).isEqualTo(1);
        assertThat(partition.err()).contains("no partition 1");
    }

    @Test
    void arguments_thatAreWrong_endWithTwo() {
        for (String[] wrong : new String[][] {{}, {"0"}, {"0-0", "0-1"}, {"x-1"}, {"0-0", "--data"}, {"--jsn"}}) {
            Run run = run(wrong);
            assertThat(run.code()).as(List.of(wrong).toString()).isEqualTo(2);
            assertThat(run.err()).contains("--help");
            assertThat(run.out()).isEmpty();
        }
        Run help = run("0-0", "--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).startsWith("Usage: hayloft volume dump PARTITION-NUMBER");
    }

    @Test
    void dump_intoClosedPipe_endsQuietly() {
        try (HayloftStore store = open()) {
            for (int i = 0; i < 300; i++) {
                put(store, "a" + i, "hay");
            }
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        try (PrintStream out = new PrintStream(closed, false, StandardCharsets.UTF_8);
                PrintStream errText = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            VolumeDump dump = new VolumeDump(CLOCK, out, errText);
            assertThat(dump.run(List.of("0-0", "--data", data().toString()))).isEqualTo(1);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }
}
