package dev.hayloft.store.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which samples are not worth a training. */
final class LikenessTest {
    private static final int POOL_BYTES = 512 << 10;

    private final SplittableRandom random = Seeds.random("likeness of samples");

    private List<byte[]> samples(int size) {
        List<byte[]> samples = new ArrayList<>();
        for (int i = 0; i < POOL_BYTES / size; i++) {
            byte[] sample = new byte[size];
            random.nextBytes(sample);
            samples.add(sample);
        }
        return samples;
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 100, 1024, 16 << 10})
    void randomSamples_ofAnySize_areNotAlike(int size) {
        assertThat(Likeness.isMissing(samples(size))).isTrue();
    }

    @Test
    void randomSamples_thatShareAnEighth_areAlike() {
        List<byte[]> samples = samples(800);
        samples.forEach(sample -> System.arraycopy(samples.get(0), 0, sample, 300, 100));
        assertThat(Likeness.isMissing(samples)).isFalse();
    }

    @Test
    void samplesOfSevenBits_areAlikeInThat() {
        List<byte[]> samples = samples(100);
        for (byte[] sample : samples) {
            for (int i = 0; i < sample.length; i++) {
                sample[i] &= 0x7F;
            }
        }
        assertThat(Likeness.isMissing(samples)).isFalse();
    }

    @Test
    void noSamples_areLeftToTheTrainer() {
        assertThat(Likeness.isMissing(List.of())).isFalse();
    }
}
