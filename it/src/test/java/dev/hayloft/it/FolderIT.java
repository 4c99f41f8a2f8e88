package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be done to a data folder, and what may not. */
final class FolderIT {
    private static final String BUCKET = "folder";
    private static final int KEYS = 200;

    @TempDir
    Path folder;

    @Test
    void secondServer_onTheSameFolder_isKeptOutAndHarmsNothing() throws IOException {
        Options options = Options.on(folder.resolve("data"));
        try (ServerProcess first = ServerProcess.start(options)) {
            HttpCalls calls = first.calls();
            calls.makeBucket(BUCKET);
            write(calls, 0);
            try (ServerProcess second = ServerProcess.launch(options)) {
                assertThat(second.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
                assertThat(second.output()).isEmpty();
                assertThat(second.said()).contains("Another process has this data folder open");
            }
            check(calls, 0);
            write(calls, 1);
            check(calls, 1);
            first.stopCleanly();
        }
        try (ServerProcess again = ServerProcess.start(options)) {
            check(again.calls(), 1);
            again.stopCleanly();
        }
    }

    @Test
    void folderOfANewerFormat_isRefusedAndLeftAsItIs() throws IOException {
        Path data = folder.resolve("data");
        Options options = Options.on(data);
        try (ServerProcess server = ServerProcess.start(options)) {
            server.calls().makeBucket(BUCKET);
            write(server.calls(), 0);
            server.stopCleanly();
        }
        Path store = data.resolve("STORE");
        String known = Files.readString(store);
        assertThat(known).contains("format=1\n");
        Files.writeString(store, known.replace("format=1\n", "format=2\n"));
        try (ServerProcess refused = ServerProcess.launch(options)) {
            assertThat(refused.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(refused.output()).isEmpty();
            assertThat(refused.said()).contains("written by a newer Hayloft");
        }
        Files.writeString(store, known);
        try (ServerProcess server = ServerProcess.start(options)) {
            check(server.calls(), 0);
            server.stopCleanly();
        }
    }

    @Test
    void copiedFolder_ofAStoppedServer_hasEverything() throws IOException {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(Options.on(data))) {
            server.calls().makeBucket(BUCKET);
            write(server.calls(), 0);
            server.stopCleanly();
        }
        Path copy = folder.resolve("copy");
        TempFolders.copy(data, copy);
        TempFolders.delete(data);
        try (ServerProcess server = ServerProcess.start(Options.on(copy))) {
            check(server.calls(), 0);
            write(server.calls(), 1);
            check(server.calls(), 1);
            server.stopCleanly();
        }
    }

    @Test
    void viewsOfTheLog_allLost_areRebuilt() throws IOException {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(Options.on(data))) {
            server.calls().makeBucket(BUCKET);
            write(server.calls(), 0);
            write(server.calls(), 1);
            server.stopCleanly();
        }
        for (Path partition : DataFolder.partitions(data)) {
            TempFolders.delete(partition.resolve("index"));
            TempFolders.delete(partition.resolve("directory"));
            TempFolders.delete(partition.resolve("hints"));
        }
        try (ServerProcess server = ServerProcess.start(Options.on(data))) {
            check(server.calls(), 1);
            String listing = HttpCalls.text(server.calls().get("/v1/buckets/" + BUCKET + "/objects"));
            assertThat(listing.split("\"key\":", -1)).hasSize(KEYS + 1);
            server.stopCleanly();
        }
    }

    private static void write(HttpCalls calls, int generation) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            int status = calls.put(HttpCalls.object(BUCKET, "key-" + i), value(generation, i))
                    .statusCode();
            assertThat(status).isEqualTo(generation == 0 ? 201 : 200);
        }
    }

    private static void check(HttpCalls calls, int generation) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            assertThat(calls.get(HttpCalls.object(BUCKET, "key-" + i)).body())
                    .as("key-" + i)
                    .isEqualTo(value(generation, i));
        }
    }

    private static byte[] value(int generation, int i) {
        SplittableRandom random = new SplittableRandom(generation * 1_000_003L + i);
        byte[] value = new byte[random.nextInt(50_000)];
        random.nextBytes(value);
        return value;
    }
}
