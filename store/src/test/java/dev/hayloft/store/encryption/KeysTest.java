package dev.hayloft.store.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys made of keys, and what is sealed under them. */
class KeysTest {
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path folder;

    private MasterKeys keys(int fill, int... former) throws IOException {
        List<Path> older = new ArrayList<>();
        for (int each : former) {
            older.add(file(each));
        }
        return MasterKeys.read(new EncryptionConfig(Optional.of(file(fill)), older));
    }

    private Path file(int fill) throws IOException {
        byte[] key = new byte[MasterKey.SIZE];
        Arrays.fill(key, (byte) fill);
        return Files.writeString(
                folder.resolve("key-" + fill), Base64.getEncoder().encodeToString(key));
    }

    private static byte[] bound(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The first and the third case of RFC 5869's appendix A. */
    @Test
    void derive_ofTheAuthorsVectors_givesTheirKeys() {
        byte[] key = HEX.parseHex("0b".repeat(22));
        assertThat(HEX.formatHex(Hkdf.derive(
                        key, HEX.parseHex("000102030405060708090a0b0c"), HEX.parseHex("f0f1f2f3f4f5f6f7f8f9"), 42)))
                .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
        assertThat(HEX.formatHex(Hkdf.derive(key, new byte[0], new byte[0], 42)))
                .isEqualTo("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    }

    @Test
    void open_ofWhatWasSealed_givesItBack_andNothingForAnyOtherByte() throws IOException {
        MasterKeys keys = keys(1);
        WrappedKey key = keys.newDataKey(7);
        BucketCipher cipher = keys.cipher(key, 7).orElseThrow();
        BucketCipher later = keys.cipher(key, 7).orElseThrow(); // As of another start.
        ByteBuffer clear = ByteBuffer.wrap("the content".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer sealed = cipher.seal(bound("here"), clear, 0);
        assertThat(sealed.remaining()).isEqualTo(clear.remaining() + BucketCipher.OVERHEAD);
        assertThat(cipher.open(bound("here"), sealed)).contains(clear);
        assertThat(later.open(bound("here"), sealed)).contains(clear);
        assertThat(later.open(bound("there"), sealed)).isEmpty();
        for (int i = 0; i < sealed.remaining(); i++) {
            ByteBuffer damaged = ByteBuffer.allocate(sealed.remaining())
                    .put(sealed.duplicate())
                    .flip();
            damaged.put(i, (byte) (damaged.get(i) ^ 1));
            assertThat(later.open(bound("here"), damaged)).as("byte %s", i).isEmpty();
            assertThat(later.open(bound("here"), sealed.slice(0, i))).isEmpty();
        }
        BucketCipher other = keys.cipher(keys.newDataKey(7), 7).orElseThrow();
        assertThat(other.open(bound("here"), sealed)).isEmpty();
    }

    @Test
    void open_ofDirectAndReadOnlyMemory_givesTheContentToo() throws IOException {
        MasterKeys keys = keys(1);
        BucketCipher cipher = keys.cipher(keys.newDataKey(7), 7).orElseThrow();
        for (int size : new int[] {0, 1, 15, 16, 17, 4096, 1_000_000}) {
            ByteBuffer clear = ByteBuffer.allocateDirect(size + 3).position(3);
            for (int i = clear.position(); i < clear.limit(); i++) {
                clear.put(i, (byte) i);
            }
            ByteBuffer sealed = cipher.seal(bound("here"), clear.asReadOnlyBuffer(), 1);
            assertThat(sealed.position()).isZero();
            ByteBuffer direct = ByteBuffer.allocateDirect(sealed.remaining() - 1)
                    .put(sealed.position(1))
                    .flip();
            assertThat(cipher.open(bound("here"), direct.asReadOnlyBuffer())).contains(clear);
        }
    }

    @Test
    void seal_ofTheSameAgainAndByOtherStarts_neverRepeatsSaltAndCounter() throws IOException {
        MasterKeys keys = keys(1);
        WrappedKey key = keys.newDataKey(7);
        Set<ByteBuffer> heads = new HashSet<>();
        for (int start = 0; start < 100; start++) {
            BucketCipher cipher = keys.cipher(key, 7).orElseThrow();
            for (int i = 0; i < 100; i++) {
                assertThat(heads.add(cipher.seal(bound(""), ByteBuffer.allocate(1), 0)
                                .slice(0, 24)))
                        .isTrue();
            }
        }
    }

    @Test
    void rewrap_underANewMasterKey_keepsTheDataKey() throws IOException {
        WrappedKey old = keys(1).newDataKey(7);
        ByteBuffer clear = ByteBuffer.wrap(new byte[] {1, 2, 3});
        ByteBuffer sealed = keys(1).cipher(old, 7).orElseThrow().seal(bound(""), clear, 0);
        assertThat(keys(2).rewrap(old, 7)).isEmpty();
        assertThat(keys(2, 1).rewrap(old, 8)).as("another bucket's key").isEmpty();
        WrappedKey anew = keys(2, 3, 1).rewrap(old, 7).orElseThrow();
        assertThat(anew.masterId()).isNotEqualTo(old.masterId());
        assertThat(keys(2).cipher(anew, 7).orElseThrow().open(bound(""), sealed))
                .contains(clear);
        assertThat(keys(2, 1).rewrap(anew, 7)).as("nothing to do").isEmpty();
    }
}
