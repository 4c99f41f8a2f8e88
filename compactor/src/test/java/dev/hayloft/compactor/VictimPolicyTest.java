package dev.hayloft.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hayloft.compactor.VictimSimulation.Choice;
import dev.hayloft.compactor.VictimSimulation.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VictimPolicyTest {
    private static final long SEED = 20261121;

    private static VolumeLoad load(int volume, long bytes, long live, long dead, long sealedAt) {
        return new VolumeLoad(volume, bytes, live, dead, sealedAt);
    }

    private static List<Integer> chosen(VictimPolicy policy, VolumeLoad... loads) {
        return policy.choose(List.of(loads), 10_000).stream()
                .map(VolumeLoad::volume)
                .toList();
    }

    @Test
    void choose_byTheDeadRatio_takesFromTheBoundOn() {
        VictimPolicy policy = new VictimPolicy(0.25, 1000);
        assertThat(chosen(policy, load(1, 1000, 751, 249, 0), load(2, 1000, 750, 250, 0)))
                .containsExactly(2);
        assertThat(chosen(policy, load(1, 1000, 1000, 0, 0))).isEmpty();
        assertThat(chosen(policy, load(1, 200, 0, 0, 0))).containsExactly(1);
    }

    @Test
    void choose_ofEquallyDead_takesTheOlderFirst() {
        VictimPolicy policy = new VictimPolicy(0.25, 1000);
        assertThat(chosen(policy, load(1, 1000, 500, 500, 9000), load(2, 1000, 500, 500, 1000)))
                .containsExactly(2, 1);
    }

    @Test
    void choose_ofSmallVolumes_takesThemOnceThereAreMany() {
        VictimPolicy policy = new VictimPolicy(0.25, 1000);
        VolumeLoad[] seven =
                IntStream.range(0, 7).mapToObj(i -> load(i, 100, 90, 0, 0)).toArray(VolumeLoad[]::new);
        VolumeLoad[] eight =
                IntStream.range(0, 8).mapToObj(i -> load(i, 100, 90, 0, 0)).toArray(VolumeLoad[]::new);
        assertThat(chosen(policy, seven)).isEmpty();
        assertThat(chosen(policy, eight)).hasSize(8);
    }

    @Test
    void writeAmplification_ofUniformOverwrites_isAtTheAnalyticBound() {
        for (double fill : new double[] {0.5, 0.7, 0.8}) {
            double simulated = new VictimSimulation(fill, Load.UNIFORM, Choice.POLICY, SEED).writeAmplification();
            double bound = VictimSimulation.bound(fill);
            assertThat(simulated).as("at fill %s", fill).isCloseTo(bound, within(0.2 * bound));
        }
    }

    @Test
    void writeAmplification_ofSkewedOverwrites_isThatOfAGreedyChoice() {
        double policy = new VictimSimulation(0.8, Load.SKEWED, Choice.POLICY, SEED).writeAmplification();
        double greedy = new VictimSimulation(0.8, Load.SKEWED, Choice.GREEDY, SEED).writeAmplification();
        assertThat(policy).isCloseTo(greedy, within(0.05 * greedy));
    }

    /** The page's table is what the simulation says; the line of one fill level stands for all. */
    @Test
    void table_inTheDocumentation_isOfThisPolicy() throws IOException {
        Path page = Path.of("..", "docs", "compaction.md");
        assertThat(Files.readString(page)).contains(VictimSimulation.line(0.7, SEED));
    }

    @Test
    void spend_overTheRate_waitsForIt() {
        AtomicLong now = new AtomicLong();
        Pacer pacer = new Pacer(1000, now::get, now::addAndGet);
        for (int i = 0; i < 100; i++) {
            pacer.spend(100, () -> false);
        }
        assertThat(now.get() / 1e9).isBetween(9.8, 10.1);
    }

    @Test
    void spend_ofWorkThatIsToStop_doesNotWait() {
        AtomicLong now = new AtomicLong();
        Pacer pacer = new Pacer(1000, now::get, now::addAndGet);
        pacer.spend(100_000, () -> now.get() > 1_000_000_000);
        assertThat(now.get() / 1e9).isBetween(1.0, 1.2);
        pacer.spend(1, () -> true);
        assertThat(now.get() / 1e9).isBetween(1.0, 1.2);
    }

    @Test
    void waited_whileTheForegroundIsSlow_givesWayAndComesBack() {
        Pacer pacer = new Pacer(1000, () -> 0, nanos -> {});
        for (int i = 0; i < 10; i++) {
            pacer.waited(50_000_000);
        }
        assertThat(pacer.share()).isEqualTo(1.0 / 16);
        for (int i = 0; i < 20; i++) {
            pacer.waited(1_000_000);
        }
        assertThat(pacer.share()).isEqualTo(1.0);
    }
}
