package dev.hayloft.erasure.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkFileTest {
    private static final int PIECE = 64 << 10;

    private final ExecutorService disk = Executors.newSingleThreadExecutor();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        disk.shutdown();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * PIECE + 7})
    void file_ofAnySize_holdsWhatWasAppendedAndNoMore(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Path path = folder.resolve("bulk");
        Files.write(path, new byte[3 * PIECE]); // Goes with all it has.
        try (BulkFile file = new BulkFile(path, PIECE, disk)) {
            for (int from = 0; from < size; from += 10_000) {
                file.append(ByteBuffer.wrap(content, from, Math.min(10_000, size - from)));
                assertThat(file.writtenTo() % PIECE).isZero();
            }
            file.finish();
            assertThat(file.position()).isEqualTo(size);
            assertThat(file.writtenTo()).isEqualTo(size);
            ByteBuffer read = file.buffer();
            for (int from = 0; from < size; from += PIECE) {
                int length = Math.min(PIECE, size - from);
                assertThat(file.read(from, read.clear().limit(length))).isTrue();
                assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(Arrays.copyOfRange(content, from, from + length)));
            }
            assertThat(file.read(size / 4096 * 4096L, read.clear())).isFalse();
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(content);
    }
}
