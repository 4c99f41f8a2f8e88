package dev.hayloft.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.erasure.field.Inversion;
import dev.hayloft.model.error.CorruptionException;
import java.util.BitSet;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReedSolomonTest {
    private static final int SIZE_MAX = 9000;

    @Property(tries = 200)
    void anyLossesUpToM_ofAnyShape_comeBack(
            @ForAll @IntRange(min = 1, max = 24) int data,
            @ForAll @IntRange(min = 1, max = 8) int parity,
            @ForAll @IntRange(min = 1, max = SIZE_MAX) int size,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        CodingMatrix matrix =
                switch (random.nextInt(3)) {
                    case 0 -> CodingMatrix.preferred(data, parity);
                    case 1 -> CodingMatrix.cauchy1(data, parity);
                    default -> CodingMatrix.vandermonde(data, parity);
                };
        ReedSolomon codec = ReedSolomon.of(matrix);
        byte[][] shards = random(matrix, size, random);
        codec.encode(shards, 0, size);
        byte[][] expected = deepCopy(shards);
        TableCodec.encode(matrix, expected, size);
        assertThat(shards).isDeepEqualTo(expected);
        BitSet lost = pick(matrix.shards(), random.nextInt(parity + 1), random);
        lost.stream().forEach(i -> shards[i] = new byte[size]);
        BitSet wanted = (BitSet) lost.clone();
        if (wanted.cardinality() > 1 && random.nextBoolean()) {
            wanted.clear(wanted.nextSetBit(0));
        }
        // A range in the middle, all else staying as it is.
        int from = random.nextInt(size);
        int length = 1 + random.nextInt(size - from);
        BitSet atHand = new BitSet();
        atHand.set(0, matrix.shards());
        atHand.andNot(lost);
        Reconstruction plan = codec.reconstruction(atHand, wanted);
        assertThat(plan.inputs().cardinality()).isLessThanOrEqualTo(data);
        byte[][] given = new byte[matrix.shards()][];
        plan.inputs().stream().forEach(i -> given[i] = shards[i].clone());
        wanted.stream().forEach(i -> given[i] = shards[i]);
        plan.apply(given, from, length);
        wanted.stream().forEach(i -> {
            byte[] right = new byte[size];
            System.arraycopy(expected[i], from, right, from, length);
            assertThat(given[i]).as("shard %d", i).isEqualTo(right);
        });
        plan.inputs().stream().forEach(i -> assertThat(given[i]).isEqualTo(expected[i]));
    }

    @Property(tries = 100)
    void moreLossesThanM_areRefused(
            @ForAll @IntRange(min = 1, max = 20) int data,
            @ForAll @IntRange(min = 1, max = 6) int parity,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ReedSolomon codec = ReedSolomon.of(CodingMatrix.preferred(data, parity));
        BitSet lost = pick(data + parity, parity + 1, random);
        if (lost.nextSetBit(0) >= data) {
            lost.set(random.nextInt(data));
        }
        BitSet atHand = new BitSet();
        atHand.set(0, data + parity);
        atHand.andNot(lost);
        assertThatThrownBy(() -> codec.reconstruction(atHand, lost))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("More shards are lost")
                .hasMessageContaining("dataShardsLost");
    }

    @Property(tries = 100)
    void verify_withAnyBitFlipped_saysNo(
            @ForAll @IntRange(min = 1, max = 12) int data,
            @ForAll @IntRange(min = 1, max = 5) int parity,
            @ForAll @IntRange(min = 1, max = SIZE_MAX) int size,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        CodingMatrix matrix = CodingMatrix.preferred(data, parity);
        ReedSolomon codec = ReedSolomon.of(matrix);
        byte[][] shards = random(matrix, size, random);
        codec.encode(shards, 0, size);
        assertThat(codec.verify(shards, 0, size)).isTrue();
        shards[random.nextInt(matrix.shards())][random.nextInt(size)] ^= (byte) (1 << random.nextInt(8));
        assertThat(codec.verify(shards, 0, size)).isFalse();
    }

    /** Every square part of the rows has an inverse: so any k shards give the rest, whichever they are. */
    @Test
    void preferredRows_ofTheUsualShapes_areProofAgainstAnyLosses() {
        int checked = 0;
        for (int[] shape : new int[][] {{10, 4}, {6, 3}, {4, 2}}) {
            CodingMatrix matrix = CodingMatrix.preferred(shape[0], shape[1]);
            for (int columns = 1; columns < 1 << shape[0]; columns++) {
                for (int rows = 1; rows < 1 << shape[1]; rows++) {
                    if (Integer.bitCount(rows) == Integer.bitCount(columns)) {
                        assertThat(Inversion.solve(part(matrix, rows, columns), Integer.bitCount(rows)))
                                .as("rows %x, columns %x of %s", rows, columns, matrix)
                                .isPresent();
                        checked++;
                    }
                }
            }
        }
        assertThat(checked).isEqualTo(1000 + 83 + 14);
    }

    @Test
    void preferredRows_ofAnyShape_beginWithOnes() {
        for (int[] shape : new int[][] {{10, 4}, {10, 2}, {6, 3}, {4, 1}, {1, 1}, {12, 4}, {200, 55}, {254, 1}}) {
            CodingMatrix matrix = CodingMatrix.preferred(shape[0], shape[1]);
            assertThat(matrix.row(0)).containsOnly(1);
            assertThat(matrix.shards()).isEqualTo(shape[0] + shape[1]);
        }
    }

    @Test
    void matrix_withTooManyOrNoShards_isRefused() {
        assertThat(CodingMatrix.preferred(200, 55).shards()).isEqualTo(CodingMatrix.SHARDS_MAX);
        for (int[] shape : new int[][] {{200, 56}, {0, 4}, {4, 0}, {10, 0}, {255, 1}, {-1, 3}}) {
            assertThatThrownBy(() -> CodingMatrix.preferred(shape[0], shape[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> CodingMatrix.ofRows(new int[][] {{1, 2}, {1}}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CodingMatrix.ofRows(new int[][] {{256}})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CodingMatrix.ofRows(new int[][] {})).isInstanceOf(IllegalArgumentException.class);
    }

    private static int[][] part(CodingMatrix matrix, int rows, int columns) {
        int size = Integer.bitCount(rows);
        int[][] part = new int[size][size];
        int r = 0;
        for (int j = 0; j < matrix.parityShards(); j++) {
            if ((rows >> j & 1) == 0) {
                continue;
            }
            int c = 0;
            for (int i = 0; i < matrix.dataShards(); i++) {
                if ((columns >> i & 1) != 0) {
                    part[r][c++] = matrix.row(j)[i];
                }
            }
            r++;
        }
        return part;
    }

    private static byte[][] random(CodingMatrix matrix, int size, SplittableRandom random) {
        byte[][] shards = new byte[matrix.shards()][size];
        for (int i = 0; i < matrix.dataShards(); i++) {
            random.nextBytes(shards[i]);
        }
        return shards;
    }

    private static BitSet pick(int of, int count, SplittableRandom random) {
        BitSet picked = new BitSet();
        while (picked.cardinality() < count) {
            picked.set(random.nextInt(of));
        }
        return picked;
    }

    private static byte[][] deepCopy(byte[][] shards) {
        byte[][] copy = new byte[shards.length][];
        for (int i = 0; i < shards.length; i++) {
            copy[i] = shards[i].clone();
        }
        return copy;
    }
}
