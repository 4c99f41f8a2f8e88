package dev.hayloft.model;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * SHA-256 (FIPS 180-4) over digests that come one by one, kept between two of them: the platform's digest cannot be
 * stored and taken up again. A block of the algorithm takes two digests.
 *
 * @param count digests so far
 * @param state of the algorithm behind an even number of them
 * @param last digest, when their number is odd
 */
public record DigestChain(long count, Sha256 state, Optional<Sha256> last) {
    /** Of no digest. */
    public static final DigestChain EMPTY = new DigestChain(
            0,
            new Sha256(0x6a09e667bb67ae85L, 0x3c6ef372a54ff53aL, 0x510e527f9b05688cL, 0x1f83d9ab5be0cd19L),
            Optional.empty());

    private static final int ROUNDS = 64;
    private static final int BLOCK_SIZE = 64;
    private static final int[] K = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
    };

    public DigestChain {
        Check.argument(count >= 0 && last.isPresent() == (count % 2 == 1), "an odd number of digests leaves one over");
    }

    /** With one more. */
    public DigestChain plus(Sha256 digest) {
        if (last.isEmpty()) {
            return new DigestChain(count + 1, state, Optional.of(digest));
        }
        ByteBuffer block = ByteBuffer.allocate(BLOCK_SIZE);
        last.get().writeTo(block);
        digest.writeTo(block);
        return new DigestChain(count + 1, compress(state, block), Optional.empty());
    }

    /** The digest over all of them. */
    public Sha256 digest() {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_SIZE);
        last.ifPresent(digest -> digest.writeTo(block));
        block.put((byte) 0x80);
        block.putLong(BLOCK_SIZE - Long.BYTES, count * Sha256.SIZE * Byte.SIZE);
        return compress(state, block);
    }

    private static Sha256 compress(Sha256 state, ByteBuffer block) {
        int[] w = new int[ROUNDS];
        for (int i = 0; i < 16; i++) {
            w[i] = block.getInt(i * Integer.BYTES);
        }
        for (int i = 16; i < ROUNDS; i++) {
            int x = w[i - 15];
            int y = w[i - 2];
            int s0 = Integer.rotateRight(x, 7) ^ Integer.rotateRight(x, 18) ^ x >>> 3;
            int s1 = Integer.rotateRight(y, 17) ^ Integer.rotateRight(y, 19) ^ y >>> 10;
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        int[] before = words(state);
        int[] v = before.clone();
        for (int i = 0; i < ROUNDS; i++) {
            int s1 = Integer.rotateRight(v[4], 6) ^ Integer.rotateRight(v[4], 11) ^ Integer.rotateRight(v[4], 25);
            int choice = v[4] & v[5] ^ ~v[4] & v[6];
            int t1 = v[7] + s1 + choice + K[i] + w[i];
            int s0 = Integer.rotateRight(v[0], 2) ^ Integer.rotateRight(v[0], 13) ^ Integer.rotateRight(v[0], 22);
            int majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2];
            System.arraycopy(v, 0, v, 1, 7);
            v[4] += t1;
            v[0] = t1 + s0 + majority;
        }
        return new Sha256(sum(before, v, 0), sum(before, v, 2), sum(before, v, 4), sum(before, v, 6));
    }

    private static int[] words(Sha256 state) {
        ByteBuffer bytes = ByteBuffer.allocate(Sha256.SIZE);
        state.writeTo(bytes);
        int[] words = new int[Sha256.SIZE / Integer.BYTES];
        bytes.flip().asIntBuffer().get(words);
        return words;
    }

    private static long sum(int[] before, int[] after, int at) {
        return (long) (before[at] + after[at]) << Integer.SIZE | before[at + 1] + after[at + 1] & 0xFFFF_FFFFL;
    }
}
