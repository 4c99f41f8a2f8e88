package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ByteCount;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoreConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code hayloft restore} says and answers; what it restores is the store's to test. */
class RestoreCommandTest {
    private static final BucketName BUCKET = new BucketName("photos");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Duration period, String... arguments) {
        out.reset();
        err.reset();
        return new RestoreCommand(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        period)
                .run(List.of(arguments));
    }

    private String[] arguments(String to, String... more) {
        List<String> all = new ArrayList<>(List.of(
                folder.resolve("backup").toString(),
                "--data",
                folder.resolve(to).toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private void backUp() {
        StoreConfig config = StoreConfig.builder(folder.resolve("data")).build();
        try (HayloftStore store = HayloftStore.open(config, Clock.systemUTC())) {
            store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
            store.put(PutRequest.of(BUCKET, ObjectKey.of("a")), ByteBuffer.allocate(1 << 20))
                    .toCompletableFuture()
                    .join();
            String job = store.jobs()
                    .submit(JobRequest.backup(folder.resolve("backup")))
                    .id();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() ->
                            store.jobs().find(job).orElseThrow().finishedAt().isPresent());
        }
    }

    @Test
    void restore_saysHowFarItIs_andWhatItHasDone() {
        backUp();
        assertThat(run(Duration.ZERO, arguments("new"))).isEqualTo(Serve.EXIT_DONE);
        String done = out.toString(StandardCharsets.UTF_8);
        assertThat(done).matches("Restored \\d[\\d.]* [KM]iB to \\S+\\.\n");
        String total = done.split(" ", 4)[1] + " " + done.split(" ", 4)[2];
        List<String> told = err.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(told)
                .isNotEmpty()
                .allMatch(line -> line.matches("hayloft: restored \\S+ [KM]?i?B of \\Q" + total + "\\E"));
        assertThat(Files.isRegularFile(folder.resolve("new/STORE"))).isTrue();

        assertThat(run(Duration.ofHours(1), arguments("other", "--json"))).isEqualTo(Serve.EXIT_DONE);
        assertThat(out.toString(StandardCharsets.UTF_8)).matches("\\{\"bytes\":\\d+}\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        String bytes = out.toString(StandardCharsets.UTF_8).replaceAll("\\D", "");
        assertThat(ByteCount.text(Long.parseLong(bytes))).isEqualTo(total);

        assertThat(run(Duration.ofHours(1), arguments("other"))).isEqualTo(Serve.EXIT_FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("not empty");
    }

    @Test
    void restore_ofNoBackup_orWronglyCalled_saysSo() {
        assertThat(run(Duration.ZERO, arguments("new"))).isEqualTo(Serve.EXIT_FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no backup");
        assertThat(folder.resolve("new")).doesNotExist();
        assertThat(run(Duration.ZERO, "backup")).isEqualTo(Serve.EXIT_USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Usage: hayloft restore");
    }
}
