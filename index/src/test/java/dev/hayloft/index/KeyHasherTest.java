package dev.hayloft.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyHasherTest {
    /** Of the authors' reference implementation: key 00 01 … 0f, message 00 01 … of that many bytes. */
    private static final Map<Integer, String> REFERENCE = Map.of(
            0, "a3817f04ba25a8e66df67214c7550293",
            1, "da87c1d86b99af44347659119b22fc45",
            2, "8177228da4a45dc7fca38bdef60affe4",
            3, "9c70b60c5267a94e5f33b6b02985ed51",
            7, "a1f1ebbed8dbc153c0b84aa61ff08239",
            8, "3b62a9ba6258f5610f83e264f31497b4",
            9, "264499060ad9baabc47f8b02bb6d71ed",
            63, "5150d1772f50834a503e069a973fbd7c");

    private final KeyHasher hasher = new KeyHasher(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @Test
    void hash_ofReferenceMessages_isAsPublished() {
        REFERENCE.forEach((size, expected) -> {
            ByteBuffer message = ByteBuffer.allocate(size);
            for (int i = 0; i < size; i++) {
                message.put(i, (byte) i);
            }
            assertThat(hex(hasher.hash(message))).as("of %d bytes", size).isEqualTo(expected);
        });
    }

    @Test
    void hash_ofAnyKindOfBuffer_isTheSameAndLeavesTheBufferAlone() {
        ByteBuffer plain = utf8("photos/2026/11/21.jpeg");
        ByteBuffer direct = ByteBuffer.allocateDirect(100).order(ByteOrder.LITTLE_ENDIAN);
        direct.position(7).put(plain.duplicate()).limit(direct.position()).position(7);
        ByteBuffer readOnly = plain.asReadOnlyBuffer();

        assertThat(hasher.object(5, direct)).isEqualTo(hasher.object(5, plain));
        assertThat(hasher.object(5, readOnly)).isEqualTo(hasher.object(5, plain));
        assertThat(direct.position()).isEqualTo(7);
        assertThat(plain.position()).isZero();
        assertThat(direct.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void hashes_ofDifferentThings_differ() {
        ByteBuffer key = utf8("a");
        assertThat(java.util.Set.of(
                        hasher.object(1, key),
                        hasher.object(2, key),
                        hasher.object(1, utf8("b")),
                        hasher.object(1, utf8("a\0\0\0\0\0\0\0")),
                        hasher.version(hasher.object(1, key), 1),
                        hasher.version(hasher.object(1, key), 2),
                        hasher.version(hasher.object(2, key), 1),
                        hasher.extent(1, 1),
                        hasher.extent(1, 2),
                        hasher.extent(2, 1),
                        new KeyHasher(1, 2).object(1, key)))
                .hasSize(11);
    }

    @Test
    void object_isTheHashOfItsDocumentedMessage() {
        ByteBuffer message = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
        message.putLong(1L << 32 | 77).put((byte) 'k').flip();
        assertThat(hasher.object(77, utf8("k"))).isEqualTo(hasher.hash(message));

        KeyHash object = hasher.object(77, utf8("k"));
        ByteBuffer versioned = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        versioned
                .putLong(2L << 32)
                .putLong(-9)
                .putLong(object.high())
                .putLong(object.low())
                .flip();
        assertThat(hasher.version(object, -9)).isEqualTo(hasher.hash(versioned));

        ByteBuffer extent = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        extent.putLong(3L << 32 | 77).putLong(123).flip();
        assertThat(hasher.extent(77, 123)).isEqualTo(hasher.hash(extent));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(KeyHash hash) {
        ByteBuffer bytes = ByteBuffer.allocate(KeyHash.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(hash.high()).putLong(hash.low());
        return HexFormat.of().formatHex(bytes.array());
    }
}
