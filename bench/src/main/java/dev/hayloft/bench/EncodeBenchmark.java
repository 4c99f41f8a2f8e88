package dev.hayloft.bench;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.erasure.Reconstruction;
import dev.hayloft.erasure.ReedSolomon;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Encodes data in memory and copies the same bytes, in turns, in one thread; prints the rates per second of its
 * processor time, their medians and ratios: of encoding, and of making one and m lost shards again. Arguments: MiB of
 * data, data shards, parity shards, rounds.
 */
public final class EncodeBenchmark {
    private static final Logger LOGGER = System.getLogger(EncodeBenchmark.class.getName());
    private static final int WARM_UP_ROUNDS = 3;

    private EncodeBenchmark() {}

    public static void main(String[] args) {
        int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 256;
        int data = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        int parity = args.length > 2 ? Integer.parseInt(args[2]) : 4;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 15;
        int size = (int) (((long) mebibytes << 20) / data);
        long bytes = (long) size * data;
        ReedSolomon codec = ReedSolomon.of(CodingMatrix.preferred(data, parity));
        byte[][] shards = new byte[data + parity][size];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < data; i++) {
            random.nextBytes(shards[i]);
        }
        byte[][] copies = new byte[data][size];
        Reconstruction one = codec.reconstruction(shardsBut(data + parity, 0, 1), range(0, 1));
        Reconstruction most = codec.reconstruction(shardsBut(data + parity, 0, parity), range(0, parity));
        double[][] rates = new double[4][rounds];
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            double copy = rate(bytes, () -> copy(shards, copies));
            double encode = rate(bytes, () -> codec.encode(shards, 0, size));
            double repairOne = rate(bytes, () -> one.apply(shards, 0, size));
            double repairMost = rate(bytes, () -> most.apply(shards, 0, size));
            if (round >= 0) {
                rates[0][round] = copy;
                rates[1][round] = encode;
                rates[2][round] = repairOne;
                rates[3][round] = repairMost;
            }
        }
        if (!codec.verify(shards, 0, size)) {
            throw new AssertionError("what was made again is not what was lost");
        }
        report("copy", rates[0], rates[0]);
        report("encode", rates[1], rates[0]);
        report("make 1 lost shard", rates[2], rates[0]);
        report("make " + parity + " lost shards", rates[3], rates[0]);
    }

    private static void copy(byte[][] shards, byte[][] copies) {
        for (int i = 0; i < copies.length; i++) {
            System.arraycopy(shards[i], 0, copies[i], 0, copies[i].length);
        }
    }

    private static double rate(long bytes, Runnable work) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        work.run();
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        return (double) bytes / nanos;
    }

    private static void report(String what, double[] rates, double[] copies) {
        double[] ratios = new double[rates.length];
        for (int i = 0; i < rates.length; i++) {
            ratios[i] = rates[i] / copies[i];
        }
        LOGGER.log(
                Level.INFO,
                "{0}: {1} GB of data per CPU second, {2} of a copy (medians of {3} rounds)",
                what,
                "%.2f".formatted(median(rates)),
                "%.2f".formatted(median(ratios)),
                rates.length);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static BitSet shardsBut(int count, int from, int to) {
        BitSet set = range(0, count);
        set.clear(from, to);
        return set;
    }

    private static BitSet range(int from, int to) {
        BitSet set = new BitSet();
        set.set(from, to);
        return set;
    }
}
