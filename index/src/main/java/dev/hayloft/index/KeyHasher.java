package dev.hayloft.index;

import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with an output of 128 bits, keyed by the store: nobody without the key can choose names that collide.
 *
 * <p><i>Format:</i> the message is one little-endian word {@code bucketId | domain << 32}, then what the domain says,
 * so that hashes of different kinds never meet:
 *
 * <pre>
 *  domain 1  object     the key's bytes
 *  domain 2  version    the version, then high and low of the key's hash in domain 1, as little-endian words; the
 *                       first word has bucket 0: that hash knows the bucket already
 *  domain 3  extent     the extent's id as a little-endian word
 *  domain 4  content    the four words of its SHA-256, then its size, as little-endian words; the
 *                       highest bit of the size says that it is encrypted
 * </pre>
 *
 * <p><i>Threads:</i> any; the hasher is immutable and allocates nothing but its result.
 *
 * <p><i>Source:</i> J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012, section 2, and
 * the authors' extension to 128 bits (0xee into v1 before the message; 0xee, then 0xdd, in the two finalisations).
 */
public final class KeyHasher {
    private static final long OBJECT = 1L << 32;
    private static final long VERSION = 2L << 32;
    private static final long EXTENT = 3L << 32;
    private static final long CONTENT = 4L << 32;
    private static final long BUCKET_MASK = 0xFFFF_FFFFL;

    private final long start0;
    private final long start1;
    private final long start2;
    private final long start3;

    /**
     * A hasher for one key.
     *
     * @param k0 bytes 0 to 7 of the secret, read as little-endian
     * @param k1 bytes 8 to 15 of the secret, read as little-endian
     */
    public KeyHasher(long k0, long k1) {
        start0 = k0 ^ 0x736f6d6570736575L;
        start1 = k1 ^ 0x646f72616e646f6dL ^ 0xee;
        start2 = k0 ^ 0x6c7967656e657261L;
        start3 = k1 ^ 0x7465646279746573L;
    }

    /** The hash under which a key's newest version stands. The buffer, position to limit, is left as it was. */
    public KeyHash object(int bucketId, ByteBuffer keyUtf8) {
        State state = new State(this);
        state.word(OBJECT | (bucketId & BUCKET_MASK));
        return state.tail(keyUtf8, Long.BYTES);
    }

    /**
     * The hash under which a version of a key stands that is not its newest; made from the key's hash, so that hint
     * files, which know no keys, suffice to build an index.
     *
     * @param object what {@link #object} made of bucket and key
     */
    public KeyHash version(KeyHash object, long version) {
        State state = new State(this);
        state.word(VERSION);
        state.word(version);
        state.word(object.high());
        state.word(object.low());
        return state.finish(4 * Long.BYTES, 0);
    }

    /** The hash under which an extent stands. */
    public KeyHash extent(int bucketId, long extentId) {
        State state = new State(this);
        state.word(EXTENT | (bucketId & BUCKET_MASK));
        state.word(extentId);
        return state.finish(2 * Long.BYTES, 0);
    }

    /**
     * The hash under which shared content is found by what it is; the entry there names its extent. What is encrypted
     * and what is not never stand for each other.
     */
    public KeyHash content(int bucketId, Sha256 digest, long sizeBytes, boolean encrypted) {
        State state = new State(this);
        state.word(CONTENT | (bucketId & BUCKET_MASK));
        state.word(digest.word0());
        state.word(digest.word1());
        state.word(digest.word2());
        state.word(digest.word3());
        state.word(encrypted ? sizeBytes | Long.MIN_VALUE : sizeBytes);
        return state.finish(6 * Long.BYTES, 0);
    }

    /** The bare function over a whole message: for the reference vectors. */
    KeyHash hash(ByteBuffer message) {
        return new State(this).tail(message, 0);
    }

    /** The four words of one computation; lives on the stack once compiled. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(KeyHasher hasher) {
            v0 = hasher.start0;
            v1 = hasher.start1;
            v2 = hasher.start2;
            v3 = hasher.start3;
        }

        void word(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        KeyHash tail(ByteBuffer bytes, int sizeBefore) {
            boolean littleEndian = bytes.order() == ByteOrder.LITTLE_ENDIAN;
            int at = bytes.position();
            int end = bytes.limit();
            int size = end - at;
            for (; end - at >= Long.BYTES; at += Long.BYTES) {
                long word = bytes.getLong(at);
                word(littleEndian ? word : Long.reverseBytes(word));
            }
            long last = 0;
            for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
                last |= (bytes.get(at) & 0xFFL) << shift;
            }
            return finish(sizeBefore + size, last);
        }

        KeyHash finish(int sizeBytes, long last) {
            word(((long) sizeBytes << 56) | last);
            v2 ^= 0xee;
            round();
            round();
            round();
            round();
            long high = v0 ^ v1 ^ v2 ^ v3;
            v1 ^= 0xdd;
            round();
            round();
            round();
            round();
            return new KeyHash(high, v0 ^ v1 ^ v2 ^ v3);
        }

        private void round() {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
