package dev.hayloft.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.KeyIndex.OpenMode;
import dev.hayloft.model.error.CorruptionException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A child process that puts and removes, and splits maps meanwhile, is killed; what it had done is all there. */
@Tag("crash")
class KeyIndexKillTest {
    private static final int ROUNDS = 3;
    private static final int KEYS = 30_000;
    private static final int STEPS_PER_ROUND = 20_000;

    @TempDir
    Path folder;

    @Test
    @Timeout(180)
    void recover_afterAKillAmidSplits_findsWhatWasDone() throws IOException, InterruptedException {
        Path progress = folder.resolve("progress");
        Files.write(progress, new byte[Long.BYTES]);
        long done = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long until = done + STEPS_PER_ROUND + round * 3_001L;
            Process child = start(Victim.class, progress.toString(), Long.toString(done));
            try {
                while (progress(progress) < until) {
                    assertThat(child.isAlive())
                            .as("the child works until it is killed")
                            .isTrue();
                    LockSupport.parkNanos(1_000_000);
                }
            } finally {
                child.destroyForcibly().waitFor();
            }
            done = progress(progress);
            assertState(done);
        }
    }

    private void assertState(long done) {
        Map<KeyHash, Location> model = new HashMap<>();
        for (long step = 0; step < done; step++) {
            if (isRemoval(step)) {
                model.remove(key(step));
            } else {
                model.put(key(step), value(step));
            }
        }
        KeyHash open = key(done); // Begun perhaps; to be done again, as a replay of the log does.
        model.remove(open);
        try (KeyIndex index = KeyIndex.open(config(folder), OpenMode.RECOVER)) {
            assertHolds(index, model, open);
            index.recovered();
        } catch (CorruptionException halfWritten) { // Seldom: the kill came while an entry was written over.
            make(model);
        }
    }

    private static void assertHolds(KeyIndex index, Map<KeyHash, Location> model, KeyHash open) {
        Map<KeyHash, Location> seen = new HashMap<>();
        index.forEach((hash, location) -> assertThat(seen.put(hash, location)).isNull());
        seen.remove(open);
        assertThat(seen).isEqualTo(model);
        index.remove(open);
        assertThat(index.size()).isEqualTo(model.size());
        model.forEach((hash, location) -> assertThat(index.put(hash, location)).contains(location));
    }

    private void make(Map<KeyHash, Location> model) {
        try (KeyIndex index = KeyIndex.open(config(folder), OpenMode.CREATE)) {
            model.forEach(index::put);
        }
    }

    @Test
    @Timeout(180)
    void recover_afterAKillAmidARecovery_isRefusedOrFindsAll() throws IOException, InterruptedException {
        Map<KeyHash, Location> model = new HashMap<>();
        for (long step = 0; step < KEYS; step++) {
            model.put(key(step), value(step));
        }
        make(model);
        Path mark = folder.resolve("index").resolve(IndexFolder.RECOVERING_FILE);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Process child = start(Recoverer.class);
            try {
                while (child.isAlive() && !Files.exists(mark)) {
                    LockSupport.parkNanos(100_000);
                }
                LockSupport.parkNanos(round * 20_000_000L);
            } finally {
                child.destroyForcibly().waitFor();
            }
            try (KeyIndex index = KeyIndex.open(config(folder), OpenMode.RECOVER)) {
                assertHolds(index, model, key(KEYS + 1L));
                index.recovered();
            } catch (CorruptionException cutShort) {
                refused++;
                make(model);
            }
        }
        assertThat(refused).isPositive();
    }

    private Process start(Class<?> main, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                java,
                "@" + System.getProperty("hayloft.jvm.args"),
                "-Xmx256m",
                "-cp",
                classPath,
                main.getName(),
                folder.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "victim.out"))
                .start();
    }

    private static long progress(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).getLong();
    }

    /** Runs in the child: does steps until it is killed, and notes how many are done in a mapped file. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) throws IOException {
            long step = Long.parseLong(arguments[2]);
            OpenMode mode = step == 0 ? OpenMode.CREATE : OpenMode.TRUST;
            try (FileChannel channel =
                            FileChannel.open(Path.of(arguments[1]), StandardOpenOption.READ, StandardOpenOption.WRITE);
                    KeyIndex index = KeyIndex.open(config(Path.of(arguments[0])), mode)) {
                MappedByteBuffer progress = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
                while (true) {
                    if (isRemoval(step)) {
                        index.remove(key(step));
                    } else {
                        index.put(key(step), value(step));
                    }
                    progress.putLong(0, ++step);
                }
            }
        }
    }

    /** Runs in the child: recovers the index and closes it. */
    static final class Recoverer {
        private Recoverer() {}

        public static void main(String[] arguments) {
            try (KeyIndex index = KeyIndex.open(config(Path.of(arguments[0])), OpenMode.RECOVER)) {
                index.recovered();
            }
        }
    }

    private static IndexConfig config(Path folder) {
        return new IndexConfig(folder.resolve("index"), 500, 2_000);
    }

    private static boolean isRemoval(long step) {
        return step % 5 == 4;
    }

    private static KeyHash key(long step) {
        return KeyIndexTest.hash(step * 7_919 % KEYS);
    }

    private static Location value(long step) {
        return KeyIndexTest.location((int) step);
    }
}
