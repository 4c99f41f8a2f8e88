package dev.hayloft.log;

import static dev.hayloft.log.LogFixture.append;
import static dev.hayloft.log.LogFixture.open;
import static dev.hayloft.log.LogFixture.scan;
import static dev.hayloft.log.LogFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.LogPosition;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What passes by in pieces is judged as a scan of the file judges it. */
class FrameWalkTest {
    private static final int FRAMES = 40;

    @TempDir
    Path folder;

    private final SplittableRandom random = Seeds.random(FrameWalkTest.class.getSimpleName());
    private final List<Integer> words = new ArrayList<>();
    private byte[] bytes = {};
    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        try (VolumeLog log = start(folder, 1 << 20, false)) {
            for (int i = 0; i < FRAMES; i++) {
                long position = append(log, i, random.nextInt(5000));
                words.add((int) LogPosition.offset(position) - Integer.BYTES);
            }
            log.sealOpenVolume();
            log.force();
            file = log.volumes().get(0).path();
            bytes = Arrays.copyOf(
                    Files.readAllBytes(file), (int) log.volumes().get(0).dataEndBytes());
        }
    }

    @Test
    void take_fromAnyFrame_endsWhole() {
        assertThat(walked(bytes, 0, bytes.length).isWhole()).isTrue();
        for (int word : words) {
            assertThat(walked(bytes, word, bytes.length).isWhole()).isTrue();
            assertThat(walked(bytes, 0, word).isWhole()).isTrue();
        }
    }

    @Test
    void take_upToTheMiddleOfAFrame_isNotWholeAndLeavesNoDoubt() {
        for (int word : words) {
            FrameWalk walk = walked(bytes, 0, word + 4 * (1 + random.nextInt(10)));
            assertThat(walk.isInDoubt()).isFalse();
            assertThat(walk.isWhole()).isFalse();
        }
    }

    @Test
    void take_fromTheMiddleOfAFrame_isInDoubt() {
        for (int word : words) {
            assertThat(walked(bytes, word + 4 * (1 + random.nextInt(10)), bytes.length)
                            .isInDoubt())
                    .isTrue();
        }
    }

    @Test
    void take_ofAnyFlippedBit_doubtsWhatAScanCallsDamaged() throws IOException {
        int noticed = 0;
        for (int i = 0; i < 60; i++) {
            int at = i % 2 == 0 ? random.nextInt(bytes.length) : words.get(random.nextInt(FRAMES)) + random.nextInt(70);
            int bit = random.nextInt(8);
            byte[] flipped = bytes.clone();
            flipped[at] ^= (byte) (1 << bit);
            FileDamage.flip(file, at, bit);
            boolean isDamaged;
            try (VolumeLog log = open(folder, 1 << 20)) {
                isDamaged = !scan(log, LogPosition.START).damaged().isEmpty();
            }
            FileDamage.flip(file, at, bit);
            if (isDamaged) {
                noticed++;
                assertThat(walked(flipped, 0, flipped.length).isWhole())
                        .as("byte %d, bit %d", at, bit)
                        .isFalse();
            }
        }
        assertThat(noticed).isPositive();
    }

    private FrameWalk walked(byte[] source, int from, int to) {
        FrameWalk walk = new FrameWalk();
        int at = from;
        while (at < to) {
            int length = Math.min(to - at, 4 * (1 + random.nextInt(3000)));
            walk.take(Arrays.copyOfRange(source, at, at + length), length);
            at += length;
        }
        return walk;
    }
}
