package dev.hayloft.bench;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.erasure.Reconstruction;
import dev.hayloft.erasure.ReedSolomon;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The code against lost disks by itself, 10 + 4 over blocks of 64 KiB; per KiB of data. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ErasureRoomBenchmark {
    private static final int DATA = 10;
    private static final int PARITY = 4;
    private static final int BLOCK = 64 << 10;
    private static final int KIBIBYTES = DATA * BLOCK >> 10;

    private final ReedSolomon codec = ReedSolomon.of(CodingMatrix.preferred(DATA, PARITY));
    private final byte[][] shards = new byte[DATA + PARITY][BLOCK];
    private final Reconstruction four;

    public ErasureRoomBenchmark() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DATA; i++) {
            random.nextBytes(shards[i]);
        }
        codec.encode(shards, 0, BLOCK);
        BitSet left = new BitSet();
        left.set(PARITY, DATA + PARITY);
        BitSet lost = new BitSet();
        lost.set(0, PARITY);
        four = codec.reconstruction(left, lost);
    }

    /** Makes the parity. */
    @Benchmark
    @OperationsPerInvocation(KIBIBYTES)
    public byte[][] encode() {
        codec.encode(shards, 0, BLOCK);
        return shards;
    }

    /** Makes four lost ranges again. */
    @Benchmark
    @OperationsPerInvocation(KIBIBYTES)
    public byte[][] makeFourAgain() {
        four.apply(shards, 0, BLOCK);
        return shards;
    }

    /** Checks data against parity. */
    @Benchmark
    @OperationsPerInvocation(KIBIBYTES)
    public boolean verify() {
        return codec.verify(shards, 0, BLOCK);
    }
}
