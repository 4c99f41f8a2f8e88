package dev.hayloft.log.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.StoreClosedException;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ManifestFormatTest {
    @Property(tries = 200)
    void encode_thenParse_givesTheSame(
            @ForAll @IntRange(min = 1, max = 1 << 20) int extentSize, @ForAll @Size(max = 50) long[] ids) {
        Manifest manifest = ManifestFormat.parse(ManifestFormat.encode(extentSize, ids));
        assertThat(manifest.extentSizeBytes()).isEqualTo(extentSize);
        assertThat(manifest.count()).isEqualTo(ids.length);
        for (int i = 0; i < ids.length; i++) {
            assertThat(manifest.id(i)).isEqualTo(ids[i]);
        }
    }

    @Test
    void parse_anyTruncation_isNoticed() {
        ByteBuffer whole = ManifestFormat.encode(1 << 20, new long[] {1, 2, 3});
        for (int size = 0; size < whole.limit(); size++) {
            ByteBuffer cut = whole.slice(0, size);
            assertThatThrownBy(() -> ManifestFormat.parse(cut)).isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void parse_newerVersion_isRefusedAsNewer() {
        ByteBuffer newer = ManifestFormat.encode(1 << 20, new long[] {1}).put(0, (byte) 3);
        assertThatThrownBy(() -> ManifestFormat.parse(newer)).isInstanceOf(StoreClosedException.class);
    }

    @Test
    void extentKey_ordersAsItsId() {
        assertThat(ManifestFormat.extentKey(0x0102030405060708L))
                .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
        assertThat(ManifestFormat.extentId(ManifestFormat.extentKey(-5))).isEqualTo(-5);
        assertThatThrownBy(() -> ManifestFormat.extentId(ByteBuffer.allocate(7)))
                .isInstanceOf(CorruptionException.class);
    }

    @Test
    void encode_extentSizeAtAndPastTheBounds_isTakenAndRefused() {
        ManifestFormat.encode(ManifestFormat.EXTENT_SIZE_MAX, new long[0]);
        assertThatThrownBy(() -> ManifestFormat.encode(ManifestFormat.EXTENT_SIZE_MAX + 1, new long[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ManifestFormat.encode(0, new long[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
