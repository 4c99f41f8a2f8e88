package dev.hayloft.erasure.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Shard sets of random shapes and sizes, on real files that are damaged. */
class ShardSetTest {
    private static final int SIZE_MAX = 900_000;

    /** A volume of random bytes and its shards in a folder of their own. */
    private static final class Fixture implements AutoCloseable {
        final Path folder = TempFolders.create("shards");
        final Path own = folder.resolve("own.volume");
        final Map<Integer, Path> paths = new TreeMap<>();
        final byte[] content;
        final ShardLayout layout;
        final ShardSet set;
        final SplittableRandom random;

        Fixture(int data, int parity, boolean inPlace, int size, SplittableRandom random) throws IOException {
            this.random = random;
            content = new byte[size];
            random.nextBytes(content);
            Files.write(own, content);
            ShardCuts cuts = new ShardCuts(size, data);
            for (long at = 0; at < size; at += 4 + random.nextInt(20_000)) {
                cuts.boundary(at);
            }
            layout = new ShardLayout(
                    new UUID(1, 2),
                    3,
                    4,
                    new UUID(random.nextLong(), random.nextLong()),
                    inPlace,
                    size,
                    size,
                    5,
                    OptionalLong.of(6),
                    cuts.cuts(),
                    CodingMatrix.preferred(data, parity));
            for (int shard = inPlace ? data : 0; shard < layout.shards(); shard++) {
                paths.put(shard, folder.resolve("shard-" + shard));
            }
            VolumeEncoder.encode(layout, own, paths, (number, bytes, length) -> {}, bytes -> {});
            if (!inPlace) {
                Files.delete(own);
            }
            set = new ShardSet(layout, own, paths);
        }

        /** Deletes, cuts or flips; where all data shards are one file, only the range of this one suffers. */
        void damage(int shard) throws IOException {
            ShardSet.Place place = set.places().get(shard);
            if (place.length() == 0) {
                return;
            }
            long at = place.offset() + random.nextLong(place.length());
            if (!set.hasFile(shard)) {
                if (random.nextBoolean()) {
                    FileDamage.flip(place.path(), at, random.nextInt(8));
                } else {
                    FileDamage.hole(place.path(), place.offset(), place.length());
                }
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> Files.delete(place.path());
                case 1 -> FileDamage.cut(place.path(), at);
                case 2 -> FileDamage.flip(place.path(), at, random.nextInt(8));
                default -> FileDamage.flip(place.path(), random.nextLong(Files.size(place.path())), random.nextInt(8));
            }
        }

        /** As a reader does: what stands in its place if that is right, else what the others give. */
        byte[] rebuilt(long from, int length) {
            ByteBuffer target = ByteBuffer.allocate(length);
            ByteBuffer expected = ByteBuffer.wrap(content, (int) from, length);
            if (stands(from, target) && target.equals(expected)) {
                return target.array();
            }
            return set.rebuild(from, target, bytes -> bytes.equals(expected)) ? target.array() : new byte[0];
        }

        /** Reads a range, over as many shards as it covers; false when one of them cannot be read. */
        private boolean stands(long from, ByteBuffer target) {
            ByteBuffer rest = target.duplicate();
            while (rest.hasRemaining()) {
                try {
                    if (set.readSome(from + rest.position(), rest) < 0) {
                        return false;
                    }
                } catch (IOException unreadable) {
                    return false;
                }
            }
            return true;
        }

        byte[] slice(long from, int length) {
            byte[] slice = new byte[length];
            System.arraycopy(content, (int) from, slice, 0, length);
            return slice;
        }

        @Override
        public void close() throws IOException {
            set.close();
            TempFolders.delete(folder);
        }
    }

    @Property(tries = 60)
    void damageOfUpToMShards_isReadThroughFoundAndRepaired(
            @ForAll @IntRange(min = 1, max = 12) int data,
            @ForAll @IntRange(min = 1, max = 5) int parity,
            @ForAll boolean inPlace,
            @ForAll @IntRange(min = 1, max = SIZE_MAX) int size,
            @ForAll long seed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        try (Fixture fixture = new Fixture(data, parity, inPlace, size, random)) {
            assertThat(ShardCheck.check(fixture.set, bytes -> {}).damages()).isEmpty();
            BitSet damaged = new BitSet();
            for (int i = random.nextInt(parity + 1); i > 0; i--) {
                damaged.set(random.nextInt(data + parity));
            }
            for (int shard : damaged.stream().toArray()) {
                fixture.damage(shard);
            }
            for (int i = 0; i < 20; i++) {
                long from = random.nextInt(size);
                int length = 1 + random.nextInt((int) Math.min(100_000, size - from));
                assertThat(fixture.rebuilt(from, length)).isEqualTo(fixture.slice(from, length));
            }
            ShardCheck.Result found = ShardCheck.check(fixture.set, bytes -> {});
            BitSet certain = (BitSet) damaged.clone();
            found.damagedShards().stream().forEach(certain::clear);
            certain.stream().forEach(shard -> assertThat(harmless(fixture, shard))
                    .as("damage of shard %d goes unnoticed", shard)
                    .isTrue());
            if (!found.damages().isEmpty()) {
                Optional<BlockTable> table = fixture.set.table();
                if (table.isPresent()) {
                    assertThat(ShardRepair.repair(fixture.set, table.get(), found.damagedShards(), bytes -> {}))
                            .isEqualTo(new ShardRepair.Result(List.of(), List.of()));
                } else { // All parity is damaged, so all data is right: parity is made anew.
                    assertThat(inPlace).isTrue();
                    VolumeEncoder.encode(
                            fixture.layout, fixture.own, fixture.paths, (number, bytes, length) -> {}, bytes -> {});
                }
            }
            assertThat(ShardCheck.check(fixture.set, bytes -> {}).damages()).isEmpty();
            for (int shard = 0; shard < data + parity; shard++) {
                assertThat(fixture.set.state(shard)).isEqualTo(ShardSet.State.OK);
            }
            if (inPlace) {
                assertThat(Files.readAllBytes(fixture.own)).isEqualTo(fixture.content);
            }
            for (int shard = 0; shard < data; shard++) {
                int length = (int) fixture.layout.length(shard);
                long from = fixture.layout.start(shard);
                assertThat(length == 0 ? new byte[0] : fixture.rebuilt(from, length))
                        .isEqualTo(fixture.slice(from, length));
            }
        }
    }

    /** A hole where zeros stood, or a shard without a byte. */
    private static boolean harmless(Fixture fixture, int shard) {
        ShardSet.Place place = fixture.set.places().get(shard);
        if (place.length() == 0) {
            return true;
        }
        if (fixture.layout.isParity(shard)) {
            return false;
        }
        byte[] bytes = fixture.slice(fixture.layout.start(shard), (int) place.length());
        for (byte one : bytes) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    @Property(tries = 40)
    void contentOfAVolume_isKnownByItsBlocks(
            @ForAll @IntRange(min = 1, max = 12) int data,
            @ForAll boolean inPlace,
            @ForAll @IntRange(min = 1, max = SIZE_MAX) int size,
            @ForAll long seed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        try (Fixture fixture = new Fixture(data, 2, inPlace, size, random)) {
            CRC32C crc = new CRC32C();
            crc.update(fixture.content);
            assertThat(VolumeContent.crc(fixture.set)).hasValue((int) crc.getValue());
            Path copy = fixture.folder.resolve("copy");
            Files.write(copy, fixture.content);
            assertThat(VolumeContent.wrongBytes(fixture.set, copy)).isZero();
            FileDamage.flip(copy, random.nextLong(size), random.nextInt(8));
            assertThat(VolumeContent.wrongBytes(fixture.set, copy)).isBetween(1L, (long) ShardLayout.BLOCK_SIZE);
            FileDamage.cut(copy, 0);
            assertThat(VolumeContent.wrongBytes(fixture.set, copy)).isEqualTo(size);
        }
    }

    @Property(tries = 40)
    void damageOfMoreThanMShards_isNamedBlockByBlock(
            @ForAll @IntRange(min = 2, max = 12) int data,
            @ForAll @IntRange(min = 1, max = 5) int parity,
            @ForAll boolean inPlace,
            @ForAll @IntRange(min = 100_000, max = SIZE_MAX) int size,
            @ForAll long seed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        try (Fixture fixture = new Fixture(data, parity, inPlace, size, random)) {
            BitSet damaged = new BitSet();
            damaged.set(random.nextInt(data));
            while (damaged.cardinality() <= parity) {
                damaged.set(random.nextInt(data + parity));
            }
            int lostShard = damaged.nextSetBit(0);
            for (int shard : damaged.stream().toArray()) {
                ShardSet.Place place = fixture.set.places().get(shard);
                FileDamage.flip(place.path(), place.offset(), random.nextInt(8)); // The first block of each.
            }
            long from = fixture.layout.start(lostShard);
            byte[] read = fixture.rebuilt(from, 1); // Right if the damaged parity is not the one that was asked.
            assertThat(read.length == 0 || read[0] == fixture.content[(int) from])
                    .isTrue();
            ShardCheck.Result found = ShardCheck.check(fixture.set, bytes -> {});
            assertThat(found.damagedShards()).isEqualTo(damaged);
            assertThat(found.damages())
                    .allSatisfy(damage -> assertThat(damage.from()).isZero());
            List<ShardRepair.Lost> lost = ShardRepair.repair(
                            fixture.set, fixture.set.table().orElseThrow(), found.damagedShards(), bytes -> {})
                    .lost();
            List<ShardRepair.Lost> expected = new ArrayList<>();
            for (int shard : damaged.stream().filter(i -> i < data).toArray()) {
                long start = fixture.layout.start(shard);
                expected.add(new ShardRepair.Lost(
                        start, start + Math.min(ShardLayout.BLOCK_SIZE, fixture.layout.length(shard))));
            }
            assertThat(lost).isEqualTo(expected);
        }
    }
}
