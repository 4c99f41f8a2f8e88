package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up, on a small file system of its own. Needs the right to mount one. */
final class FullDiskIT {
    private static final String BUCKET = "full";
    private static final int DISK_MIB = 768;
    private static final int BALLAST_MIB = 128;
    private static final int VALUE_SIZE = 1 << 20;

    @TempDir
    Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        String options = "size=" + DISK_MIB + "m";
        assumeTrue(run("mount", "-t", "tmpfs", "-o", options, "hayloft-test", disk.toString()), "no right to mount");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        run("umount", disk.toString());
    }

    @Test
    void writes_untilTheDiskIsFull_areRefusedBeforeAnythingBreaks() throws IOException {
        Path ballast = disk.resolve("ballast");
        Files.write(ballast, new byte[BALLAST_MIB << 20]);
        Options options = Options.on(disk.resolve("data"))
                .set("storage.partitions=1")
                .set("storage.volumeSize=16MiB")
                .set("storage.reserve=64MiB");
        int written;
        try (ServerProcess server = ServerProcess.start(options)) {
            HttpCalls calls = server.calls();
            calls.makeBucket(BUCKET);
            written = fill(calls);
            assertThat(written).as("values that found room").isGreaterThan(50);
            check(calls, written);
            assertThat(calls.delete(path(0)).statusCode()).isEqualTo(204);
            assertThat(calls.get(path(0)).statusCode()).isEqualTo(404);
            assertThat(calls.get(path(written)).statusCode())
                    .as("the refused one")
                    .isEqualTo(404);

            Files.delete(ballast);
            Awaitility.await("room again")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> calls.put(path(0), value(0)).statusCode() == 201);
            check(calls, written);
            assertThat(server.terminate()).as(server.said()).isZero();
        }
        try (ServerProcess server = ServerProcess.start(options)) {
            check(server.calls(), written);
            assertThat(server.terminate()).as(server.said()).isZero();
        }
    }

    /** Puts values until one is refused, and answers how many were taken. */
    private static int fill(HttpCalls calls) throws IOException {
        for (int i = 0; i < DISK_MIB; i++) {
            HttpResponse<byte[]> answer = calls.put(path(i), value(i));
            if (answer.statusCode() != 201) {
                assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(507);
                assertThat(HttpCalls.text(answer)).contains("urn:hayloft:problem:storage-full");
                return i;
            }
        }
        throw new AssertionError("the disk never filled up");
    }

    private static void check(HttpCalls calls, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(calls.get(path(i)).body()).as("value %d of %d", i, count).isEqualTo(value(i));
        }
    }

    private static String path(int i) {
        return HttpCalls.object(BUCKET, "key-" + i);
    }

    private static byte[] value(int i) {
        byte[] value = new byte[VALUE_SIZE];
        new SplittableRandom(i).nextBytes(value);
        return value;
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
