package dev.hayloft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileDamageTest {
    private static final int SIZE = 200_000;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("file");
        Files.write(file, ones(SIZE));
    }

    @Test
    void zero_fromOffset_clearsTheTailAndKeepsTheLength() throws IOException {
        FileDamage.zero(file, 7);
        byte[] expected = new byte[SIZE];
        Arrays.fill(expected, 0, 7, (byte) 1);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    @Test
    void cut_atLength_endsTheFileThere() throws IOException {
        FileDamage.cut(file, SIZE - 1);
        assertThat(Files.readAllBytes(file)).isEqualTo(ones(SIZE - 1));
    }

    @Test
    void flip_oneBit_changesThatBitAlone() throws IOException {
        FileDamage.flip(file, 5, 7);
        byte[] expected = ones(SIZE);
        expected[5] = (byte) 0x81;
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
        FileDamage.flip(file, 5, 7);
        assertThat(Files.readAllBytes(file)).isEqualTo(ones(SIZE));
    }

    @Test
    void flipBehind_bytesOfOnePlace_changesOneBitThere() throws IOException {
        FileDamage.flip(file, 1000, 1);
        FileDamage.flipBehind(file, new byte[] {3, 1, 1}, 2, 7);
        byte[] expected = ones(SIZE);
        expected[1000] = 3;
        expected[1002] = (byte) 0x81;
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
        assertThatThrownBy(() -> FileDamage.flipBehind(file, new byte[] {1, 1}, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hole_inTheMiddle_keepsWhatFollows() throws IOException {
        FileDamage.hole(file, 100, 150_000);
        byte[] expected = ones(SIZE);
        Arrays.fill(expected, 100, 150_100, (byte) 0);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    @Test
    void damage_outsideTheFile_isRefused() {
        assertThatThrownBy(() -> FileDamage.zero(file, SIZE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileDamage.cut(file, SIZE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileDamage.flip(file, SIZE, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileDamage.flip(file, 0, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileDamage.hole(file, SIZE - 1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileDamage.hole(file, -1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThat(file).hasBinaryContent(ones(SIZE));
    }

    private static byte[] ones(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 1);
        return bytes;
    }
}
