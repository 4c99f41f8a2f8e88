package dev.hayloft.store.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SamplingTest {
    private static final String TYPE = "application/octet-stream";

    private static byte[] random(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        bytes[0] = 'x'; // No magic number by chance.
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129, 1_000, 1_024, 1_031, 20_480, 32_768, 100_003, 131_072, 1 << 20})
    void randomBytes_ofAnySize_areNotTried(int size) {
        for (int seed = 0; seed < 200; seed++) {
            assertThat(Sampling.isPromising(TYPE, ByteBuffer.wrap(random(seed, size))))
                    .as("seed %d", seed)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 1_024, 1_031, 20_480, 32_768, 100_003, 131_072, 1 << 20})
    void bytesOfSixBits_areTried(int size) {
        byte[] text = Base64.getEncoder().encode(random(1, size));
        assertThat(Sampling.isPromising(TYPE, ByteBuffer.wrap(text, 0, size))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_024, 20_480, 1 << 20})
    void bytesOfSevenBits_areTried(int size) {
        byte[] bytes = random(1, size);
        for (int i = 0; i < size; i++) {
            bytes[i] &= 0x7F;
        }
        assertThat(Sampling.isPromising(TYPE, ByteBuffer.wrap(bytes))).isTrue();
    }

    @Test
    void content_thatIsPlainInOneOfFourPlaces_isTried() {
        byte[] bytes = random(1, 64 << 10);
        byte[] zeros = new byte[20 << 10];
        System.arraycopy(zeros, 0, bytes, bytes.length - zeros.length, zeros.length);
        assertThat(Sampling.isPromising(TYPE, ByteBuffer.wrap(bytes))).isTrue();
    }

    @Test
    void content_belowItsPosition_isNotLookedAt() {
        ByteBuffer bytes = ByteBuffer.allocate(2 << 20).put(new byte[1 << 20]).put(random(1, 1 << 20));
        bytes.position(1 << 20);
        assertThat(Sampling.isPromising(TYPE, bytes)).isFalse();
        assertThat(bytes.position()).isEqualTo(1 << 20);
    }

    @Test
    void text_saidToBeCompressed_isNotTried() {
        ByteBuffer text = ByteBuffer.wrap("a line of text\n".repeat(100).getBytes(StandardCharsets.US_ASCII));
        assertThat(Sampling.isPromising("text/plain; charset=utf-8", text)).isTrue();
        assertThat(Sampling.isPromising("Image/JPEG; q=1", text)).isFalse();
        ByteBuffer zipped = ByteBuffer.wrap(text.array().clone()).putInt(0, 0x504B0304);
        assertThat(Sampling.isPromising(TYPE, zipped)).isFalse();
    }
}
