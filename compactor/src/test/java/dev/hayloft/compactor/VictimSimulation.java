package dev.hayloft.compactor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A store of equal needles without bytes: volumes with room for so many, keys that are overwritten at random, a clock
 * that moves by one millisecond a write. Counts what compaction writes beside the clients, its write amplification. The
 * same seed gives the same run.
 */
final class VictimSimulation {
    /** How clients choose the key to overwrite. */
    enum Load {
        /** Each as likely as any other. */
        UNIFORM,
        /** Nine of ten writes go to one of ten keys. */
        SKEWED
    }

    /** Which volume goes next. */
    enum Choice {
        /** As the product does. */
        POLICY,
        /** The one with most dead. */
        GREEDY
    }

    private static final int VOLUMES = 128;
    private static final int SLOTS = 256;
    private static final int FREE_MIN = 3;
    private static final int ROUNDS = 24;

    private final int keys;
    private final Load load;
    private final Choice choice;
    private final SplittableRandom random;
    private final int[] volumeOf;
    private final int[][] keysIn = new int[VOLUMES][SLOTS];
    private final int[] used = new int[VOLUMES];
    private final int[] live = new int[VOLUMES];
    private final long[] sealedAt = new long[VOLUMES];
    private final Deque<Integer> free = new ArrayDeque<>();
    private final List<Integer> sealed = new ArrayList<>();
    private final VictimPolicy policy = new VictimPolicy(0.01, SLOTS);
    private int open;
    private long nowMillis;
    private long written;

    VictimSimulation(double fill, Load load, Choice choice, long seed) {
        this.keys = (int) (fill * VOLUMES * SLOTS);
        this.load = load;
        this.choice = choice;
        this.random = new SplittableRandom(seed);
        this.volumeOf = new int[keys];
        Arrays.fill(volumeOf, -1);
        for (int volume = 1; volume < VOLUMES; volume++) {
            free.add(volume);
        }
    }

    /** Needles written for each one that a client wrote, once the store has come to its steady state. */
    double writeAmplification() {
        for (int key = 0; key < keys; key++) {
            write(key);
        }
        long warm = (long) keys * ROUNDS / 2;
        for (long i = 0; i < warm; i++) {
            clientWrites();
        }
        written = 0;
        for (long i = 0; i < warm; i++) {
            clientWrites();
        }
        return (double) written / warm;
    }

    private void clientWrites() {
        nowMillis++;
        boolean hot = load == Load.SKEWED && random.nextInt(10) > 0;
        int tenth = keys / 10;
        int key = load == Load.UNIFORM
                ? random.nextInt(keys)
                : hot ? random.nextInt(tenth) : tenth + random.nextInt(keys - tenth);
        write(key);
        while (free.size() < FREE_MIN) {
            compact(victim());
        }
    }

    private void write(int key) {
        if (volumeOf[key] >= 0) {
            live[volumeOf[key]]--;
        }
        append(key);
    }

    private void append(int key) {
        if (used[open] == SLOTS) {
            sealedAt[open] = nowMillis;
            sealed.add(open);
            open = free.remove();
        }
        keysIn[open][used[open]++] = key;
        live[open]++;
        volumeOf[key] = open;
        written++;
    }

    private int victim() {
        List<VolumeLoad> loads = sealed.stream()
                .map(volume -> new VolumeLoad(volume, SLOTS, live[volume], SLOTS - live[volume], sealedAt[volume]))
                .toList();
        if (choice == Choice.POLICY) {
            return policy.choose(loads, nowMillis).get(0).volume();
        }
        return loads.stream()
                .min((a, b) -> Long.compare(a.liveBytes(), b.liveBytes()))
                .orElseThrow()
                .volume();
    }

    private void compact(int volume) {
        sealed.remove((Integer) volume);
        int[] moving = Arrays.copyOf(keysIn[volume], used[volume]);
        boolean[] moves = new boolean[moving.length];
        for (int slot = moving.length - 1; slot >= 0; slot--) {
            if (volumeOf[moving[slot]] == volume) {
                moves[slot] = true;
                volumeOf[moving[slot]] = -1; // Its last copy in there is the one that lives.
            }
        }
        used[volume] = 0;
        live[volume] = 0;
        for (int slot = 0; slot < moving.length; slot++) {
            if (moves[slot]) {
                append(moving[slot]);
            }
        }
        free.add(volume);
    }

    /**
     * What first-in-first-out compaction of uniform overwrites costs: of a volume that waits its turn through a whole
     * round of the store a share u lives on, with {@code fill = (u - 1) / ln u}; and it costs {@code 1 / (1 - u)}.
     *
     * <p><i>Source:</i> P. Desnoyers, "Analytic models of SSD write performance", ACM TOS 10 (2014), section 4.
     */
    static double bound(double fill) {
        double low = 1e-9;
        double high = 1 - 1e-9;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if ((middle - 1) / Math.log(middle) < fill) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return 1 / (1 - low);
    }

    /** One line of the table in docs/compaction.md. */
    static String line(double fill, long seed) {
        return String.format(
                Locale.ROOT,
                "| %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |",
                fill,
                bound(fill),
                new VictimSimulation(fill, Load.UNIFORM, Choice.POLICY, seed).writeAmplification(),
                new VictimSimulation(fill, Load.UNIFORM, Choice.GREEDY, seed).writeAmplification(),
                new VictimSimulation(fill, Load.SKEWED, Choice.POLICY, seed).writeAmplification(),
                new VictimSimulation(fill, Load.SKEWED, Choice.GREEDY, seed).writeAmplification());
    }
}
