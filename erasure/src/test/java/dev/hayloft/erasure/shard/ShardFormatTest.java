package dev.hayloft.erasure.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardFormatTest {
    private static final String GOLDEN_HEADER =
            "484c5348495caa61010104000010000000112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100"
                    + "070000000c000000e803000000000000e40300000000000040420f000000000080841e00000000000400020000000100"
                    + "0000000000000000f000000000000000f401000000000000f002000000000000e8030000000000000101010104010206";

    private static final ShardLayout LAYOUT = new ShardLayout(
            UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
            7,
            12,
            UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100"),
            true,
            1000,
            996,
            1_000_000,
            OptionalLong.of(2_000_000),
            List.of(0L, 240L, 500L, 752L, 1000L),
            CodingMatrix.preferred(4, 2));

    @TempDir
    Path folder;

    @Test
    void header_isFrozen() {
        ByteBuffer header = ShardFormat.header(LAYOUT, 4);
        assertThat(header.remaining()).isEqualTo(4096);
        byte[] start = new byte[144];
        header.duplicate().get(start);
        assertThat(HexFormat.of().formatHex(start)).isEqualTo(GOLDEN_HEADER);
        ShardFormat.Header parsed = ShardFormat.parseHeader(header);
        assertThat(parsed.layout()).isEqualTo(LAYOUT);
        assertThat(parsed.shard()).isEqualTo(4);
    }

    @Property(tries = 500)
    void header_withAnyBitFlipped_isRefused(
            @ForAll @IntRange(min = 0, max = 4095) int at, @ForAll @IntRange(min = 0, max = 7) int bit) {
        ByteBuffer header = ShardFormat.header(LAYOUT, 4);
        header.put(at, (byte) (header.get(at) ^ 1 << bit));
        assertThatThrownBy(() -> ShardFormat.parseHeader(header)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void header_ofANewerVersion_isRefusedByName() {
        ByteBuffer header = ShardFormat.header(LAYOUT, 4).order(ByteOrder.LITTLE_ENDIAN);
        header.put(8, (byte) 2);
        header.putInt(4, ShardFormat.crc(header, 8, 4096));
        assertThatThrownBy(() -> ShardFormat.parseHeader(header))
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("newer Hayloft");
    }

    @Test
    void file_withAnyBitFlippedOutsideItsContent_isNoticed() throws IOException {
        Path own = folder.resolve("own");
        Files.write(own, new byte[1000]);
        Path shard = folder.resolve("shard");
        VolumeEncoder.encode(LAYOUT, own, Map.of(4, shard), (number, bytes, length) -> {}, bytes -> {});
        assertThat(Files.size(shard)).isEqualTo(ShardFile.sizeOf(LAYOUT, 4));
        ShardFile.open(shard).table();
        long contentEnd = 4096 + LAYOUT.length(4);
        for (long at = contentEnd; at < Files.size(shard); at++) {
            FileDamage.flip(shard, at, (int) (at % 8));
            assertThatThrownBy(() -> ShardFile.open(shard).table())
                    .as("byte %d", at)
                    .isInstanceOf(CorruptionException.class);
            FileDamage.flip(shard, at, (int) (at % 8));
        }
        ShardFile.open(shard).table();
        FileDamage.cut(shard, Files.size(shard) - 1);
        assertThatThrownBy(() -> ShardFile.open(shard).table()).isInstanceOf(CorruptionException.class);
        FileDamage.cut(shard, 50);
        assertThatThrownBy(() -> ShardFile.open(shard)).isInstanceOf(CorruptionException.class);
    }

    @Property(tries = 300)
    void cuts_ofAnyVolume_ascendAndKeepTheSizeLaw(
            @ForAll @IntRange(min = 70_000, max = 40 << 20) int size,
            @ForAll @IntRange(min = 64, max = 15 << 20) int frame,
            @ForAll @IntRange(min = 1, max = 20) int data) {
        ShardCuts cuts = new ShardCuts(size, data);
        for (long at = 65_812; at < size; at += frame) {
            cuts.boundary(at);
        }
        ShardLayout layout = new ShardLayout(
                new UUID(0, 0),
                0,
                0,
                new UUID(0, 0),
                true,
                size,
                size,
                0,
                OptionalLong.empty(),
                cuts.cuts(),
                CodingMatrix.preferred(data, 4));
        long even = size / data;
        assertThat(layout.columnBytes()).isLessThanOrEqualTo(even + even / 8 + 64 * 1024 + 8);
        if (data == 10) {
            long all = size;
            for (int shard = 10; shard < 14; shard++) {
                all += ShardFile.sizeOf(layout, shard);
            }
            assertThat(all).isLessThanOrEqualTo(size * 145L / 100 + 14 * (72L << 10));
        }
    }

    @Test
    void cuts_nearFrames_fallBetweenThem() {
        ShardCuts cuts = new ShardCuts(10 << 20, 10);
        for (long at = 100; at < 10 << 20; at += 1000) {
            cuts.boundary(at);
        }
        assertThat(cuts.cuts().subList(1, 10)).allSatisfy(cut -> {
            assertThat((cut - 100) % 1000).isZero();
        });
    }
}
