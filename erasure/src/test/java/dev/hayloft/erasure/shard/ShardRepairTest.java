package dev.hayloft.erasure.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repair where more is lost than parity makes up for, for a while or for good, or where a disk takes no file. */
class ShardRepairTest {
    private static final int DATA = 2;
    private static final int PARITY = 1;
    private static final int SIZE = 6 * ShardLayout.BLOCK_SIZE;

    @TempDir
    Path folder;

    private final Map<Integer, Path> paths = new TreeMap<>();
    private final Map<Integer, byte[]> before = new TreeMap<>();
    private ShardSet set;
    private BlockTable table;

    @BeforeEach
    void encode() throws IOException {
        Path own = folder.resolve("own.volume");
        byte[] content = new byte[SIZE];
        Seeds.random("ShardRepairTest").nextBytes(content);
        Files.write(own, content);
        ShardLayout layout = new ShardLayout(
                new UUID(1, 2),
                3,
                4,
                new UUID(5, 6),
                false,
                SIZE,
                SIZE,
                5,
                OptionalLong.of(6),
                List.of(0L, SIZE / 2L, (long) SIZE),
                CodingMatrix.preferred(DATA, PARITY));
        for (int shard = 0; shard < layout.shards(); shard++) {
            Path disk = folder.resolve("disk-" + shard);
            Files.createDirectories(disk);
            paths.put(shard, disk.resolve("4.shard"));
        }
        VolumeEncoder.encode(layout, own, paths, (number, bytes, length) -> {}, bytes -> {});
        Files.delete(own);
        set = new ShardSet(layout, own, paths);
        table = set.table().orElseThrow();
        for (int shard = 0; shard < layout.shards(); shard++) {
            before.put(shard, Files.readAllBytes(path(shard)));
        }
    }

    @AfterEach
    void close() throws IOException {
        set.close();
    }

    private Path path(int shard) {
        return set.places().get(shard).path();
    }

    private static BitSet shards(int... numbers) {
        BitSet shards = new BitSet();
        for (int number : numbers) {
            shards.set(number);
        }
        return shards;
    }

    private Path aside(int shard) {
        return folder.resolve("aside-" + shard);
    }

    /** A folder in a file's place can be opened and not be read, as a file on a disk that has its troubles. */
    private void makeUnreadable(int shard) throws IOException {
        Files.move(path(shard), aside(shard));
        Files.createDirectory(path(shard));
    }

    private void makeReadable(int shard) {
        try {
            if (Files.exists(aside(shard))) {
                Files.delete(path(shard));
                Files.move(aside(shard), path(shard));
                set.reopen();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void assertNothingHalfWritten() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    @Test
    void shardsThatCannotBeReadForAWhile_keepTheirBytes() throws IOException {
        makeUnreadable(0);
        makeUnreadable(1);
        ShardRepair.Result result = ShardRepair.repair(set, table, shards(0, 1), bytes -> {
            makeReadable(0);
            makeReadable(1);
        });
        assertThat(result.lost()).hasSize(2);
        for (int shard = 0; shard < DATA + PARITY; shard++) {
            assertThat(Files.readAllBytes(path(shard))).isEqualTo(before.get(shard));
        }
        assertNothingHalfWritten();
        assertThat(ShardCheck.check(set, bytes -> {}).damages()).isEmpty();
    }

    @Test
    void moreShardsThanParityMakesUpFor_thatAreGone_areNotMadeOfZeros() throws IOException {
        Files.delete(path(0));
        Files.delete(path(2));
        ShardRepair.Result result = ShardRepair.repair(set, table, shards(0, 2), bytes -> {});
        assertThat(result.lost()).containsExactlyElementsOf(lost(0, 1, 2));
        assertThat(path(0)).doesNotExist();
        assertThat(path(2)).doesNotExist();
        assertNothingHalfWritten();
    }

    /** Blocks of the first shard. */
    private static List<ShardRepair.Lost> lost(int... blocks) {
        return Arrays.stream(blocks)
                .mapToObj(block -> new ShardRepair.Lost(
                        (long) block * ShardLayout.BLOCK_SIZE, (block + 1L) * ShardLayout.BLOCK_SIZE))
                .toList();
    }

    @Test
    void shardThatIsGone_besideABlockThatIsWrong_isMadeButForThatBlock() throws IOException {
        Files.delete(path(0));
        FileDamage.flip(path(1), set.places().get(1).offset() + ShardLayout.BLOCK_SIZE + 100, 3);
        byte[] rotten = Files.readAllBytes(path(1));
        ShardRepair.repair(set, table, shards(0, 1), bytes -> {});
        assertThat(Files.readAllBytes(path(1))).isEqualTo(rotten);
        assertThat(ShardCheck.check(set, bytes -> {}).damages())
                .extracting(ShardCheck.Damage::shard, ShardCheck.Damage::from, ShardCheck.Damage::length)
                .containsExactly(
                        tuple(0, (long) ShardLayout.BLOCK_SIZE, (long) ShardLayout.BLOCK_SIZE),
                        tuple(1, (long) ShardLayout.BLOCK_SIZE, (long) ShardLayout.BLOCK_SIZE));
        assertNothingHalfWritten();
    }

    @Test
    void shardThatComesBackWhileOthersAreMade_isNotReplacedByLess() throws IOException {
        Files.move(path(0), aside(0));
        FileDamage.flip(path(1), set.places().get(1).offset() + 100, 3);
        ShardRepair.repair(set, table, shards(0, 1), bytes -> {
            if (Files.exists(aside(0))) {
                try {
                    Files.move(aside(0), path(0));
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
        });
        assertThat(Files.readAllBytes(path(0))).isEqualTo(before.get(0));
        assertNothingHalfWritten();
    }

    @Test
    void stoppedRepair_leavesNothingHalfWritten() throws IOException {
        FileDamage.flip(path(1), set.places().get(1).offset() + 100, 3);
        assertThatThrownBy(() -> ShardRepair.repair(set, table, shards(1), bytes -> {
                    throw new CancellationException();
                }))
                .isInstanceOf(CancellationException.class);
        assertNothingHalfWritten();
    }

    @Test
    void shardWhoseFolderTakesNoFile_isToldAndTheOthersAreMade() throws IOException {
        FileDamage.flip(path(1), set.places().get(1).offset() + 100, 3);
        Files.delete(path(0));
        Files.delete(path(0).getParent());
        Files.writeString(path(0).getParent(), "no folder");
        FileDamage.flip(path(2), Files.size(path(2)) - 1, 3); // Its content can be read.
        ShardRepair.Result result = ShardRepair.repair(set, table, shards(0, 2), bytes -> {});
        assertThat(result.unwritten())
                .extracting(unwritten -> unwritten.place().shard())
                .containsExactly(0);
        assertThat(Files.readAllBytes(path(2))).isEqualTo(before.get(2));
        assertNothingHalfWritten();
    }
}
