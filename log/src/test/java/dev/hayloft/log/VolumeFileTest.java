package dev.hayloft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class VolumeFileTest {
    private static final int ROUNDS = 100;
    private static final int READERS = 3;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    Path folder;

    private final IdleHandles idle = new IdleHandles();

    /** All bytes of it are what stands in the file: 7. */
    private static final class Shards implements Redundancy {
        @Override
        public boolean rebuild(int volume, long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
            return false;
        }

        @Override
        public int readSome(int volume, long offset, ByteBuffer target) {
            int count = target.remaining();
            while (target.hasRemaining()) {
                target.put((byte) 7);
            }
            return count;
        }

        @Override
        public void forget(int volume) {}
    }

    /** When its shards come to stand for a volume, reads under way end well, and nothing keeps the file. */
    @Test
    @EnabledOnOs(OS.LINUX) // Open files are counted where the system lists them.
    void reopen_elsewhereWhileItIsRead_isSeenByAllReadersAndLetsTheFileGo() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                readWhileItGoes(round, threads);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void readWhileItGoes(int round, ExecutorService threads) throws Exception {
        Path path = folder.resolve(round + ".volume");
        byte[] content = new byte[64 << 10];
        Arrays.fill(content, (byte) 7);
        Files.write(path, content);
        VolumeFile file = new VolumeFile(round, path, VolumeInfo.State.SEALED, content.length, 0);
        file.setRedundancy(new Shards());
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(READERS);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(CompletableFuture.runAsync(() -> readUntil(file, content.length, reading, stop), threads));
        }
        reading.await();
        file.reopen(idle, true);
        Files.delete(path);
        stop.set(true);
        readers.forEach(CompletableFuture::join);
        assertThat(openFiles()).noneMatch(name -> name.startsWith(path.toString()));
    }

    private void readUntil(VolumeFile file, int size, CountDownLatch reading, AtomicBoolean stop) {
        ByteBuffer target = ByteBuffer.allocateDirect(size);
        boolean isLast = false;
        while (!isLast) {
            isLast = stop.get();
            if (!file.tryRead(0, target.clear())) {
                file.read(0, target.clear(), idle);
            }
            file.read(0, target.clear(), idle);
            assertThat(target.get(size / 2)).isEqualTo((byte) 7);
            reading.countDown();
        }
    }

    private static List<String> openFiles() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path link : links) {
                target(link).ifPresent(names::add);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return names;
    }

    private static Optional<String> target(Path link) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (NoSuchFileException closedMeanwhile) {
            return Optional.empty();
        }
    }
}
